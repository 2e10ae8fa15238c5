"""What can be wrong before a run begins: exit code 5 and a sentence that says what to do, soon."""

import re
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from storage.bucket import SECRETS, Coulis, Place
from storage.fault_proxy import Fault, FaultProxy
from storage.seaweedfs import KEYS, READ_ONLY, READ_WRITE

WRONG_SECRET = "wrong-secret-2b1a77"
SECRETS.add(WRONG_SECRET)


def refused(run: Coulis, *arguments, within_s: float = 10, **environment: str) -> str:
    """The sentence and its remedy, as one text."""
    start = time.monotonic()
    result = run(*arguments, **environment)
    seconds = time.monotonic() - start
    assert result.code == 5, result.stderr
    assert seconds < within_s, f"{seconds:.1f} s"
    assert result.stdout == ""
    lines = result.stderr.splitlines()
    assert [bool(re.match(r"coulis: error: ", line)) for line in lines].count(True) == 1, result.stderr
    assert lines[-2].startswith("coulis: error: ") and lines[-1].strip().startswith("try: "), result.stderr
    return result.stderr


@pytest.fixture(params=["input", "output"])
def arguments(request, photos: Place, folders, tmp_path) -> list:
    """The bucket is where the photos are, or where the results go."""
    return (
        ["run", photos.uri, tmp_path / "out"]
        if request.param == "input"
        else ["run", folders.photos, "s3://results/no"]
    )


def test_a_wrong_secret(run: Coulis, arguments, results):
    text = refused(run, *arguments, AWS_SECRET_ACCESS_KEY=WRONG_SECRET)
    assert "secret" in text


def test_an_unknown_access_key(run: Coulis, arguments, results):
    assert "access key" in refused(run, *arguments, AWS_ACCESS_KEY_ID="NOBODYSKEY")


def test_no_credentials_at_all(server, proxy: FaultProxy, arguments, results):
    text = refused(Coulis(proxy.url, {}), *arguments)
    assert "credentials" in text
    assert proxy.requests == []


def test_a_bucket_that_is_not_there(run: Coulis, tmp_path):
    assert "nowhere-to-be-found" in refused(run, "run", "s3://nowhere-to-be-found/x", tmp_path)


def test_a_prefix_without_a_photo_is_nothing_to_read(run: Coulis, photos: Place, tmp_path):
    result = run("run", photos.bucket.uri("Tset"), tmp_path / "out")
    assert (result.code, "no photos found in s3://photos/Tset" in result.stderr) == (4, True)


def test_a_key_that_may_only_read_is_refused_before_the_work(run, proxy: FaultProxy, photos: Place, results):
    read_only = {"AWS_ACCESS_KEY_ID": READ_ONLY, "AWS_SECRET_ACCESS_KEY": KEYS[READ_ONLY]}
    text = refused(run, "run", photos.uri, "s3://results/read-only", **read_only)
    assert "denied" in text
    assert proxy.count("GET object", "^photos/") == 0
    assert results.keys("read-only") == []


def test_no_right_to_list(run: Coulis, proxy: FaultProxy, photos: Place, tmp_path):
    proxy.inject(Fault("access_denied"))
    assert "denied" in refused(run, "run", photos.uri, tmp_path / "out")
    assert len(proxy.requests) <= 2


@contextmanager
def silent_socket(accepts: bool) -> Iterator[str]:
    """Takes connections and never answers, or does not even take them."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(50 if accepts else 0)
        address = listener.getsockname()
        fillers = []
        for _ in range(0 if accepts else 3):  # the queue of those that wait is full then: a connect hangs
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(address)
            fillers.append(filler)
        try:
            yield f"http://127.0.0.1:{address[1]}"
        finally:
            for filler in fillers:
                filler.close()


def test_nothing_listens_at_the_endpoint(arguments):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}"
        assert url in refused(Coulis(url), *arguments, within_s=20)


def test_an_endpoint_whose_name_is_unknown(photos, tmp_path):
    text = refused(Coulis("http://no-such-host.invalid:9000"), "run", photos.uri, tmp_path / "out", within_s=30)
    assert "no-such-host.invalid" in text


def test_an_endpoint_that_does_not_take_connections(photos: Place, tmp_path):
    with silent_socket(accepts=False) as url:
        assert url in refused(Coulis(url), "run", photos.uri, tmp_path / "out", within_s=40)


def test_an_endpoint_that_never_answers(photos: Place, tmp_path):
    with silent_socket(accepts=True) as url:
        assert url in refused(Coulis(url), "run", photos.uri, tmp_path / "out", within_s=30, AWS_MAX_ATTEMPTS="2")


def test_an_endpoint_that_speaks_no_s3(photos: Place, tmp_path, folders):
    """Such as the address of a console: an HTML page for every request."""
    from storage.credential_servers import InstanceMetadata, serve

    with serve(InstanceMetadata, READ_WRITE) as page:
        refused(Coulis(page.url), "run", photos.uri, tmp_path / "out")


@pytest.mark.parametrize("uri", ["s3://", "s3:///key", "ftp://photos/x", "http://photos/x"])
def test_an_address_that_cannot_be_one_is_an_error_of_usage(run: Coulis, uri, tmp_path):
    result = run("run", uri, tmp_path / "out")
    assert result.code == 2, result.stderr
    assert uri.split("://")[0] in result.stderr


def test_an_endpoint_that_is_no_address_is_an_error_of_usage(run: Coulis, photos: Place, tmp_path):
    result = run("run", photos.uri, tmp_path / "out", "--endpoint-url", "not an address")
    assert result.code == 2, result.stderr
