"""A run into a bucket that is killed at any moment is finished by the same command, to the same bytes."""

import json
import os
import signal
import subprocess
import threading
import time
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from cli.command import COMMAND, rows_by_path
from storage.bucket import FLAGS, Bucket, Coulis, Place
from storage.fault_proxy import Fault, FaultProxy

PUTS = 20  # before _SUCCESS: the lock, 6 + 6 parts, matrix.csv, two errors tables, model, parts.jsonl, manifest, report
VOLATILE = {"report.html", "manifest.json", ".coulis-lock"}  # times of the last run


def fingerprints(place: Place) -> dict[str, str]:
    """MD5 of all that two runs must agree on."""
    return {name: etag for name, (etag, _) in place.bucket.etags(place.prefix).items() if name not in VOLATILE}


@pytest.fixture(scope="module")
def undisturbed(server, photos: Place, results: Bucket) -> dict[str, str]:
    place = Place(results, "undisturbed")
    Coulis(server.url).succeed("run", photos.uri, place.uri, *FLAGS)
    return fingerprints(place)


def assert_whole(name: str, data: bytes) -> None:
    """An object that readers can see is one that they can read."""
    if name.endswith(".parquet"):
        pq.read_table(pa.BufferReader(data))
    elif name.endswith(".csv"):
        assert data.endswith(b"\r\n")
        assert len({line.count(b",") for line in data.splitlines() if line and b'"' not in line}) == 1
    elif name.endswith((".json", ".coulis-lock")):
        json.loads(data)
    elif name.endswith(".jsonl"):
        assert [json.loads(line)["number"] for line in data.splitlines()] and data.endswith(b"}\n")
    elif name.endswith(".html"):
        assert data.rstrip().endswith(b"</html>")
    elif name.endswith(".safetensors"):
        header_bytes = int.from_bytes(data[:8], "little")
        header = json.loads(data[8 : 8 + header_bytes])
        ends = [value["data_offsets"][1] for key, value in header.items() if key != "__metadata__"]
        assert len(data) == 8 + header_bytes + max(ends)
    else:
        assert name.endswith("_SUCCESS"), name


def assert_all_whole(place: Place) -> None:
    for name in place.names():
        assert_whole(name, place.bucket.get(place.key(name)))


@pytest.mark.parametrize(("puts", "what"), [(n, "stall_after" if n % 4 else "stall_before") for n in range(0, PUTS, 2)])
def test_a_run_killed_at_any_put_is_finished_to_the_same_bytes(
    run, proxy: FaultProxy, photos: Place, output: Place, undisturbed, puts, what
):
    """The put that it is killed in has arrived at the server, or has not."""
    proxy.inject(Fault(what, method="PUT", after=puts))
    started = run.start("run", photos.uri, output.uri, *FLAGS, "--threads", 2)
    proxy.wait_for("PUT object", puts + 1)
    time.sleep(0.05)
    started.kill()
    assert run.finish(started).code == -signal.SIGKILL
    proxy.inject()
    last = [request.name.rsplit("/")[-1] for request in proxy.requests if request.method == "PUT"][-1]
    print(f"killed at put {puts}, {last}, {what}")
    assert "_SUCCESS" not in output.names()
    assert_all_whole(output)
    assert run("verify", output.uri).code == 1
    committed = len(output.parts())
    result = run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json
    assert result["computed"] == 24 - 4 * committed
    assert fingerprints(output) == undisturbed
    assert output.bucket.open_uploads() == []
    run.succeed("verify", output.uri)


def test_a_run_killed_many_times_in_a_row_gets_there(
    run: Coulis, proxy: FaultProxy, photos: Place, output: Place, undisturbed
):
    kills = 0
    for _ in range(5):
        before = proxy.count("PUT object", "features/part")
        started = run.start("run", photos.uri, output.uri, *FLAGS, "--threads", 1)
        while started.poll() is None and proxy.count("PUT object", "features/part") < before + 1:
            time.sleep(0.002)
        started.kill()
        kills += run.finish(started).code == -signal.SIGKILL
        assert_all_whole(output)
    assert kills >= 4
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert fingerprints(output) == undisturbed


def test_no_reader_ever_sees_half_an_object(run: Coulis, server, photos: Place, output: Place):
    """While a run writes, everything that is there is read over and over."""
    seen: dict[str, str] = {}
    problems: list[str] = []
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for name, (etag, _) in output.bucket.etags(output.prefix).items():
                if seen.get(name) == etag:
                    continue
                seen[name] = etag
                try:
                    assert_whole(name, output.bucket.get(output.key(name)))
                except output.bucket.client.exceptions.NoSuchKey:
                    pass  # the lock, or a file of before
                except Exception as error:
                    problems.append(f"{name}: {error}")

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        Coulis(server.url).succeed("run", photos.uri, output.uri, "-k", 24, "--images-per-part", 1, "--threads", 1)
        Coulis(server.url).succeed("run", photos.uri, output.uri, "-k", 5, "--images-per-part", 2, "--threads", 1)
    finally:
        done.set()
        watcher.join()
    assert problems == []
    assert len([name for name in seen if name.startswith("features/")]) > 5


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=["ctrl_c", "terminate"])
def test_a_signal_ends_the_run_in_order_and_it_goes_on_from_there(
    run, proxy, photos: Place, output: Place, undisturbed, number
):
    proxy.inject(Fault("latency", seconds=0.5, key="jpg"))
    started = run.start("run", photos.uri, output.uri, *FLAGS, "--threads", 1)
    proxy.wait_for("PUT object", 1, "features/part")
    started.send_signal(number)
    result = run.finish(started, timeout_s=30)
    assert result.code == 130, result.stderr
    assert "_SUCCESS" not in output.names()
    assert ".coulis-lock" not in output.names()
    assert 1 <= len(output.parts()) < 6
    proxy.inject()
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert fingerprints(output) == undisturbed


def test_a_file_that_is_lost_is_restored_by_the_same_command(run: Coulis, photos: Place, output: Place, undisturbed):
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    lost = {
        "matrix.csv": 0,
        "_SUCCESS": 0,
        sorted(output.parts())[2]: 4,
        sorted(output.parts("pca"))[1]: 0,
        "manifest.json": 0,
        "parts.jsonl": 0,
    }
    for name, computed in lost.items():
        output.bucket.remove(output.key(name))
        assert run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json["computed"] == computed, name
        assert fingerprints(output) == undisturbed


def test_after_photos_came_went_and_changed_only_their_parts_are_computed(
    run, proxy, own_photos: Place, output: Place, tmp_path
):
    run.succeed("run", own_photos.uri, output.uri, *FLAGS)
    before = output.parts()
    bucket, keys = own_photos.bucket, own_photos.bucket.keys(own_photos.prefix)
    bucket.put({own_photos.key(f"New/{i}.jpg"): bucket.get(keys[i]) + b" " for i in range(3)})
    bucket.put({keys[1]: bucket.get(keys[20])})
    bucket.remove(keys[9])
    proxy.requests.clear()
    result = run.succeed("run", own_photos.uri, output.uri, *FLAGS, "--json").json
    listed = bucket.keys(own_photos.prefix)
    assert (result["listed"], result["ok"]) == (len(listed), len(listed)) == (26, 26)
    assert result["computed"] == proxy.count("GET object", own_photos.prefix) < 26
    assert len(before & output.parts()) >= 3
    run.succeed("verify", output.uri)
    run.succeed("run", own_photos.uri, tmp_path / "fresh", *FLAGS)
    assert rows_by_path(output.download(tmp_path / "out")) == rows_by_path(tmp_path / "fresh")


def test_an_object_rewritten_with_the_same_bytes_is_no_change(run: Coulis, proxy, own_photos: Place, output: Place):
    """The ETag says what is in it: copying a bucket costs no new run."""
    run.succeed("run", own_photos.uri, output.uri, *FLAGS)
    key = own_photos.bucket.keys(own_photos.prefix)[3]
    time.sleep(1.1)  # times of S3 are whole seconds
    own_photos.bucket.put({key: own_photos.bucket.get(key)})
    assert run.succeed("run", own_photos.uri, output.uri, *FLAGS, "--json").json["computed"] == 0


def test_fifty_ends_in_a_row_are_clean(run: Coulis, photos: Place):
    """The AWS library inside Arrow aborts now and then, if it is not closed."""
    for number in range(50):
        result = run("check", photos.uri)
        assert result.code == 0, f"{number}: {result.code} {result.stderr}"


def test_failures_end_cleanly_too(run: Coulis, tmp_path):
    for number in range(10):
        result = run("plan", "s3://nowhere-to-be-found/x", tmp_path)
        assert result.code == 5, f"{number}: {result.code} {result.stderr}"


def test_output_in_a_bucket_leaves_no_file_on_this_machine(run: Coulis, photos: Place, output: Place, tmp_path: Path):
    done = subprocess.run(
        [COMMAND, "run", photos.uri, output.uri, *FLAGS],
        cwd=tmp_path,
        capture_output=True,
        env={**os.environ, **run.variables, "TMPDIR": str(tmp_path), "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.rglob("*")) == []
