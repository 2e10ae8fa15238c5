"""The job on executors of their own, which are killed, lack something, or meet a photo that kills them."""

import csv
import platform
import shutil
from pathlib import Path

import pytest
from cli.command import copy_photos, coulis, differing, part_files, rows_by_path
from faults.io_faults import SHIM
from faults.outputs import content
from spark.cluster import SPECULATION, Cluster
from spark.cluster_kills import KilledRuns
from spark.event_log import jobs_of_group
from spark.many_parts import write_tiny_model, write_tiny_photos
from spark.test_bucket import FLAGS, OPTIONS, give_credentials, objects_of
from spark.test_other_sparks import MODEL
from storage.bucket import Bucket, Coulis, Place, make_bucket, put_some_photos, some_photos
from storage.seaweedfs import KEYS, READ_WRITE, SeaweedFs

PHOTOS_OF_A_TASK = {"k": 5, "images_per_part": 4}
FLAGS_OF_TASKS = ("-k", 5, "--images-per-part", 4)
BY_EXECUTOR = "/proc/self/cwd"  # the folder that an executor works in, and its Python workers; the driver has another


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    folder = tmp_path_factory.mktemp("cluster")
    (folder / "events").mkdir()
    log = {"spark.eventLog.enabled": "true", "spark.eventLog.compress": "false"}
    settings = {**SPECULATION, **log, "spark.eventLog.dir": f"file://{folder}/events"}
    with Cluster(folder, settings) as cluster:
        yield cluster


@pytest.fixture(scope="module")
def buckets(tmp_path_factory):
    """A server; 24 photos and a truncated one; a place for results."""
    with SeaweedFs(tmp_path_factory.mktemp("seaweedfs")) as server:
        photos = put_some_photos(server)
        photos.bucket.put({photos.key("Apple/cut.jpg"): some_photos()[0].read_bytes()[:500]})
        give_credentials(KEYS[READ_WRITE])
        yield server, photos, make_bucket(server, "results")


def folders_of(executors: list[int]) -> list[Path]:
    """What each sees as BY_EXECUTOR."""
    return [Path(f"/proc/{process}/cwd").resolve() for process in executors]


def give_executors(cluster: Cluster, *secrets: str) -> dict[str, str]:
    """Credentials of its own to each; returns the environment in which Python workers look there."""
    for folder, secret in zip(folders_of(cluster.executors()), secrets, strict=True):
        text = f"[default]\naws_access_key_id={READ_WRITE}\naws_secret_access_key={secret}\n"
        (folder / "credentials").write_text(text)
    return {"AWS_SHARED_CREDENTIALS_FILE": f"{BY_EXECUTOR}/credentials"}


def command_into(results: Bucket, server: SeaweedFs, photos: Place) -> dict[str, bytes]:
    by_command = Place(results, "command")
    Coulis(server.url).succeed("run", photos.uri, by_command.uri, *FLAGS)
    return objects_of(by_command)


def test_photos_and_output_in_buckets_and_a_corrupt_photo_is_a_row_as_with_the_command(cluster, buckets):
    server, photos, results = buckets
    by_spark = Place(results, "spark")
    right = give_executors(cluster, KEYS[READ_WRITE], KEYS[READ_WRITE])
    summary = cluster.succeed(photos.uri, by_spark.uri, environment=right, endpoint_url=server.url, **OPTIONS)
    assert (summary["listed"], summary["ok"], summary["failed"]) == (25, 24, 1)
    assert objects_of(by_spark) == command_into(results, server, photos)
    assert b"Apple/cut.jpg,decode,truncated" in objects_of(by_spark)["errors.csv"]


def test_executors_with_wrong_credentials_are_named_and_the_next_run_goes_on(cluster, buckets):
    """One that fails alone is named too, unless Spark happens to give its task to the other before the fourth try."""
    server, photos, results = buckets
    output = Place(results, "wrong")
    for other_secret, must_fail in (("wrong", True), (KEYS[READ_WRITE], False)):
        wrong = give_executors(cluster, "wrong", other_secret)
        answer = cluster.run(photos.uri, output.uri, environment=wrong, endpoint_url=server.url, **OPTIONS)
        if must_fail or answer.error:
            assert answer.code == 5 and answer.remedy
            assert f"failed on worker {platform.node()}: " in answer.error and "secret key" in answer.error
            assert "_SUCCESS" not in output.names()
    right = give_executors(cluster, KEYS[READ_WRITE], KEYS[READ_WRITE])
    cluster.succeed(photos.uri, output.uri, environment=right, endpoint_url=server.url, **OPTIONS)
    assert objects_of(output) == command_into(results, server, photos)


def command_with_model(model: str, cluster: Cluster, photos: Path, output: Path) -> Path:
    """In the driver's folder, with the path that Spark is given: the manifest has it."""
    assert coulis("run", photos, output, *FLAGS_OF_TASKS, "--model", model, cwd=cluster.folder).code == 0
    return output


def test_executors_without_the_model_file_are_named_and_the_next_run_goes_on(cluster, photos, tmp_path):
    """One that fails alone is named too, unless Spark happens to give its task to the other before the fourth try."""
    model = f"{BY_EXECUTOR}/model.safetensors"
    one, other = folders_of(cluster.executors())
    shutil.copy(MODEL, cluster.folder / "model.safetensors")
    for must_fail in (True, False):
        answer = cluster.run(photos, tmp_path / "out", model=model, **PHOTOS_OF_A_TASK)
        if must_fail or answer.error:
            assert f"there is no model file {model} on worker {platform.node()}: copy it there" in answer.error
            assert not (tmp_path / "out" / "_SUCCESS").exists()
        shutil.copy(MODEL, (one if must_fail else other) / "model.safetensors")
    cluster.succeed(photos, tmp_path / "out", model=model, **PHOTOS_OF_A_TASK)
    assert differing(tmp_path / "out", command_with_model(model, cluster, photos, tmp_path / "command")) == []


def test_photos_that_kill_their_worker_are_rows_of_the_errors_table(cluster, photos, finished, tmp_path):
    label = next(folder for folder in sorted(photos.iterdir()) if len(list(folder.iterdir())) > 1)
    deadly = sorted(map(str, label.iterdir()))
    dies = {"LD_PRELOAD": str(SHIM), "COULIS_FAULT_FOLDER": str(label), "COULIS_FAULT_CALLS": "read"}
    dies |= {"COULIS_FAULT_AT": "1", "COULIS_FAULT_KIND": "kill"}
    output = tmp_path / "out"
    summary = cluster.succeed(photos, output, environment=dies, **PHOTOS_OF_A_TASK)
    assert (summary["listed"], summary["failed"]) == (24, len(deadly))
    with (output / "errors.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert [row["path"] for row in rows] == deadly
    assert {(row["code"], row["message"]) for row in rows} == {
        ("worker_died", "2 processes that worked on it died (SIGKILL)")
    }
    expected = {path: row for path, row in rows_by_path(finished).items() if path not in deadly}
    assert rows_by_path(output) == expected
    assert coulis("verify", output).code == 0

    before = content(output)
    assert cluster.succeed(photos, output, **PHOTOS_OF_A_TASK)["up_to_date"]  # as any bad photo, until it changes
    assert content(output) == before
    assert cluster.succeed(photos, output, fresh=True, **PHOTOS_OF_A_TASK)["failed"] == 0
    assert differing(output, finished) == []


def test_the_history_tells_the_stages_and_a_part_is_a_task(cluster, photos, tmp_path):
    cluster.succeed(photos, tmp_path / "out", **PHOTOS_OF_A_TASK)
    jobs = jobs_of_group(cluster.folder / "events", f"coulis run into {tmp_path / 'out'}")
    stages = ["coulis: features, 6 parts", "coulis: moments, 6 parts", "coulis: projection, 6 parts"]
    tasks = (6, 1, 1)  # of features each part is one
    assert [(job.description, job.last_stage_tasks) for job in jobs] == list(zip(stages, tasks, strict=True))


def test_hundreds_of_parts_leave_the_bytes_of_the_command(cluster, tmp_path):
    photos = write_tiny_photos(tmp_path / "photos", 800)
    model = write_tiny_model(tmp_path / "tiny.safetensors", width=64)
    cluster.succeed(photos, tmp_path / "out", model=str(model), no_thumbnails=True, **PHOTOS_OF_A_TASK)
    command = coulis("run", photos, tmp_path / "command", *FLAGS_OF_TASKS, "--model", model, "--no-thumbnails")
    assert command.code == 0, command.stderr
    assert len(part_files(tmp_path / "out")) == 200
    assert differing(tmp_path / "out", tmp_path / "command") == []


def test_kills_of_executors_and_workers_leave_the_bytes_of_the_command(cluster, tmp_path):
    """After the tests that need both executors all the time."""
    runs = KilledRuns(cluster, copy_photos(tmp_path / "photos", 96), tmp_path, seed=3)
    for _ in range(3):  # a run may be over before it is to be struck
        if not runs.kills:
            runs.run(kills=2)
    assert runs.kills


def test_spark_does_without_an_executor_that_fails_if_it_is_told_to(cluster, photos, tmp_path):
    """The last test: the cluster is another one then."""
    cluster.restart({"spark.excludeOnFailure.enabled": "true"})
    model = f"{BY_EXECUTOR}/model.safetensors"
    one, _ = folders_of(cluster.executors())
    for folder in (cluster.folder, one):
        shutil.copy(MODEL, folder / "model.safetensors")
    log_before = cluster.log()
    cluster.succeed(photos, tmp_path / "out", model=model, **PHOTOS_OF_A_TASK)
    assert f"no model file {model}" in cluster.log().removeprefix(log_before)
    assert differing(tmp_path / "out", command_with_model(model, cluster, photos, tmp_path / "command")) == []
