"""A path leads where the system says, to a file and to nothing else; what is printed of it is its own."""

import os
import random
import re
import socket
from pathlib import Path

import coulis
import numpy as np
import pytest
from cli.command import ALL_PHOTOS, copy_photos, succeed
from coulis import _core
from coulis.models.import_model import read_source
from coulis.models.model_file import ModelError


@pytest.fixture
def linked(tmp_path, monkeypatch) -> Path:
    """here/link -> ../there/deep, with here/photos of one kind and there/photos of another."""
    (tmp_path / "there" / "deep").mkdir(parents=True)
    (tmp_path / "here").mkdir()
    (tmp_path / "here" / "link").symlink_to("../there/deep")
    copy_photos(tmp_path / "here" / "photos", 3)
    copy_photos(tmp_path / "there" / "photos", 4)
    monkeypatch.chdir(tmp_path / "here")
    return tmp_path


def test_after_a_link_two_dots_are_the_folder_above_its_target(linked):
    assert len(coulis.featurize("link/../photos")) == 4
    assert len(coulis.featurize("link/./..//photos/")) == 4
    assert len(coulis.featurize("photos/../photos")) == 3
    path = "link/../only.jpg"
    Path(path).write_bytes(ALL_PHOTOS[0].read_bytes())
    assert not coulis.featurize([path]).errors
    assert not coulis.featurize([str(linked / "here" / path)]).errors
    assert coulis.featurize([path]).paths == [path]


def test_runs_and_their_results_too(linked):
    assert coulis.run("link/../photos", "link/../out", k=2)["listed"] == 4
    assert (linked / "there" / "out" / "_SUCCESS").exists()
    assert not (linked / "here" / "out").exists()
    assert coulis.run("../there/photos", str(linked / "there" / "out"), k=2)[
        "up_to_date"
    ]  # the same folder, the same settings
    result = coulis.open("link/../out")
    assert result.matrix().shape == (4, 1280)
    assert result.paths == [str(path) for path in sorted((linked / "there" / "photos").rglob("*.jpg"))]
    assert coulis.PCA.load("link/../out/pca_model.safetensors").n_components_ == 2
    succeed("verify", "link/../out")
    succeed("report", "link/../out")
    succeed("fit", "link/../out", "-k", 1)
    succeed("export", "link/../out", "link/../exported", "--to", "huggingface")
    assert (linked / "there" / "exported").is_dir()
    summary = coulis.run("photos", "out", pca="link/../out/pca_model.safetensors")
    assert (summary["listed"], summary["k"]) == (3, 1)


@pytest.mark.parametrize(
    "kind", [os.fsencode, os.fsdecode, lambda name: Path(os.fsdecode(name))], ids=["bytes", "str", "Path"]
)
def test_folders_whose_names_are_not_utf8(tmp_path, monkeypatch, kind):
    monkeypatch.chdir(tmp_path)
    copy_photos(Path(os.fsdecode(b"photos\xff")), 3)
    summary = coulis.run(kind(b"photos\xff"), kind(b"out\xe9"), k=1)
    assert (summary["ok"], summary["failed"]) == (3, 0)
    result = coulis.open(kind(b"out\xe9"))
    assert (result.matrix() == coulis.featurize(Path(os.fsdecode(b"photos\xff"))).values).all()
    assert result.matrix("pca").shape == (3, 1) and result.errors.num_rows == 0
    assert all(r"/photos\xff/" in path for path in result.paths)
    assert coulis.run("photos\udcff", "again", pca=kind(b"out\xe9/pca_model.safetensors"))["k"] == 1
    with pytest.raises(coulis.Error, match=r"none\\xff holds no results"):
        coulis.open(kind(b"none\xff"))
    with pytest.raises(coulis.Error, match=r"none\\xff does not exist"):
        coulis.run(kind(b"none\xff"), "nothing")


def test_a_folder_whose_name_looks_like_a_scheme(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    copy_photos(tmp_path / "a:" / "b", 3)
    for wrong in (
        lambda: coulis.run("a://b", "out"),
        lambda: coulis.run("a:/b", "a://out"),
        lambda: coulis.featurize("a://b"),
        lambda: coulis.featurize(["a://b/x.jpg"]),
        lambda: coulis.open("a://out"),
    ):
        with pytest.raises(coulis.Error, match="'a://' is not supported") as raised:
            wrong()
        assert "if this is a folder, write ./a://" in raised.value.remedy
    for photos, output in (("./a://b", "./a://out"), (f"{tmp_path}/a://b", f"{tmp_path}/a://out"), ("a:/b", "a:/out")):
        coulis.run(photos, output, k=1)
        features = coulis.featurize(photos)
        assert (coulis.open(output).matrix() == features.values).all() and len(features) == 3
        assert not coulis.featurize([f"{photos}/{next(Path('a:/b').rglob('*.jpg')).relative_to('a:/b')}"]).errors
        assert coulis.run(photos, "by", pca=f"{output}/pca_model.safetensors")["k"] == 1
    succeed("verify", "./a://out", cwd=tmp_path)


@pytest.fixture
def no_files(tmp_path):
    """Names of what is no file, and what each is."""
    os.mkfifo(tmp_path / "pipe.jpg")
    (tmp_path / "link.jpg").symlink_to("pipe.jpg")
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(tmp_path / "socket.jpg"))
    kinds = {"pipe.jpg": "pipe", "link.jpg": "pipe", "socket.jpg": "socket", "/dev/zero": "device"}
    yield {str(tmp_path / name): kind for name, kind in kinds.items()}
    server.close()


def test_what_is_no_file_is_a_bad_photo_and_not_waited_for(no_files):
    good = str(ALL_PHOTOS[0])
    features = coulis.featurize([good, *no_files, good], threads=2)
    assert [(e.index, e.code) for e in features.errors] == [(i + 1, "unreadable") for i in range(len(no_files))]
    assert [e.message for e in features.errors] == [
        f"cannot be read: it is a {k}, not a file" for k in no_files.values()
    ]
    assert features.values[0].tobytes() == features.values[-1].tobytes()
    for path in no_files:
        assert [error.code for error in coulis.featurize(path).errors] == ["unreadable"]


def test_no_pipe_is_a_model_or_a_pca(no_files, tmp_path):
    pipe = tmp_path / "pipe.safetensors"
    os.mkfifo(pipe)
    for options in ({"model": str(pipe)}, {"pca": pipe}):
        with pytest.raises(coulis.Error, match="it is a pipe, not a file"):
            coulis.run(ALL_PHOTOS[0].parent, tmp_path / "out", **options)
    with pytest.raises(OSError, match="is not a file"):
        coulis.PCA.load(pipe)
    with pytest.raises(ModelError, match="is a pipe or a device, not a file"):
        read_source(pipe)


def test_a_name_with_nul_is_no_other_file(tmp_path):
    good = str(ALL_PHOTOS[0])
    features = coulis.featurize([f"{good}\0.jpg", good])
    assert [(error.index, error.code) for error in features.errors] == [(0, "unreadable")]
    assert "NUL" in features.errors[0].message
    for photos in (f"{good}\0", f"{ALL_PHOTOS[0].parent}\0/x"):
        with pytest.raises(coulis.Error, match="NUL"):
            coulis.featurize(photos)
    for options in ({"model": "/nowhere\0.safetensors"}, {"pca": f"{tmp_path}\0/pca.safetensors"}):
        with pytest.raises(coulis.Error, match="NUL"):
            coulis.run(ALL_PHOTOS[0].parent, tmp_path / "out", **options)


def by_the_guide(printed: str) -> bytes:
    """As docs/faq.md says."""
    return re.sub(rb"\\x([0-9a-f]{2})", lambda found: bytes.fromhex(found[1].decode()), printed.encode())


def test_what_is_printed_is_one_to_one_and_comes_back():
    dice = random.Random(11)
    pieces = [
        b"\\",
        b"x",
        b"0",
        b"a",
        b"\n",
        b"\\x0a",
        b"\xc3\xa9",
        b"\xff",
        b"\xe2\x80\xae",
        b"\xed\xa0\x80",
        b"\xc2\x85",
    ]
    names = {b"".join(dice.choices(pieces, k=dice.randrange(8))) for _ in range(20_000)}
    names |= {dice.randbytes(dice.randrange(12)) for _ in range(20_000)}
    printed = {_core.printable(name): name for name in names}
    assert len(printed) == len(names)
    assert all(by_the_guide(text) == name for text, name in printed.items())
    assert not any(re.search("[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069\ud800-\udfff]", text) for text in printed)


def test_two_names_that_looked_alike_are_two(tmp_path):
    names = ["a\nb.jpg", "a\\x0ab.jpg", os.fsdecode(b"\xff.jpg"), "\\xff.jpg"]
    for name, photo in zip(names, ALL_PHOTOS, strict=False):
        (tmp_path / name).write_bytes(photo.read_bytes())
    listed = coulis.featurize(tmp_path)
    assert len(set(listed.paths)) == len(names)
    for path, row in zip(listed.paths, listed.values, strict=True):
        found = coulis.featurize([os.fsdecode(by_the_guide(path))])
        assert np.array_equal(found.values[0], row)
        assert found.to_arrow()["path"].to_pylist() == [path]
    assert listed.to_arrow()["path"].to_pylist() == listed.paths
