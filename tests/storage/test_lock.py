"""One run at a time on one OUTPUT in a bucket, and never none because of a dead one."""

import json
import signal
import time

import pytest
from storage.bucket import FLAGS, Coulis, Place
from storage.fault_proxy import Fault, FaultProxy
from storage.test_resume import fingerprints

LOCK = ".coulis-lock"


@pytest.fixture
def held(run: Coulis, proxy: FaultProxy, photos: Place, output: Place):
    """A run that holds the output and has got no photo yet."""
    proxy.inject(Fault("hold", method="GET", key="^photos/.*jpg"))
    started = run.start("run", photos.uri, output.uri, *FLAGS)
    proxy.wait_for("GET object", 1, "^photos/.*jpg")
    yield started
    proxy.release()
    if started.poll() is None:
        started.kill()
    started.communicate()


def test_a_second_run_is_refused_and_changes_nothing(run, server, proxy, photos: Place, output: Place, held):
    before = output.bucket.etags(output.prefix)
    direct = Coulis(server.url)
    for arguments in (["run", photos.uri, output.uri, *FLAGS], ["run", photos.uri, output.uri, "--fresh"]):
        start = time.monotonic()
        second = direct(*arguments)
        assert time.monotonic() - start < 10
        assert second.code == 1, second.stderr
        assert f"{output.uri}" in second.stderr
        assert f"is in use by process {held.pid}" in second.stderr
        assert second.stdout == ""
    assert output.bucket.etags(output.prefix) == before
    proxy.release()
    assert run.finish(held).code == 0
    assert LOCK not in output.names()
    direct.succeed("verify", output.uri)


def test_two_runs_that_start_together_give_one_result(server, photos: Place, output: Place):
    direct = Coulis(server.url)
    runs = [direct.start("run", photos.uri, output.uri, *FLAGS) for _ in range(4)]
    results = [direct.finish(each) for each in runs]
    codes = sorted(result.code for result in results)
    assert codes[0] == 0 and set(codes) <= {0, 1}, [result.stderr for result in results]
    for result in results:
        assert result.code == 0 or "is in use by" in result.stderr or "another run" in result.stderr
    direct.succeed("verify", output.uri)
    assert LOCK not in output.names()


def test_the_lock_of_a_killed_run_is_taken_over_and_said_so(run, proxy, photos: Place, output: Place, held):
    held.send_signal(signal.SIGKILL)
    held.wait()
    assert LOCK in output.names()
    proxy.inject()
    start = time.monotonic()
    result = run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert time.monotonic() - start < 20
    assert f"process {held.pid}" in result.stderr and "resuming the unfinished run" in result.stderr
    assert LOCK not in output.names()


def test_a_lock_of_another_machine_is_respected_while_it_is_young(run, photos: Place, output: Place):
    output.bucket.put(
        {output.key(LOCK): json.dumps({"host": "elsewhere 00000000", "process": 7, "nonce": "x"}).encode()}
    )
    result = run("run", photos.uri, output.uri, *FLAGS)
    assert (result.code, "process 7 on elsewhere" in result.stderr) == (1, True), result.stderr
    assert output.names() == {LOCK}


def test_a_lock_whose_answer_was_lost_is_ones_own(run, proxy: FaultProxy, photos: Place, output: Place):
    """The server has made it, and says at the second try that it is there."""
    proxy.inject(Fault("reset_after", method="PUT", key=LOCK, first=2))
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert proxy.struck["reset_after"] >= 1


def test_a_reader_needs_no_lock(server, proxy, photos: Place, output: Place, run, held):
    direct = Coulis(server.url)
    assert direct.succeed("plan", photos.uri, output.uri, "--json").json["images"] == 24
    result = direct("verify", output.uri)
    assert (result.code, "in use" in result.stderr) == (1, False)


def test_a_lock_is_no_file_of_the_results(run, photos: Place, output: Place):
    output.bucket.put({output.key("features/notes.txt"): b"mine", output.key("mine.parquet"): b"mine"})
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    run.succeed("run", photos.uri, output.uri, *FLAGS, "--fresh")
    assert output.bucket.get(output.key("features/notes.txt")) == b"mine"  # what is not ours is left alone
    assert output.bucket.get(output.key("mine.parquet")) == b"mine"
    run.succeed("verify", output.uri)


def test_uploads_of_others_below_the_output_are_left_alone(run, photos: Place, output: Place):
    client, name = output.bucket.client, output.bucket.name
    theirs = client.create_multipart_upload(Bucket=name, Key=output.key("other/large.bin"))
    try:
        run.succeed("run", photos.uri, output.uri, *FLAGS)
        assert output.key("other/large.bin") in output.bucket.open_uploads()
    finally:
        client.abort_multipart_upload(Bucket=name, Key=output.key("other/large.bin"), UploadId=theirs["UploadId"])


def test_what_a_killed_run_began_to_upload_is_swept_up(run, photos: Place, output: Place):
    for key in ("matrix.csv", "features/part-00000-0.snappy.parquet"):
        output.bucket.client.create_multipart_upload(Bucket=output.bucket.name, Key=output.key(key))
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    assert output.bucket.open_uploads() == []
    assert fingerprints(output)
