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
    b"c:\\photos\\xmas.jpg": "c:\\photos\\xmas.jpg",
    b"line\\x0abreak.jpg": "line\\x5cx0abreak.jpg",
    b"two\\\\x0a.jpg": "two\\\\x5cx0a.jpg",
    "\u202egpj.exe.jpg".encode(): "\\xe2\\x80\\xaegpj.exe.jpg",
    "line\u2028.jpg".encode(): "line\\xe2\\x80\\xa8.jpg",
    b"surrogate-\xed\xa0\x80.jpg": "surrogate-\\xed\\xa0\\x80.jpg",
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


@pytest.mark.parametrize(
    "name",
    [b"out-\xff", b"new\nline", "größe".encode(), b"new\\x0aline"],
    ids=["not_utf8", "newline", "umlaut", "escape"],
)
def test_input_and_output_may_have_any_name(tmp_path, name):
    arguments = [tmp_path / ("in-" + os.fsdecode(name)), tmp_path / os.fsdecode(name)]
    arguments[0].mkdir()
    shutil.copy2(ALL_PHOTOS[0], arguments[0])
    assert succeed("run", *arguments, "--json").json["ok"] == 1
    assert succeed("run", *arguments, "--json").json["up_to_date"]
    for verb in ("fit", "verify", "report", "check"):
        said = succeed(verb, arguments[1], "--json")
        assert "there are no thumbnails" not in said.stderr  # the photos are found by the bytes of their names
    succeed("plan", *arguments, "--json")


def test_a_label_rule_that_is_not_utf8_is_written_as_text(odd_names, tmp_path):
    succeed("run", odd_names, tmp_path / "out", "--label-regex", os.fsdecode(b"latin1-(\xe9)"))
    labels = [label for label, _ in rows_by_path(tmp_path / "out").values()]
    assert sorted(set(labels)) == ["", "\\xe9"]
    assert "label-regex=latin1-(\\xe9)" in read_manifest(tmp_path / "out")["settings"]


def test_folders_whose_names_printed_alike_are_two_labels(tmp_path):
    for label, photo in zip(["a\nb", "a\\x0ab"], ALL_PHOTOS, strict=False):
        (tmp_path / "photos" / label).mkdir(parents=True)
        shutil.copy2(photo, tmp_path / "photos" / label)
        (tmp_path / "photos" / label / "bad.jpg").write_text("no photo")
    succeed("run", tmp_path / "photos", tmp_path / "out")
    assert sorted(read_parts(tmp_path / "out")["label"].to_pylist()) == ["a\\x0ab", "a\\x5cx0ab"]
    assert len(set((tmp_path / "out" / "errors.csv").read_text().splitlines())) == 3


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


def test_after_a_link_two_dots_are_the_folder_above_its_target(tmp_path):
    """As `ls link/../photos` has it, whatever is beside the link."""
    (tmp_path / "there" / "deep").mkdir(parents=True)
    (tmp_path / "here" / "photos").mkdir(parents=True)
    (tmp_path / "here" / "link").symlink_to("../there/deep")
    for folder, photos in (("there", ALL_PHOTOS[:3]), ("here", ALL_PHOTOS[:1])):
        (tmp_path / folder / "photos").mkdir(exist_ok=True)
        for photo in photos:
            shutil.copy2(photo, tmp_path / folder / "photos")
    flags = {"cwd": tmp_path / "here"}
    assert coulis("run", "link/../photos", "link/../out", "--json", **flags).json["ok"] == 3
    assert (tmp_path / "there" / "out" / "_SUCCESS").exists()
    for same in ("../there/photos", str(tmp_path / "there" / "photos"), "link/.././/photos/."):
        assert coulis("run", same, "../there/out", "--json", **flags).json["up_to_date"], same
    for verb in ("verify", "report", "check"):
        assert coulis(verb, "link/../out", **flags).code == 0
    projected = coulis("project", "photos", "out", "--pca", "link/../out/pca_model.safetensors", "--json", **flags)
    assert (projected.code, projected.json["ok"]) == (0, 1)
    assert coulis("export", "link/../out", "link/../table", "--to", "huggingface", **flags).code == 0
    assert (tmp_path / "there" / "table").is_dir()
    assert not (tmp_path / "here" / "table").exists()


def test_no_pipe_is_waited_for(photos, tmp_path):
    os.mkfifo(tmp_path / "pipe.safetensors")
    os.mkfifo(photos / "pipe.jpg")
    assert succeed("run", photos, tmp_path / "out", "--json").json["ok"] == 12
    for flags, code in ((["--model", tmp_path / "pipe.safetensors"], 1), ([], 2)):
        verb = ["run"] if flags else ["project", "--pca", tmp_path / "pipe.safetensors"]
        result = coulis(*verb, photos, tmp_path / "new", *flags)
        assert (result.code, result.stderr.count("it is a pipe, not a file")) == (code, 1)
    assert coulis("run", tmp_path / "pipe.safetensors", tmp_path / "new").code == 5
    assert coulis("models", tmp_path / "pipe.safetensors").code == 1


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
    assert (result.code, "no photos found" in result.stderr) == (4, True)
    assert not (tmp_path / "out").exists()
