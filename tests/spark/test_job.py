"""coulis.spark.run writes the OUTPUT of the command, to the byte, however it was interrupted."""

import csv
import os
import re
import shutil
from dataclasses import dataclass, replace

import pytest
from cli.command import copy_photos, coulis, differing, part_files, read_manifest, succeed
from coulis import _core, tasks
from coulis.options import OPTIONS
from coulis.spark import coulis_job, frame_jobs, rdd_jobs, run
from coulis.spark.job import Cluster, cut_into_jobs, levels_by_tasks
from pyspark import TaskContext


@pytest.fixture
def own_photos(tmp_path):
    return copy_photos(tmp_path / "photos", 24)


@pytest.fixture
def run_of(spark, tmp_path, own_photos):
    """By Spark or by the command, with the same options."""

    def by_spark(name, **options):
        return run(spark, str(own_photos), str(tmp_path / name), 5, images_per_part=4, **options)

    def by_command(name, *flags):
        succeed("run", own_photos, tmp_path / name, "-k", 5, "--images-per-part", 4, *flags)

    return by_spark, by_command


def test_the_output_is_that_of_the_command_to_the_byte(spark, photos, finished, tmp_path):
    summary = run(spark, str(photos), str(tmp_path / "out"), k=5, images_per_part=4)
    assert differing(finished, tmp_path / "out") == []
    assert (summary["listed"], summary["ok"], summary["failed"], summary["computed"]) == (24, 24, 0, 24)
    assert summary["parts"] == 6 and summary["k"] == 5
    assert coulis("verify", tmp_path / "out").code == 0
    assert (tmp_path / "out" / "report.html").stat().st_size > 0


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        (
            {"variance": 0.6, "pca_convention": "spark", "compression": "zstd", "csv_separator": ";"},
            ["--variance", "0.6", "--pca-convention", "spark", "--compression", "zstd", "--csv-separator", ";"],
        ),
        (
            {"precision": "int8", "include": ["*1*.jpg"], "label_level": 2, "exif_orientation": True},
            ["--precision", "int8", "--include", "*1*.jpg", "--label-level", "2", "--exif-orientation"],
        ),
    ],
    ids=["tables", "features"],
)
def test_options_mean_what_the_flags_mean(spark, own_photos, tmp_path, options, flags):
    run(spark, str(own_photos), str(tmp_path / "spark"), images_per_part=7, **options)
    succeed("run", own_photos, tmp_path / "command", "--images-per-part", 7, *flags)
    assert differing(tmp_path / "spark", tmp_path / "command") == []


def test_more_parts_than_the_driver_merges_give_the_same_bytes(spark, tmp_path, monkeypatch):
    photos = copy_photos(tmp_path / "photos", 40)
    monkeypatch.setattr("coulis.spark.job.MOST_SUMS_ON_THE_DRIVER", 2)
    assert [levels_by_tasks(sums) for sums in (1, 2, 3, 64, 65)] == [0, 0, 1, 1, 2]
    monkeypatch.setattr("coulis.spark.job.MOST_SUMS_ON_THE_DRIVER", 1)
    run(spark, str(photos), str(tmp_path / "spark"), 3, images_per_part=1)
    succeed("run", photos, tmp_path / "command", "-k", 3, "--images-per-part", 1)
    assert differing(tmp_path / "spark", tmp_path / "command") == []


@dataclass(frozen=True)
class GiveBack:
    """As StageTasks, for orders that are their own results: with the partition of each."""

    def work_on(self, orders):
        yield from ((number, b"%d " % TaskContext.get().partitionId() + order) for number, order in orders)


@pytest.mark.parametrize("jobs", [rdd_jobs, frame_jobs], ids=["RDDs", "DataFrames"])
def test_each_order_is_a_task(spark, jobs):
    orders = [(number, os.urandom(200_000)) for number in (0, 1, 5, 7, 8, 20, 21)]  # Spark broadcasts 1 MB
    results = jobs.run_job(spark, GiveBack(), orders, 0)
    assert results == [(number, b"%d " % index + order) for index, (number, order) in enumerate(orders)]


def test_sessions_without_rdds_get_the_bytes_of_the_command(spark, tmp_path, monkeypatch):
    """As Spark Connect, by the same jobs of DataFrames."""
    photos = copy_photos(tmp_path / "photos", 40)
    monkeypatch.setattr("coulis.spark.job.rdd_jobs", frame_jobs)
    monkeypatch.setattr("coulis.spark.job.MOST_SUMS_ON_THE_DRIVER", 1)
    run(spark, str(photos), str(tmp_path / "spark"), 3, images_per_part=1)
    succeed("run", photos, tmp_path / "command", "-k", 3, "--images-per-part", 1)
    assert differing(tmp_path / "spark", tmp_path / "command") == []


def test_a_stage_of_many_photos_is_several_jobs(spark, photos, finished, tmp_path, monkeypatch):
    read = []
    orders = (read.append(number) or tasks.Order(number, os.urandom(100)) for number in range(8))
    jobs = cut_into_jobs(orders, 250)
    assert [number for number, _ in next(jobs)] == [0, 1, 2]
    assert read == [0, 1, 2]  # and no more: they are in memory
    assert [[number for number, _ in job] for job in jobs] == [[3, 4, 5], [6, 7]]
    monkeypatch.setattr("coulis.spark.rdd_jobs.ORDERS_OF_A_JOB", 10)
    run(spark, str(photos), str(tmp_path / "out"), k=5, images_per_part=4)
    assert differing(finished, tmp_path / "out") == []


def test_the_run_says_the_speed_of_a_core_and_the_overhead_of_tasks(spark, photos, tmp_path):
    summary = run(spark, str(photos), str(tmp_path / "out"), k=5, images_per_part=4)
    seconds, cores = summary["seconds"], summary["cores"]
    assert 1 <= cores <= 2
    assert summary["images_per_second_per_core"] == pytest.approx(24 / seconds["features"] / cores)
    work = sum(value for stage, value in seconds.items() if stage.startswith("workers: "))
    assert seconds["task overhead"] == pytest.approx(seconds["features"] - work / cores)
    assert 0 < seconds["task overhead"] < seconds["features"]
    last_run = read_manifest(tmp_path / "out")["last_run"]
    assert (last_run["threads"], last_run["seconds"]) == (cores, seconds)
    assert last_run["images_per_second_per_core"] == summary["images_per_second_per_core"]


def test_the_same_call_again_finds_nothing_to_do(run_of):
    by_spark, _ = run_of
    assert by_spark("out")["up_to_date"] is False
    again = by_spark("out")
    assert again["up_to_date"] is True and again["computed"] == 0


def test_a_run_goes_on_where_another_stopped(run_of, tmp_path):
    by_spark, by_command = run_of
    by_command("command")
    shutil.copytree(tmp_path / "command", tmp_path / "out")
    for part in part_files(tmp_path / "out")[::2]:
        part.unlink()
    for name in ("_SUCCESS", "manifest.json", "matrix.csv"):
        (tmp_path / "out" / name).unlink()
    times = {part: part.stat().st_mtime_ns for part in part_files(tmp_path / "out")}
    assert by_spark("out")["computed"] == 12
    assert {part: part.stat().st_mtime_ns for part in times} == times
    assert differing(tmp_path / "out", tmp_path / "command") == []


def test_added_changed_and_removed_photos_redo_their_parts_only(run_of, own_photos, tmp_path):
    by_spark, by_command = run_of
    by_spark("out")
    by_command("command")
    listed = sorted(own_photos.rglob("*.jpg"))
    listed[0].unlink()
    os.utime(listed[9], (1, 1))
    shutil.copy(listed[5], own_photos / "added.jpg")
    by_command("command")
    assert by_spark("out")["computed"] == 3 + 4 + 1
    assert differing(tmp_path / "out", tmp_path / "command") == []


def test_bad_photos_are_rows_of_the_errors_table(run_of, own_photos, tmp_path):
    by_spark, by_command = run_of
    listed = sorted(own_photos.rglob("*.jpg"))
    listed[2].write_bytes(listed[2].read_bytes()[:200])
    listed[11].write_bytes(b"")
    (own_photos / "Zitrön, \N{LEMON}.jpg").write_text("no photo")
    summary = by_spark("out")
    by_command("command")
    assert (summary["listed"], summary["ok"], summary["failed"]) == (25, 22, 3)
    assert differing(tmp_path / "out", tmp_path / "command") == []
    with (tmp_path / "out" / "errors.csv").open() as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["truncated", "empty", "not_an_image"]


def test_too_many_bad_photos_stop_the_run_with_the_code_of_the_command(run_of, own_photos, tmp_path):
    by_spark, _ = run_of
    next(own_photos.rglob("*.jpg")).write_bytes(b"")
    with pytest.raises(_core.Error, match="empty") as raised:
        by_spark("out", on_bad="fail")
    assert raised.value.code == 3
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert by_spark("out", max_bad=0.1)["failed"] == 1


def test_an_existing_pca_can_be_used(spark, photos, finished, tmp_path):
    model = finished / "pca_model.safetensors"
    run(spark, str(photos), str(tmp_path / "spark"), pca=str(model), images_per_part=4)
    succeed("project", photos, tmp_path / "command", "--pca", model, "--images-per-part", 4)
    assert differing(tmp_path / "spark", tmp_path / "command") == []


def test_mistakes_are_errors_of_one_sentence(spark, photos, tmp_path):
    def error_of(*arguments, **options):
        with pytest.raises(_core.Error) as raised:
            run(spark, *map(str, arguments), **options)
        return raised.value.code, str(raised.value)

    with pytest.raises(TypeError, match="'images_per_prat'"):
        run(spark, str(photos), str(tmp_path / "a"), images_per_prat=4)
    assert error_of(photos, tmp_path / "a", images_per_part="4") == (2, "images_per_part is of the wrong type")
    assert error_of(photos, tmp_path / "a", k=0)[0] == 2
    assert error_of(tmp_path / "nowhere", tmp_path / "a")[0] == 5
    (tmp_path / "none").mkdir()
    assert error_of(tmp_path / "none", tmp_path / "a")[0] == 4


def test_a_worker_that_would_compute_something_else_says_so(spark, photos, tmp_path):
    cluster = Cluster(spark, "test")

    def run_changed(old, new):
        def run_stage(stage):
            shared = stage.shared.replace(old, new)
            assert shared != stage.shared
            return cluster.run_stage(replace(stage, model="", shared=shared))

        tasks.run(run_stage, str(photos), str(tmp_path / "out"))

    with pytest.raises(_core.Error, match="this worker would compute with"):
        run_changed(b"format=", b"format=9")
    with pytest.raises(_core.Error, match="does not exist on this worker") as raised:
        run_changed(f'"input":"{photos}'.encode(), f'"input":"{photos}/nowhere'.encode())
    assert raised.value.code == 5
    with pytest.raises(_core.Error, match=r"and 9\.9\.9 on the driver"):
        run_changed(f'"coulis":"{_core.__version__}"'.encode(), b'"coulis":"9.9.9"')


def test_the_job_for_spark_submit_has_the_flags_of_the_command(monkeypatch):
    flags = set(re.findall(r"--[a-z][a-z-]+", succeed("run", "--help").stdout))
    not_of_a_job = {"--help", "--threads", "--quiet", "--verbose", "--json", "--share"}
    without_value = {f"--{option.name}" for option in OPTIONS if option.type == "flag"}
    assert "--images-per-part" in flags
    for flag in sorted(flags - not_of_a_job):
        value = [] if flag in without_value else ["1"]
        monkeypatch.setattr("sys.argv", ["coulis_job.py", "in", "out", flag, *value])
        assert len(coulis_job.parse_arguments()) == 3, flag
    monkeypatch.setattr(
        "sys.argv", ["coulis_job.py", "in", "out", "--max-bad", "1%", "--include", "a", "--include", "b"]
    )
    assert coulis_job.parse_arguments() == {"input": "in", "output": "out", "max_bad": 0.01, "include": ["a", "b"]}


def test_two_runs_at_once_on_one_output_are_refused(spark, photos, tmp_path):
    cluster = Cluster(spark, "test")

    def second_run(stage):
        with pytest.raises(_core.Error, match="is in use by process"):
            run(spark, str(photos), str(tmp_path / "out"))
        return cluster.run_stage(stage)

    summary = tasks.run(second_run, str(photos), str(tmp_path / "out"), images_per_part=12)
    assert summary["ok"] == 24


def test_a_failed_job_leaves_no_success_and_the_next_run_finishes(spark, photos, finished, tmp_path, monkeypatch):
    run_stage = Cluster.run_stage

    def fail(cluster, stage):
        if stage.name == "projection":
            raise RuntimeError("the cluster is gone")
        return run_stage(cluster, stage)

    arguments = (spark, str(photos), str(tmp_path / "out"))
    monkeypatch.setattr(Cluster, "run_stage", fail)
    with pytest.raises(RuntimeError, match="the cluster is gone"):
        run(*arguments, k=5, images_per_part=4)
    monkeypatch.undo()
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert run(*arguments, k=5, images_per_part=4)["computed"] == 0
    assert differing(finished, tmp_path / "out") == []
