"""What a run asks of the server: each photo once, and nothing that it does not need."""

import re
from math import ceil

import pytest
from cli.command import ALL_PHOTOS
from storage.bucket import FLAGS, Bucket, Coulis, Place, make_bucket
from storage.fault_proxy import FaultProxy
from storage.seaweedfs import DOMAIN, READ_WRITE


def test_each_photo_is_one_get_and_nothing_else(run: Coulis, proxy: FaultProxy, photos: Place, tmp_path):
    run.succeed("run", photos.uri, tmp_path / "out", *FLAGS)
    gets = [request.name for request in proxy.requests if request.kind == "GET object"]
    assert sorted(gets) == sorted(f"photos/{key}" for key in photos.bucket.keys("Test/"))
    assert proxy.count("LIST") <= 2
    others = [request.kind for request in proxy.requests if request.kind not in ("GET object", "LIST")]
    assert others.count("HEAD object") == 0
    assert len(others) <= 1, others


def test_every_get_of_a_photo_asks_for_the_bytes_that_were_listed(run: Coulis, proxy, photos: Place, tmp_path):
    run.succeed("run", photos.uri, tmp_path / "out", *FLAGS)
    etags = {f"photos/Test/{name}": etag for name, (etag, _) in photos.bucket.etags("Test").items()}
    gets = [request for request in proxy.requests if request.kind == "GET object"]
    matches = {request.name: re.search(rb"\r\nif-match: *([^\r]*)", request.head, re.IGNORECASE) for request in gets}
    assert {name: match and match[1].decode() for name, match in matches.items()} == etags


def test_a_listing_of_many_pages_asks_once_for_each(run: Coulis, proxy: FaultProxy, server, tmp_path):
    bucket = make_bucket(server, "many")
    bucket.put({f"notes/{i:05}.txt": b"no photo" for i in range(2100)})
    bucket.put({"notes/a.jpg": ALL_PHOTOS[0].read_bytes(), "z.jpg": ALL_PHOTOS[1].read_bytes()})
    plan = run.succeed("plan", "s3://many", tmp_path / "out", "--json").json
    assert (plan["images"], plan["ignored"]) == (2, 2100)
    pages = ceil(2102 / 1000)
    assert pages <= proxy.count("LIST") <= pages + 1
    assert proxy.count("GET object") <= 3  # a sample, for the estimate of time
    assert len(proxy.requests) <= pages + 4


def test_a_second_run_reads_no_photo_and_writes_nothing(run: Coulis, proxy: FaultProxy, photos: Place, output: Place):
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    before = output.bucket.etags(output.prefix)
    proxy.requests.clear()
    result = run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json
    assert (result["up_to_date"], result["computed"]) == (True, 0)
    assert output.bucket.etags(output.prefix) == before
    gets = {request.name.rsplit("/", 1)[-1] for request in proxy.requests if request.kind == "GET object"}
    assert gets <= {"manifest.json", ".coulis-lock"}  # not parts.jsonl, which grows with the photos
    written = {request.name for request in proxy.requests if request.method in ("PUT", "POST", "DELETE")}
    assert {name.rsplit("/", 1)[-1] for name in written} <= {".coulis-lock"}
    assert len(proxy.requests) < 40


def test_a_plan_around_finished_parts_reads_their_ends_alone(run: Coulis, proxy: FaultProxy, server, output: Place):
    bucket = make_bucket(server, "footers")
    bucket.put({f"in/{i:03}.jpg": ALL_PHOTOS[i].read_bytes() for i in range(180)})
    flags = ("-k", "2", "--images-per-part", "90", "--no-thumbnails")
    run.succeed("run", "s3://footers/in", output.uri, *flags)
    bucket.put({"in/1000.jpg": ALL_PHOTOS[180].read_bytes()})
    proxy.requests.clear()
    plan = run.succeed("plan", "s3://footers/in", output.uri, *flags, "--json").json
    assert (plan["images"], len(proxy.requests) > 0) == (181, True)
    ends = [request for request in proxy.requests if request.kind == "GET object" and "/features/" in request.name]
    sizes = [re.search(rb"\r\nrange: *bytes=(\d+)-(\d+)", request.head, re.IGNORECASE) for request in ends]
    assert [int(found[2]) - int(found[1]) + 1 for found in sizes] == [256 * 1024] * 2
    assert all(int(found[1]) > 0 for found in sizes)


def test_each_file_of_the_output_is_put_once(run: Coulis, proxy: FaultProxy, photos: Place, output: Place):
    run.succeed("run", photos.uri, output.uri, *FLAGS)
    puts = [request.name for request in proxy.requests if request.kind == "PUT object" and "lock" not in request.name]
    assert sorted(puts) == sorted(f"results/{output.key(name)}" for name in output.names())
    assert puts[-1] == f"results/{output.key('_SUCCESS')}"
    assert output.bucket.open_uploads() == []


@pytest.mark.parametrize(("flag", "virtual"), [("auto", False), ("path", False), ("virtual", True)])
def test_addressing_puts_the_bucket_where_it_was_asked_for(
    run, proxy: FaultProxy, photos: Place, tmp_path, flag, virtual
):
    flags = ["--endpoint-url", proxy.url.replace("127.0.0.1", DOMAIN), "--addressing", flag]
    run.succeed("run", photos.uri, tmp_path / "out", *flags, "--include", "Kiwi/*", AWS_ENDPOINT_URL="")
    hosts = {re.search(rb"\r\nhost: *([^:\r]*)", request.head, re.IGNORECASE)[1].decode() for request in proxy.requests}
    assert hosts == {f"photos.{DOMAIN}" if virtual else DOMAIN}


def test_the_flags_come_before_the_environment(run: Coulis, proxy: FaultProxy, photos: Place, tmp_path):
    elsewhere = {"AWS_ENDPOINT_URL": "http://127.0.0.1:1", "AWS_REGION": "mars-1"}
    flags = ["--endpoint-url", proxy.url, "--region", "eu-west-3"]
    run.succeed("plan", photos.uri, tmp_path / "out", *flags, **elsewhere)
    scopes = {
        re.search(rf"{READ_WRITE}/\d+/([^/]+)/s3/", request.head.decode("latin-1"))[1] for request in proxy.requests
    }
    assert scopes == {"eu-west-3"}


def test_a_large_output_file_arrives_whole_and_leaves_no_upload_open(
    run, photos: Place, output: Place, results: Bucket
):
    """A table of more than 5 MB: where multipart uploads begin."""
    place = Place(photos.bucket, f"many-{output.prefix}")
    photos.bucket.put({place.key(f"{i:04}.jpg"): ALL_PHOTOS[i % 192].read_bytes() for i in range(700)})
    run.succeed("run", place.uri, output.uri, "-k", 700, "--precision", "int8")
    table = results.get(output.key("matrix.csv"))
    assert len(table) > 5_000_000
    assert len(table.splitlines()) == 701
    assert results.open_uploads() == []
    run.succeed("verify", output.uri)
