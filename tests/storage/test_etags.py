"""ETags that look like MD5s and are none, as some servers have them: no damage, and damage is still found."""

import base64
import hashlib
import zlib

import pytest
from storage.amazon import Amazon, serve_amazon
from storage.bucket import FLAGS, Coulis
from storage.test_keys import read_errors
from storage.test_regions import PHOTOS, objects, run_all

WARNING = "are not MD5s"


def no_md5(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()[:32]


def flipped(data: bytes) -> bytes:
    middle = len(data) // 2
    return data[:middle] + bytes([data[middle] ^ 0xFF]) + data[middle + 1 :]


@pytest.fixture
def amazon():
    with serve_amazon(objects()) as server:
        yield server


@pytest.mark.parametrize("threads", [1, 8])
def test_etags_that_are_no_md5s_are_one_warning(amazon: Amazon, tmp_path, threads):
    amazon.etag_of = no_md5
    result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS, "--threads", threads)
    assert result.stderr.count(WARNING) == 1
    assert read_errors(tmp_path / "out") == {}
    assert len(amazon.gets()) <= 2 * len(PHOTOS) + 6  # a few more, once


def test_a_bucket_of_one_object(amazon: Amazon, tmp_path):
    amazon.objects = dict(list(amazon.objects.items())[:1])
    amazon.etag_of = no_md5
    result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", "-k", 1, "--no-thumbnails")
    assert result.stderr.count(WARNING) == 1 and read_errors(tmp_path / "out") == {}


def test_results_go_to_such_a_server_too_and_the_run_goes_on(amazon: Amazon):
    amazon.etag_of = no_md5
    run = Coulis(amazon.url)
    run_all(run, "s3://photos/out")
    run.succeed("verify", "s3://photos/out")
    amazon.objects["Test/Kiwi/one_more.jpg"] = PHOTOS[0].read_bytes()
    again = run.succeed("run", "s3://photos/Test", "s3://photos/out", *FLAGS, "--json").json
    assert (again["ok"], again["failed"]) == (len(PHOTOS) + 1, 0)


def test_an_object_that_is_damaged_each_time_is_found_in_a_resumed_run_too(amazon: Amazon, tmp_path):
    """The second run reads it alone: the others say what ETags are here."""
    damaged = sorted(amazon.objects)[2]
    amazon.spoil = lambda key, data: flipped(data) if key == damaged else data
    for _ in range(2):
        result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
        assert WARNING not in result.stderr
        assert read_errors(tmp_path / "out") == {f"s3://photos/{damaged}": "unreadable"}
    amazon.spoil = lambda key, data: data
    run_all(Coulis(amazon.url), tmp_path / "out")


def test_a_lone_object_whose_bytes_differ_each_time_is_damaged(amazon: Amazon, tmp_path):
    amazon.objects = dict(list(amazon.objects.items())[:1])
    times = iter(range(10**6))

    def spoil(key: str, data: bytes) -> bytes:
        at = 100 + next(times)
        return data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :]

    amazon.spoil = spoil
    result = Coulis(amazon.url)("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
    assert WARNING not in result.stderr
    assert (result.code, list(read_errors(tmp_path / "out").values())) == (3, ["unreadable"])
    assert "none of the photos could be used" in result.stderr


def test_damage_on_the_first_tries_alone_is_asked_for_again(amazon: Amazon, tmp_path):
    seen: dict[str, int] = {}

    def spoil(key: str, data: bytes) -> bytes:
        seen[key] = seen.get(key, 0) + 1
        return flipped(data) if seen[key] <= 2 else data

    amazon.spoil = spoil
    result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
    assert WARNING not in result.stderr and read_errors(tmp_path / "out") == {}


@pytest.mark.parametrize("algorithm", ["crc32", "sha1", "sha256"])
def test_a_checksum_is_compared_where_the_etag_is_none(amazon: Amazon, tmp_path, algorithm):
    def checksum(key: str, data: bytes) -> dict[str, str]:
        asked = [asked for asked in amazon.asked if asked.key == key][-1]
        if asked.headers.get("x-amz-checksum-mode") != "ENABLED":
            return {}
        raw = zlib.crc32(data).to_bytes(4, "big") if algorithm == "crc32" else hashlib.new(algorithm, data).digest()
        return {f"x-amz-checksum-{algorithm}": base64.b64encode(raw).decode()}

    damaged = sorted(amazon.objects)[2]
    amazon.etag_of, amazon.object_headers = no_md5, checksum
    amazon.spoil = lambda key, data: flipped(data) if key == damaged else data
    result = Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
    assert WARNING not in result.stderr  # each photo was compared
    assert read_errors(tmp_path / "out") == {f"s3://photos/{damaged}": "unreadable"}


def test_a_body_that_is_short_is_found_without_etags(amazon: Amazon, tmp_path):
    amazon.etag_of = no_md5
    cut = sorted(amazon.objects)[2]
    amazon.spoil = lambda key, data: data[:-1] if key == cut else data
    Coulis(amazon.url).succeed("run", "s3://photos/Test", tmp_path / "out", *FLAGS)
    assert read_errors(tmp_path / "out") == {f"s3://photos/{cut}": "changed"}
