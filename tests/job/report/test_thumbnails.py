"""The small pictures of photos that a run keeps for its report."""

import io
import shutil
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from cli.command import PHOTOS, copy_photos, coulis, manifest_parts, part_files, succeed
from job.report.report_file import Report
from PIL import Image, ImageOps

SIDE = 96


def read_thumbnails(output: Path) -> dict[str, Image.Image]:
    """By path."""
    found = {}
    for part in part_files(output, "thumbnails"):
        table = pq.read_table(part).to_pydict()
        for path, jpeg in zip(table["path"], table["jpeg"], strict=True):
            found[path] = Image.open(io.BytesIO(jpeg))
    return found


def by_pillow(path: str) -> Image.Image:
    """The middle square, upright, in two steps as coulis makes it: to the network's input, then small."""
    image = ImageOps.exif_transpose(Image.open(path)).convert("RGB")
    return ImageOps.fit(image, (SIDE, SIDE), Image.Resampling.BILINEAR)


def likeness(one: Image.Image, other: Image.Image) -> float:
    """Correlation of their pixels."""
    a, b = (np.asarray(image.convert("RGB"), float).ravel() for image in (one, other))
    return float(np.corrcoef(a, b)[0, 1])


def make_photos(folder: Path) -> Path:
    """Wide, tall, narrow, and one for each orientation."""
    original = Image.open(next((PHOTOS / "Plum").iterdir())).convert("RGB")
    scene = Image.new("RGB", (300, 200))
    for x in range(3):  # no two corners alike
        scene.paste(original.resize((100, 100)).rotate(90 * x), (100 * x, 0))
    folder.mkdir()
    for name, size in {"wide": (1200, 300), "tall": (300, 1300), "narrow": (20, 700), "small": (40, 30)}.items():
        scene.resize(size).save(folder / f"{name}.jpg", quality=95)
    for orientation in range(1, 9):
        exif = Image.Exif()
        exif[0x0112] = orientation
        scene.save(folder / f"turned_{orientation}.jpg", exif=exif, quality=95)
    return folder


@pytest.mark.parametrize("flags", [[], ["--exif-orientation"], ["--decode", "scaled"]])
def test_thumbnails_are_upright_middles_of_their_photos(tmp_path, flags):
    photos = make_photos(tmp_path / "photos")
    succeed("run", photos, tmp_path / "out", "-k", 2, *flags)
    thumbnails = read_thumbnails(tmp_path / "out")
    assert set(thumbnails) == {str(path) for path in photos.iterdir()}
    for path, thumbnail in thumbnails.items():
        assert thumbnail.size == (SIDE, SIDE)
        assert likeness(thumbnail, by_pillow(path)) > 0.9, path


def test_the_report_shows_them(tmp_path):
    photos = copy_photos(tmp_path / "photos", 24)
    succeed("run", photos, tmp_path / "out", "-k", 2)
    kept = read_thumbnails(tmp_path / "out")
    shown = Report(tmp_path / "out").thumbnails()
    assert len(kept) == len(shown) == 24


def test_a_photo_that_cannot_be_used_has_none(tmp_path):
    photos = copy_photos(tmp_path / "photos", 24)
    bad = next(photos.rglob("*.jpg"))
    bad.write_bytes(bad.read_bytes()[:300])
    succeed("run", photos, tmp_path / "out", "-k", 2, "--images-per-part", 5)
    assert set(read_thumbnails(tmp_path / "out")) == {str(path) for path in photos.rglob("*.jpg")} - {str(bad)}


def test_without_thumbnails_output_holds_no_picture_whatever_it_held_before(tmp_path):
    photos, output = copy_photos(tmp_path / "photos", 24), tmp_path / "out"
    succeed("run", photos, output, "-k", 2, "--images-per-part", 5)
    assert part_files(output, "thumbnails")
    succeed("run", photos, output, "-k", 2, "--images-per-part", 5, "--no-thumbnails")
    for verb in (None, "report", "fit"):
        if verb:
            succeed(verb, output)
        assert part_files(output, "thumbnails") == []
        assert Report(output).thumbnails() == {}
        assert b"\xff\xd8\xff" not in b"".join(path.read_bytes() for path in output.rglob("*") if path.is_file())
        assert coulis("verify", output).code == 0
    succeed("run", photos, output, "-k", 2, "--images-per-part", 5)  # made of the photos again
    assert len(Report(output).thumbnails()) == 24


def test_an_increment_keeps_the_thumbnails_of_the_parts_that_stay(tmp_path):
    photos, output = copy_photos(tmp_path / "photos", 24), tmp_path / "out"
    succeed("run", photos, output, "-k", 2, "--images-per-part", 5)
    before = {path.name: path.stat().st_mtime_ns for path in part_files(output, "thumbnails")}
    shutil.copy2(next((PHOTOS / "Plum").iterdir()), photos / "one_more.jpg")
    succeed("run", photos, output, "-k", 2, "--images-per-part", 5)
    after = {path.name: path.stat().st_mtime_ns for path in part_files(output, "thumbnails")}
    assert len(after.items() & before.items()) >= 4
    assert len(read_thumbnails(output)) == 25


def test_a_damaged_file_of_thumbnails_is_found(tmp_path):
    photos, output = copy_photos(tmp_path / "photos", 24), tmp_path / "out"
    succeed("run", photos, output, "-k", 2)
    (part,) = part_files(output, "thumbnails")
    assert manifest_parts(output)[0]["thumbnails"]["file"] == f"thumbnails/{part.name}"
    part.write_bytes(part.read_bytes()[:-100])
    assert f"thumbnails/{part.name}" in coulis("verify", output).stdout
    result = coulis("report", output)
    assert result.code == 1 and part.name in result.stderr and "try: " in result.stderr
