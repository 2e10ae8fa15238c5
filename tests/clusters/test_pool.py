"""Another cluster than Spark writes the OUTPUT of the command too, to the byte."""

import csv
import json
import os
import shutil
import signal

import pytest
from cli.command import ALL_PHOTOS, copy_photos, coulis, differing, rows_by_path, succeed
from clusters.pool import Pool
from coulis import _core, tasks
from faults.io_faults import SHIM
from spark.many_parts import write_tiny_model


@pytest.fixture(scope="module")
def photos(tmp_path_factory):
    """24 photos, one of them truncated."""
    folder = copy_photos(tmp_path_factory.mktemp("photos") / "photos", 24)
    third = sorted(folder.rglob("*.jpg"))[2]
    third.write_bytes(third.read_bytes()[:200])
    return folder


@pytest.fixture(scope="module")
def finished(photos, tmp_path_factory):
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", photos, output, "-k", 5, "--images-per-part", 2)
    return output


class KilledPool(Pool):
    """Kills one of its processes at the first result of each stage."""

    def __init__(self, processes):
        super().__init__(processes)
        self.killed = {}  # results that were lost, by stage

    def lives(self, future, pool, stage):
        if stage.name not in self.killed:
            self.killed[stage.name] = 0
            os.kill(next(iter(pool._processes)), signal.SIGKILL)
        lives = super().lives(future, pool, stage)
        self.killed[stage.name] += not lives
        return lives


def test_processes_that_are_killed_leave_the_bytes_of_the_command(photos, finished, tmp_path):
    pool = KilledPool(2)
    summary = tasks.run(pool.run_stage, str(photos), str(tmp_path / "out"), 5, images_per_part=2)
    assert differing(finished, tmp_path / "out") == []
    assert (summary["listed"], summary["ok"], summary["failed"]) == (24, 23, 1)
    assert set(pool.killed) == {"features", "moments", "projection"}
    assert pool.killed["features"] > 0
    assert 1 <= summary["cores"] <= 2
    assert 0 < summary["seconds"]["task overhead"] < summary["seconds"]["features"]
    with (tmp_path / "out" / "errors.csv").open() as file:
        assert [row["code"] for row in csv.DictReader(file)] == ["truncated"]
    assert coulis("verify", tmp_path / "out").code == 0


def test_a_photo_that_kills_its_process_is_a_row_of_the_errors_table(photos, finished, tmp_path, monkeypatch):
    deadly = str(next(iter(rows_by_path(finished))))
    faults = {"FOLDER": deadly, "CALLS": "read", "AT": "1", "KIND": "kill"}
    for name, value in faults.items():
        monkeypatch.setenv(f"COULIS_FAULT_{name}", value)
    monkeypatch.setenv("LD_PRELOAD", str(SHIM))
    summary = tasks.run(Pool(2).run_stage, str(photos), str(tmp_path / "out"), 5, images_per_part=12)
    assert (summary["listed"], summary["failed"]) == (24, 2)
    with (tmp_path / "out" / "errors.csv").open() as file:
        rows = {row["path"]: row for row in csv.DictReader(file)}
    assert rows[deadly]["code"] == "worker_died"
    assert rows[deadly]["message"] == "2 processes that worked on it died (SIGKILL)"


def test_errors_of_tasks_are_data_and_the_run_raises_them(photos, tmp_path):
    failures = []

    def run_stage(stage):
        shared = stage.shared.replace(b'"model":""', b'"model":"nowhere.safetensors"')
        results = [tasks.work(shared, order.bytes) for order in stage.orders]
        failures.extend(map(tasks.maybe_error, results))
        return results

    with pytest.raises(_core.Error, match="part 0 failed on worker") as raised:
        tasks.run(run_stage, str(photos), str(tmp_path / "out"), images_per_part=12)
    assert [(failure.stage, failure.part, failure.code) for failure in failures] == [
        ("features", 0, 1),
        ("features", 1, 1),
    ]
    assert "nowhere.safetensors" in failures[0].message
    assert (raised.value.code, raised.value.remedy) == (1, failures[0].remedy)
    assert str(raised.value) == str(failures[0])


@pytest.mark.parametrize("stage", ["features", "moments", "projection"])
def test_a_result_that_is_missing_or_no_result_ends_the_run(photos, tmp_path, stage):
    def run_without(name, left_out):
        def run_stage(one):
            results = [tasks.work(one.shared, order.bytes) for order in one.orders]
            return left_out(results) if one.name == stage else results

        tasks.run(run_stage, str(photos), str(tmp_path / name), 5, images_per_part=12, precision="int8")

    with pytest.raises(_core.Error, match=rf"no task has given a result for part \d \({stage}\)"):
        run_without("less", lambda results: results[:-1])
    with pytest.raises(_core.Error, match="from another version of coulis"):
        run_without("more", lambda results: [*results, b"something else"])
    assert list(tmp_path.glob("*/_SUCCESS")) == []


def test_a_manifest_with_an_earlier_name_of_the_overhead_is_read(finished, tmp_path):
    output = tmp_path / "out"
    shutil.copytree(finished, output)
    manifest = json.loads((output / "manifest.json").read_text())
    manifest["last_run"]["seconds"]["lost to Spark"] = 1.5
    (output / "manifest.json").write_text(json.dumps(manifest))
    succeed("report", output)
    assert "lost to Spark" in (output / "report.html").read_text()  # as data, which the page ignores
    assert coulis("verify", output).code == 0


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """1,920 photos, whose matrix of 500 components has 10 MB, and the OUTPUT of the command."""
    folder = tmp_path_factory.mktemp("many")
    for copy in range(10):
        for photo in ALL_PHOTOS:
            link = folder / "photos" / f"{copy:02}" / photo.parent.name / photo.name
            link.parent.mkdir(parents=True, exist_ok=True)
            link.symlink_to(photo)
    model = write_tiny_model(folder / "tiny.safetensors")
    succeed("run", folder / "photos", folder / "out", "-k", 500, "--images-per-part", 256, "--model", model)
    return folder


def resume_by_tasks(many, output, run_stage):
    """The features are those of the command."""
    shutil.copytree(many / "out", output)
    for name in ("_SUCCESS", "manifest.json", "matrix.csv"):
        (output / name).unlink()
    shutil.rmtree(output / "pca")
    options = {"images_per_part": 256, "model": str(many / "tiny.safetensors")}
    return tasks.run(run_stage, str(many / "photos"), str(output), 500, **options)


def test_tasks_write_the_pieces_of_a_large_matrix_and_may_be_killed(many, tmp_path):
    pool = KilledPool(2)
    resume_by_tasks(many, tmp_path / "out", pool.run_stage)
    assert set(pool.killed) == {"moments", "projection", "tables"}
    assert differing(many / "out", tmp_path / "out") == []
    assert list((tmp_path / "out").glob(".coulis-tmp-*")) == []
    assert coulis("verify", tmp_path / "out").code == 0


def test_half_a_matrix_is_never_seen(many, tmp_path):
    pool = Pool(2)

    def lose_a_piece(stage):
        results = list(pool.run_stage(stage))
        return results[:-1] if stage.name == "tables" else results

    with pytest.raises(_core.Error, match=r"no task has given a result for part \d \(tables\)"):
        resume_by_tasks(many, tmp_path / "out", lose_a_piece)
    assert not (tmp_path / "out" / "matrix.csv").exists()
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert list((tmp_path / "out").glob(".coulis-tmp-*")) == []
