"""Every verb takes a bucket where it takes a folder."""

import re

import pytest
from cli.command import coulis, read_manifest, rows_by_path, succeed
from storage.bucket import FLAGS, Bucket, Coulis, Place, some_photos
from storage.fault_proxy import Fault, FaultProxy
from storage.seaweedfs import KEYS, READ_ONLY
from storage.test_same_values import assert_same_values, read_values


@pytest.fixture(scope="module")
def finished(server, photos: Place, results: Bucket) -> Place:
    """Not to be changed."""
    place = Place(results, "finished")
    Coulis(server.url).succeed("run", photos.uri, place.uri, *FLAGS)
    return place


@pytest.fixture
def copy(finished: Place, output: Place) -> Place:
    """A finished output, to be changed."""
    output.bucket.put({output.key(name): finished.bucket.get(finished.key(name)) for name in finished.names()})
    return output


def test_plan_says_what_a_run_would_do_and_writes_nothing(run, proxy: FaultProxy, photos: Place, output: Place):
    plan = run.succeed("plan", photos.uri, output.uri, "--images-per-part", 5, "--json").json
    assert (plan["images"], len(plan["parts"])) == (24, 5)
    assert plan["bytes"] == sum(photo.stat().st_size for photo in some_photos())
    assert output.names() == set()
    assert {request.method for request in proxy.requests} <= {"GET", "HEAD"}
    assert proxy.count("GET object", "^photos/") <= 24  # a sample, for the estimate of time


def test_plan_tells_of_a_finished_output_what_is_done(run: Coulis, photos: Place, finished: Place):
    plan = run.succeed("plan", photos.uri, finished.uri, *FLAGS, "--json").json
    assert [part["done"] for part in plan["parts"]] == [True] * 6


def test_check_reads_writes_and_leaves_nothing(run: Coulis, photos: Place, output: Place, folders):
    result = run.succeed("check", photos.uri, output.uri, folders.photos, "--json").json
    assert result["ok"]
    texts = {item["name"]: item["text"] for item in result["checks"]}
    assert "24 files" in texts[photos.uri]
    assert "written" in texts[output.uri]
    assert "24 files" in texts[str(folders.photos)]
    assert output.names() == set()


def test_check_finds_what_is_wrong(run: Coulis, photos: Place):
    wrong = {
        "s3://nowhere-to-be-found": {},
        photos.uri: {"AWS_SECRET_ACCESS_KEY": "wrong"},
    }
    for uri, environment in wrong.items():
        result = run("check", uri, **environment)
        assert result.code == 5
        assert re.search(rf"^BAD +{uri}: ", result.stdout, re.MULTILINE), result.stdout


def test_check_says_what_may_not_be_written(run: Coulis, photos: Place):
    result = run("check", photos.uri, AWS_ACCESS_KEY_ID=READ_ONLY, AWS_SECRET_ACCESS_KEY=KEYS[READ_ONLY])
    assert "cannot be written" in result.stdout
    assert result.code == 0


def test_verify_passes_an_intact_output(run: Coulis, finished: Place):
    result = run.succeed("verify", finished.uri, "--json").json
    assert (result["ok"], result["rows"], result["problems"]) == (True, 24, [])


def flip(place: Place, name: str) -> None:
    data = bytearray(place.bucket.get(place.key(name)))
    data[len(data) // 2] ^= 1
    place.bucket.put({place.key(name): bytes(data)})


def first_part(place: Place) -> str:
    return sorted(place.parts())[0]


DAMAGE = {
    "missing table": lambda place: place.bucket.remove(place.key("matrix.csv")),
    "missing part": lambda place: place.bucket.remove(place.key(first_part(place))),
    "flipped byte": lambda place: flip(place, first_part(place)),
    "truncated table": lambda place: place.bucket.put(
        {place.key("matrix.csv"): place.bucket.get(place.key("matrix.csv"))[:-9]}
    ),
    "not finished": lambda place: place.bucket.remove(place.key("_SUCCESS")),
    "extra part": lambda place: place.bucket.put(
        {place.key(f"features/part-00009-{'0' * 32}.snappy.parquet"): b"PAR1"}
    ),
}


@pytest.mark.parametrize("damage", DAMAGE.values(), ids=DAMAGE)
def test_verify_finds_damage_and_changes_nothing(run: Coulis, proxy: FaultProxy, copy: Place, damage):
    damage(copy)
    before = copy.bucket.etags(copy.prefix)
    result = run("verify", copy.uri, "--json")
    assert (result.code, len(result.json["problems"])) == (1, 1), result.stdout
    assert copy.bucket.etags(copy.prefix) == before
    assert {request.method for request in proxy.requests} <= {"GET", "HEAD"}


def test_verify_is_not_misled_by_a_bad_connection(run: Coulis, proxy: FaultProxy, finished: Place):
    proxy.inject(Fault("flip_byte", method="GET", key="parquet|csv", first=1), Fault("slow_down", rate=0.3))
    assert run.succeed("verify", finished.uri, "--json").json["problems"] == []
    assert proxy.struck["flip_byte"] >= 12


def test_fit_gives_what_it_gives_in_a_folder(run: Coulis, copy: Place, folders, tmp_path):
    run.succeed("fit", copy.uri, "-k", 7)
    succeed("run", folders.photos, tmp_path / "again", "-k", 7, *FLAGS[2:])
    ours = read_values(copy.download(tmp_path / "ours"), "s3://photos/Test")
    theirs = read_values(tmp_path / "again", str(folders.photos))
    assert ours == theirs
    run.succeed("verify", copy.uri)


@pytest.mark.parametrize("pca_in", ["bucket", "folder"])
def test_project_takes_the_pca_of_a_bucket_or_a_folder(
    run, photos: Place, finished: Place, output: Place, folders, tmp_path, pca_in
):
    model = f"{finished.uri if pca_in == 'bucket' else folders.output}/pca_model.safetensors"
    run.succeed("project", photos.uri, output.uri, "--pca", model, *FLAGS[2:])
    theirs = rows_by_path(finished.download(tmp_path / "finished"), "pca")
    assert rows_by_path(output.download(tmp_path / "mine"), "pca") == theirs


def test_report_is_written_again(run: Coulis, copy: Place):
    copy.bucket.remove(copy.key("report.html"))
    result = run.succeed("report", copy.uri)
    assert result.stdout.strip() == f"{copy.uri}/report.html"
    html = copy.bucket.get(copy.key("report.html"))
    assert html.rstrip().endswith(b"</html>")
    assert b"s3://photos/Test" in html


def test_a_trailing_slash_changes_nothing(run: Coulis, photos: Place, output: Place, folders, tmp_path):
    run.succeed("run", f"{photos.uri}/", f"{output.uri}/", *FLAGS)
    assert run.succeed("run", photos.uri, output.uri, *FLAGS, "--json").json["up_to_date"]
    assert_same_values(output.download(tmp_path), photos.uri, folders)
    assert read_manifest(tmp_path)["input"] == photos.uri


def test_include_exclude_and_label_rules_work_on_keys(run: Coulis, photos: Place, tmp_path):
    flags = ["--exclude", "Kiwi/*", "--label-regex", "/([A-Z])[a-z]+/[^/]*$"]
    run.succeed("run", photos.uri, tmp_path / "out", "-k", 2, *flags)
    rows = rows_by_path(tmp_path / "out")
    assert not any("/Kiwi/" in path for path in rows)
    assert all(label == path.split("/")[-2][0] for path, (label, _) in rows.items())


def test_bad_photos_in_a_bucket_are_rows_as_in_a_folder(run: Coulis, own_photos: Place, tmp_path):
    own_photos.bucket.put({own_photos.key("broken.jpg"): b"no photo", own_photos.key("empty.png"): b""})
    cut = own_photos.bucket.get(own_photos.bucket.keys(own_photos.prefix)[0])[:900]
    own_photos.bucket.put({own_photos.key("cut.jpg"): cut})
    result = run.succeed("run", own_photos.uri, tmp_path / "out", "-k", 2, "--json").json
    assert result["failed_by_code"] == {"not_an_image": 1, "empty": 1, "truncated": 1}
    folder = own_photos.bucket.download(own_photos.prefix, tmp_path / "photos")
    assert (
        coulis("run", folder, tmp_path / "in-folders", "-k", 2, "--json").json["failed_by_code"]
        == result["failed_by_code"]
    )


def test_every_verb_takes_the_endpoint_as_a_flag(
    run: Coulis, proxy: FaultProxy, photos: Place, finished: Place, copy: Place
):
    flags = ["--endpoint-url", run.endpoint, "--region", "us-east-1"]
    model = f"{finished.uri}/pca_model.safetensors"
    new = Place(copy.bucket, copy.key("new"))
    for arguments in (
        ["plan", photos.uri, copy.uri],
        ["run", photos.uri, copy.uri, *FLAGS],
        ["fit", copy.uri, "-k", 3],
        ["report", copy.uri],
        ["verify", copy.uri],
        ["project", photos.uri, new.uri, "--pca", model],
        ["check", photos.uri, new.uri],
    ):
        before = len(proxy.requests)
        run.succeed(*arguments, *flags, AWS_ENDPOINT_URL="http://127.0.0.1:1")
        assert len(proxy.requests) > before, arguments


def test_help_tells_of_buckets():
    text = succeed("run", "--help").stdout
    for flag in ("--endpoint-url", "--region", "--addressing"):
        assert flag in text
