"""Any key: each object that is listed is in features or in errors."""

import csv
import unicodedata
from pathlib import Path

import pytest
from cli.command import ALL_PHOTOS, read_manifest, rows_by_path, succeed
from storage.bucket import Bucket, Coulis, Place
from storage.fault_proxy import FaultProxy
from storage.moto_server import serve_moto
from storage.seaweedfs import connect

LONG = "/".join(["n" * 245] * 3 + ["n" * 248]) + ".jpg"  # 1,000 bytes with the prefix
NAMES = {  # as in the bucket: as in the tables
    "with space.jpg": "with space.jpg",
    " leading and trailing .jpg": " leading and trailing .jpg",
    "100%.jpg": "100%.jpg",
    "%41+%2F.jpg": "%41+%2F.jpg",
    "%.jpg": "%.jpg",
    "%zz.jpg": "%zz.jpg",
    "a+b&c=d?e#f.jpg": "a+b&c=d?e#f.jpg",
    "quote'\".jpg": "quote'\".jpg",
    "semi;colon,comma@at$dollar!.jpg": "semi;colon,comma@at$dollar!.jpg",
    "(round)[square]{curly}.jpg": "(round)[square]{curly}.jpg",
    "tilde~caret^pipe|tick`.jpg": "tilde~caret^pipe|tick`.jpg",
    "line\nbreak.jpg": "line\\x0abreak.jpg",
    "tab\there.jpg": "tab\\x09here.jpg",
    "größe-東京-🍎.jpg": "größe-東京-🍎.jpg",
    unicodedata.normalize("NFC", "é.jpg"): unicodedata.normalize("NFC", "é.jpg"),
    unicodedata.normalize("NFD", "é.jpg"): unicodedata.normalize("NFD", "é.jpg"),
    "_DSC1.JPG": "_DSC1.JPG",
    ".hidden.jpg": ".hidden.jpg",
    "-k.jpg": "-k.jpg",
    "<b>&amp;.jpg": "<b>&amp;.jpg",
    "*.jpg": "*.jpg",
    "s3:..b.jpeg": "s3:..b.jpeg",
    "=cmd|' '!A1.jpg": "=cmd|' '!A1.jpg",
    LONG: LONG,
}
# Names that SeaweedFS, whose keys are paths, cannot keep apart.
ODD_PATHS = [
    "a//b.jpg",
    "/leading.jpg",
    "//two.jpg",
    "up/../over.jpg",
    "../above.jpg",
    "./here.jpg",
    "a/./b.jpg",
    "end/.jpg",
    "\x01.jpg",
    "back\\slash.jpg",
    "line\\x0abreak.jpg",
]


@pytest.fixture(scope="module")
def odd_names(photos: Place) -> Place:
    place = Place(photos.bucket, "odd-names")
    place.bucket.put({place.key(name): ALL_PHOTOS[0].read_bytes() for name in NAMES})
    place.bucket.put({place.key("more/deep/one.png"): ALL_PHOTOS[1].read_bytes()})
    return place


def read_errors(output: Path) -> dict[str, str]:
    with (output / "errors.csv").open(newline="") as file:
        return {row["path"]: row["code"] for row in csv.DictReader(file)}


def test_the_server_keeps_every_name(odd_names: Place):
    """Else the tests below would test less than they say."""
    assert odd_names.names() == {*NAMES, "more/deep/one.png"}
    assert max(len(odd_names.key(name).encode()) for name in NAMES) == 1000


def test_every_key_is_a_row_written_as_a_person_would_type_it(run: Coulis, odd_names: Place, tmp_path):
    run.succeed("run", odd_names.uri, tmp_path / "out", "-k", 2)
    wanted = {f"{odd_names.uri}/{name}" for name in [*NAMES.values(), "more/deep/one.png"]}
    assert rows_by_path(tmp_path / "out").keys() == wanted
    assert read_errors(tmp_path / "out") == {}


def test_odd_keys_survive_every_verb(run: Coulis, odd_names: Place, output: Place):
    flags = ["-k", 2, "--images-per-part", 5]
    run.succeed("plan", odd_names.uri, output.uri)
    run.succeed("run", odd_names.uri, output.uri, *flags)
    assert run.succeed("run", odd_names.uri, output.uri, *flags, "--json").json["up_to_date"]
    for verb in ("fit", "report", "verify"):
        run.succeed(verb, output.uri)


@pytest.mark.parametrize("prefix", ["with space", "100%", "größe", "a+b&c=d", "_x", ".dot", "new\nline"], ids=ascii)
def test_input_and_output_may_be_below_any_prefix(run: Coulis, photos: Place, output: Place, prefix):
    source = Place(photos.bucket, f"in {prefix}")
    source.bucket.put({source.key("one.jpg"): ALL_PHOTOS[0].read_bytes()})
    target = Place(output.bucket, output.key(prefix))
    assert run.succeed("run", source.uri, target.uri, "--json").json["ok"] == 1
    assert run.succeed("run", source.uri, target.uri, "--json").json["up_to_date"]
    run.succeed("verify", target.uri)
    assert "_SUCCESS" in target.names()


def test_a_prefix_is_a_folder_and_not_the_beginning_of_a_name(run: Coulis, photos: Place, output: Place, tmp_path):
    place = Place(photos.bucket, output.prefix)
    photo = ALL_PHOTOS[0].read_bytes()
    place.bucket.put({place.key("in.jpg"): photo, f"{place.prefix}x/out.jpg": photo, f"{place.prefix}.jpg": photo})
    for uri in (place.uri, f"{place.uri}/"):
        assert run.succeed("plan", uri, tmp_path / "out", "--json").json["images"] == 1


def test_markers_of_folders_are_not_photos(run: Coulis, own_photos: Place, tmp_path):
    own_photos.bucket.client.put_object(Bucket="photos", Key=own_photos.key("Empty.jpg/"), Body=b"")
    assert run.succeed("run", own_photos.uri, tmp_path / "out", "--json").json["listed"] in (24, 25)
    manifest = read_manifest(tmp_path / "out")["counts"]
    assert manifest["listed"] == manifest["ok"] + manifest["failed"]


def test_keys_that_are_no_paths_are_rows_or_errors(tmp_path):
    photos = [photo.read_bytes() for photo in ALL_PHOTOS[: len(ODD_PATHS)]]
    with serve_moto() as port, FaultProxy(port) as proxy:
        client = connect(f"http://127.0.0.1:{port}")
        client.create_bucket(Bucket="odd")
        bucket = Bucket(client, "odd")
        bucket.put({f"top/{name}": photo for name, photo in zip(ODD_PATHS, photos, strict=True)})
        assert bucket.names("top") == set(ODD_PATHS)
        result = (
            Coulis(proxy.url)
            .succeed("run", "s3://odd/top", tmp_path / "out", "-k", 2, "--no-thumbnails", "--json")
            .json
        )
        asked = [request.name for request in proxy.requests if request.kind == "GET object"]
    assert result["listed"] == len(ODD_PATHS) == result["ok"] + result["failed"]
    assert result["failed"] == 0, read_errors(tmp_path / "out")
    assert sorted(asked) == sorted(f"odd/top/{name}" for name in ODD_PATHS)

    for number, photo in enumerate(photos):  # each key's row is that of its own photo
        (tmp_path / "photos").mkdir(exist_ok=True)
        (tmp_path / "photos" / f"{number}.jpg").write_bytes(photo)
    succeed("run", tmp_path / "photos", tmp_path / "in-folders", "-k", 2)
    wanted = rows_by_path(tmp_path / "in-folders")
    found = rows_by_path(tmp_path / "out")
    for number, name in enumerate(ODD_PATHS):
        path = f"s3://odd/top/{name}".replace("\x01", "\\x01").replace("\\x0a", "\\x5cx0a")
        assert found[path][1] == wanted[f"{tmp_path}/photos/{number}.jpg"][1], name
