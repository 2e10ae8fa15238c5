"""gs://: whole runs at a server that speaks Google's API; and, as for abfss://, the end where nothing answers."""

import re
import signal
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from cli.command import differing, rows_by_path
from storage.bucket import COUNT, FLAGS, Coulis, run_python, some_photos
from storage.fault_proxy import Fault, FaultProxy
from storage.google import Google, serve_google
from storage.test_keys import read_errors
from storage.test_refusals import silent_socket


@pytest.fixture(scope="module")
def google():
    with serve_google() as google:
        for photo in some_photos():
            google.put(f"Test/{photo.parent.name}/{photo.name}", photo.read_bytes())
        yield google
        assert google.not_understood == []


@pytest.fixture
def run(google: Google) -> Coulis:
    return Coulis("", {"STORAGE_EMULATOR_HOST": f"127.0.0.1:{google.server_port}"})


def download(google: Google, prefix: str, folder):
    for name in google.names(f"{prefix}/"):
        target = folder / name.removeprefix(f"{prefix}/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(google.get(name))
    return folder


def test_a_run_has_the_rows_of_a_folder_and_is_verified(run: Coulis, google: Google, folders, tmp_path):
    result = run.succeed("run", "gs://photos/Test", "gs://photos/out", *FLAGS, "--json").json
    assert (result["ok"], result["failed"]) == (COUNT, 0)
    run.succeed("verify", "gs://photos/out")
    ours = rows_by_path(download(google, "out", tmp_path))
    theirs = rows_by_path(folders.output)
    assert {path.removeprefix("gs://photos/Test/"): row for path, row in ours.items()} == {
        path.removeprefix(f"{folders.photos}/"): row for path, row in theirs.items()
    }
    again = run.succeed("run", "gs://photos/Test", "gs://photos/out", *FLAGS, "--json").json
    assert (again["up_to_date"], again["computed"]) == (True, 0)
    run.succeed("report", "gs://photos/out")
    run.succeed("check", "gs://photos/Test", "gs://photos/out")


def test_a_run_that_was_killed_goes_on(run: Coulis, google: Google, tmp_path):
    started = run.start("run", "gs://photos/Test", "gs://photos/killed", *FLAGS, "--threads", 1)
    deadline = time.monotonic() + 60
    while not google.names("killed/features/"):
        assert time.monotonic() < deadline and started.poll() is None
        time.sleep(0.02)
    started.kill()
    started.communicate()
    done = len(google.names("killed/features/"))
    result = run.succeed("run", "gs://photos/Test", "gs://photos/killed", *FLAGS, "--json").json
    assert result["ok"] == COUNT and result["computed"] <= COUNT - 4 * done
    run.succeed("run", "gs://photos/Test", "gs://photos/whole", *FLAGS)
    killed, whole = (download(google, name, tmp_path / name) for name in ("killed", "whole"))
    assert differing(killed, whole) == []


def test_the_flag_leads_to_the_server_too_and_a_query_is_no_part_of_paths(google: Google, tmp_path):
    stranger = Coulis("", {})
    place = f"gs://photos/Test?endpoint_override=127.0.0.1:{google.server_port}&scheme=http"
    for uri, flags in (("gs://photos/Test", ("--endpoint-url", google.url)), (place, ())):
        output = tmp_path / str(len(flags))
        stranger.succeed("run", uri, output, *FLAGS, *flags)
        assert {path.rpartition("/Test/")[0] for path in rows_by_path(output)} == {"gs://photos"}


def test_keys_with_odd_characters(run: Coulis, google: Google, tmp_path):
    photo = some_photos()[0].read_bytes()
    names = ["odd/a b+c.jpg", "odd/é.jpg", "odd/100%.jpg", "odd/q?.jpg", "odd/#1.jpg"]
    for name in names:
        google.put(name, photo)
    run.succeed("run", "gs://photos/odd", tmp_path / "out", "-k", 1)
    assert sorted(rows_by_path(tmp_path / "out")) == sorted(f"gs://photos/{name}" for name in names)
    assert read_errors(tmp_path / "out") == {}


def test_python_reads_what_a_run_has_written(run: Coulis):
    run.succeed("run", "gs://photos/Test", "gs://photos/python", *FLAGS)
    code = (
        "import coulis\n"
        "result, features = coulis.open('gs://photos/python'), coulis.featurize('gs://photos/Test')\n"
        "assert (result.matrix() == features.values).all() and result.paths == features.paths\n"
        "assert len(coulis.featurize(features.paths[:3])) == 3\n"
    )
    run_python(code, **run.environment)


def test_an_object_that_cannot_be_read_is_a_row_and_is_tried_again(google: Google, run: Coulis, tmp_path):
    name = google.names("Test/")[3]
    google.forbidden.add(name)
    run.succeed("run", "gs://photos/Test", tmp_path / "out", *FLAGS)
    assert read_errors(tmp_path / "out") == {f"gs://photos/{name}": "unreadable"}
    google.forbidden.clear()
    result = run.succeed("run", "gs://photos/Test", tmp_path / "out", *FLAGS, "--json").json
    assert (result["ok"], result["computed"]) == (COUNT, 4)


@contextmanager
def nowhere() -> Iterator[str]:
    """A port that takes no connection."""
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{closed.getsockname()[1]}"


URIS = {"gs": "gs://bucket/x", "abfss": "abfss://bucket@account.dfs.core.windows.net/x"}


@pytest.fixture
def azure() -> Coulis:
    """Which gs:// does not mind."""
    return Coulis("", {"AZURE_STORAGE_KEY": "a2V5"})


def test_where_nothing_answers_a_run_ends_within_a_minute(azure: Coulis, tmp_path):
    """All at once: they wait, and work little."""
    with nowhere() as dead, silent_socket(accepts=True) as silent:
        begin = time.monotonic()
        runs = [
            (url, azure.start("run", uri, tmp_path / f"out_{scheme}_{number}", "--endpoint-url", url))
            for scheme, uri in URIS.items()
            for number, url in enumerate((dead, silent))
        ]
        for url, started in runs:
            result = azure.finish(started, timeout_s=60 - (time.monotonic() - begin))
            assert result.code == 5 and url.removeprefix("http://") in result.stderr, result.stderr
            assert result.stderr.count("coulis: error: ") == 1 and len(result.stderr.splitlines()) <= 3, result.stderr


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_one_signal_ends_the_wait(azure: Coulis, tmp_path, number):
    with silent_socket(accepts=True) as url:
        waiting = []
        for scheme, uri in URIS.items():
            for verb in ("run", "check", "verify"):
                output = [tmp_path / f"out_{scheme}"] if verb == "run" else []
                waiting.append(azure.start(verb, uri, *output, "--endpoint-url", url))
        time.sleep(3)
        assert [started.poll() for started in waiting] == [None] * 6
        begin = time.monotonic()
        for started in waiting:
            started.send_signal(number)
        for started in waiting:
            result = azure.finish(started, timeout_s=30)
            assert result.code == 130, result.stderr
        assert time.monotonic() - begin < 10


def test_a_server_that_dies_ends_the_run_and_is_no_row(google: Google, tmp_path):
    """Not each photo that could not be read meanwhile is bad."""
    photos = google.names("Test/")
    with FaultProxy(google.server_port) as proxy:
        proxy.inject(Fault("hold", key=re.escape(photos[-1])))  # so that the run is not at its end
        run = Coulis("", {"STORAGE_EMULATOR_HOST": proxy.url})
        started = run.start("run", "gs://photos/Test", tmp_path / "out", *FLAGS, "--threads", 1)
        deadline = time.monotonic() + 60
        while not list((tmp_path / "out" / "features").glob("part-*")):
            assert time.monotonic() < deadline and started.poll() is None
            time.sleep(0.005)
        proxy.go_down()
        result = run.finish(started, timeout_s=120)
    assert (result.code, (tmp_path / "out" / "_SUCCESS").exists()) == (5, False), result.stderr
    assert not (tmp_path / "out" / "errors.csv").exists()


def test_no_secret_of_an_azure_address_is_shown(tmp_path):
    uri = "abfss://bucket@account.dfs.core.windows.net/x?sv=2022-11-02&sig=c2VjcmV0&sp=r"
    with nowhere() as url:
        result = Coulis("", {})("run", uri, tmp_path / "out", "--endpoint-url", url)
    assert result.code == 5 and "c2VjcmV0" not in result.stdout + result.stderr, result.stderr
