"""Any file name and any shape of folder: every photo that is listed is in features or in errors."""

import os
import shutil
import unicodedata
from pathlib import Path

import pytest
from cli.command import ALL_PHOTOS, coulis, differing, read_manifest, read_parts, rows_by_path, succeed

NAMES = {  # as bytes in the folder: as text in the tables
    b"with space.jpg": "with space.jpg",
    b"100%.jpg": "100%.jpg",
    b"%41+%2F.jpg": "%41+%2F.jpg",
    b"a+b&c=d?.jpg": "a+b&c=d?.jpg",
    b"quote'\".jpg": "quote'\".jpg",
    b"line\nbreak.jpg": "line\\x0abreak.jpg",
    b"tab\there.jpg": "tab\\x09here.jpg",
    b"latin1-\xe9.jpg": "latin1-\\xe9.jpg",
    b"cut-\xe2\x82.jpg": "cut-\\xe2\\x82.jpg",
    "größe-東京-🍎.jpg".encode(): "größe-東京-🍎.jpg",
    unicodedata.normalize("NFC", "é.jpg").encode(): unicodedata.normalize("NFC", "é.jpg"),
    unicodedata.normalize("NFD", "é.jpg").encode(): unicodedata.normalize("NFD", "é.jpg"),
    b"_DSC1.JPG": "_DSC1.JPG",
    b".hidden.jpg": ".hidden.jpg",
    b"-k.jpg": "-k.jpg",
    b"<b>&amp;.jpg": "<b>&amp;.jpg",
    b"n" * 251 + b".jpg": "n" * 251 + ".jpg",
    b"s3:..b.jpeg": "s3:..b.jpeg",
    b"*.jpg": "*.jpg",
    b"back\\slash.jpg": "back\\slash.jpg",
}


@pytest.fixture(scope="module")
def odd_names(tmp_path_factory) -> Path:
    photos = tmp_path_factory.mktemp("names") / "photos"
    photos.mkdir()
    for name in NAMES:
        shutil.copy2(ALL_PHOTOS[0], photos / os.fsdecode(name))
    (photos / "more" / "deep").mkdir(parents=True)
    shutil.copy2(ALL_PHOTOS[1], photos / "more" / "deep" / "one.png")
    return photos


def test_every_name_is_a_row_written_as_a_person_would_type_it(odd_names, tmp_path):
    succeed("run", odd_names, tmp_path / "out")
    names = [Path(path).name for path in read_parts(tmp_path / "out")["path"].to_pylist()]
    assert sorted(names) == sorted([*NAMES.values(), "one.png"])
    top = [name for name in names if name != "one.png"]
    assert top == [NAMES[name] for name in sorted(NAMES)]  # in the order of the bytes, not of what is printed


def test_odd_names_survive_every_verb(odd_names, tmp_path):
    photos, output = tmp_path / "photos", tmp_path / "out"
    shutil.copytree(odd_names, photos)
    (photos / "more" / "bad\x01.jpg").write_text("<script>")
    succeed("plan", photos, output, "--json")
    succeed("run", photos, output, "--images-per-part", 5, "--json")
    assert succeed("run", photos, output, "--images-per-part", 5, "--json").json["up_to_date"]
    succeed("fit", output, "-k", 2)
    succeed("report", output)
    succeed("verify", output)
    assert (output / "errors.csv").read_text().count("bad\\x01.jpg") == 1


def test_a_renamed_photo_is_noticed_whatever_its_name(odd_names, tmp_path):
    photos = tmp_path / "photos"
    shutil.copytree(odd_names, photos)
    succeed("run", photos, tmp_path / "out", "--images-per-part", 4)
    (photos / os.fsdecode(b"latin1-\xe9.jpg")).rename(photos / os.fsdecode(b"latin1-\xe8.jpg"))
    result = succeed("run", photos, tmp_path / "out", "--images-per-part", 4)
    assert "1 removed: latin1-\\xe9.jpg" in result.stderr
    assert f"{photos}/latin1-\\xe8.jpg" in rows_by_path(tmp_path / "out")


@pytest.mark.parametrize("name", [b"out-\xff", b"new\nline", "größe".encode()], ids=["not_utf8", "newline", "umlaut"])
def test_input_and_output_may_have_any_name(tmp_path, name):
    arguments = [tmp_path / ("in-" + os.fsdecode(name)), tmp_path / os.fsdecode(name)]
    arguments[0].mkdir()
    shutil.copy2(ALL_PHOTOS[0], arguments[0])
    assert succeed("run", *arguments, "--json").json["ok"] == 1
    assert succeed("run", *arguments, "--json").json["up_to_date"]
    for verb in ("fit", "verify", "report", "check"):
        succeed(verb, arguments[1], "--json")
    succeed("plan", *arguments, "--json")


def test_a_label_rule_that_is_not_utf8_is_written_as_text(odd_names, tmp_path):
    succeed("run", odd_names, tmp_path / "out", "--label-regex", os.fsdecode(b"latin1-(\xe9)"))
    labels = [label for label, _ in rows_by_path(tmp_path / "out").values()]
    assert sorted(set(labels)) == ["", "\\xe9"]
    assert "label_regex=latin1-(\\xe9)" in read_manifest(tmp_path / "out")["settings"]


@pytest.fixture
def linked(tmp_path) -> Path:
    """Two photos; links to a photo, to a folder, to nothing, and in circles."""
    photos = tmp_path / "photos"
    (photos / "real").mkdir(parents=True)
    for photo in ALL_PHOTOS[:2]:
        shutil.copy2(photo, photos / "real")
    (photos / "again").symlink_to("real")
    (photos / "one.jpg").symlink_to(f"real/{ALL_PHOTOS[0].name}")
    (photos / "real" / "up").symlink_to("..")
    (photos / "loop.jpg").symlink_to("loop.jpg")
    (photos / "gone.jpg").symlink_to("nowhere.jpg")
    (photos / "folder.jpg").mkdir()
    return photos


def test_links_are_followed_and_circles_are_not(linked, tmp_path):
    result = succeed("run", linked, tmp_path / "out", "--json").json
    assert result["failed_by_code"] == {"vanished": 2}  # loop.jpg, gone.jpg
    names = {str(Path(path).relative_to(linked)) for path in rows_by_path(tmp_path / "out")}
    photos = {photo.name for photo in ALL_PHOTOS[:2]}
    assert names == {"one.jpg"} | {f"{folder}/{name}" for folder in ("real", "again") for name in photos}
    succeed("run", linked, tmp_path / "again")
    assert differing(tmp_path / "out", tmp_path / "again") == []


@pytest.mark.parametrize(
    ("flags", "count"),
    [
        (["--include", "r_*.jpg"], 1),
        (["--include", "*"], 4),
        (["--exclude", "sub/*"], 2),
        (["--include", "*.JPG", "--include", "*.txt"], 1),
        (["--exclude", "*_2*"], 2),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else "",
)
def test_globs_choose_the_photos(tmp_path, flags, count):
    photos = tmp_path / "photos"
    (photos / "sub").mkdir(parents=True)
    for i, name in enumerate(["r_1.jpg", "b_2.jpg", "sub/c_3.jpg"]):
        shutil.copy2(ALL_PHOTOS[i], photos / name)
    (photos / "notes.txt").write_text("no photo")
    assert succeed("plan", photos, tmp_path / "out", *flags, "--json").json["images"] == count


def test_a_glob_that_matches_nothing_leaves_nothing_to_read(photos, tmp_path):
    result = coulis("run", photos, tmp_path / "out", "--include", "[")
    assert (result.code, "no image found" in result.stderr) == (4, True)
    assert not (tmp_path / "out").exists()
