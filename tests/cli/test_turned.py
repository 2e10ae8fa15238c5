"""Photos that are stored rotated or mirrored: `plan`, `run` and the report say how many there are."""

from pathlib import Path

import pytest
from cli.command import coulis, manifest_parts, succeed
from PIL import Image, ImageOps

from core.decode import modern, zoo

TURNED = [2, 3, 4, 5, 6, 7, 8]


def save(path: Path, orientation: int | None, **options) -> None:
    picture = Image.radial_gradient("L").convert("RGB").resize((40, 30))
    if orientation is not None:
        exif = Image.Exif()
        exif[0x0112] = orientation
        options["exif"] = exif
    path.parent.mkdir(parents=True, exist_ok=True)
    picture.save(path, **options)


@pytest.fixture
def photos(tmp_path) -> Path:
    folder = tmp_path / "photos"
    for orientation in [None, 1, *TURNED]:
        save(folder / "a" / f"{orientation}.jpg", orientation)
    save(folder / "b" / "6.png", 6)
    save(folder / "b" / "6.webp", 6)
    save(folder / "b" / "6.tiff", 6)  # turned whatever is asked for
    save(folder / "b" / "9.jpg", 9)  # no orientation
    (folder / "b" / "cut.jpg").write_bytes((folder / "a" / "6.jpg").read_bytes()[:-300])
    return folder


def turned_for_pillow(folder: Path) -> int:
    """Files that exif_transpose() would change. Pillow turns TIFFs when it opens them, so they are not among these."""
    count = 0
    for path in folder.rglob("*"):
        if path.is_file() and path.name != "cut.jpg":
            with Image.open(path) as image:
                image.load()
                count += ImageOps.exif_transpose(image).tobytes() != image.tobytes()
    return count


def test_all_doors_of_a_run_say_how_many(photos, tmp_path):
    expected = turned_for_pillow(photos)
    assert expected == len(TURNED) + 2
    output = tmp_path / "results"
    plan = coulis("plan", photos, output, "--json").json
    assert plan["tried"] == {"photos": 14, "turned": expected}
    sentence = (
        "14 photos are stored rotated or mirrored, as their EXIF orientation says: "
        "used as stored; --exif-orientation turns them upright"
    )
    assert f"of the photos tried, {expected} of {sentence}" in succeed("plan", photos, output).stdout
    run = ["run", photos, output, "-k", 2, "--max-bad", 0.5]
    ran = succeed(*run).stdout
    assert f"{expected} of 13 photos are stored rotated" in ran and "turns them upright" in ran
    assert succeed(*run, "--json").json["turned"] == expected
    assert f"{expected} of 13 photos are stored rotated" in (output / "report.html").read_text()
    assert sum(part.get("turned", 0) for part in manifest_parts(output)) == expected


def test_turned_photos_are_counted_too(photos, tmp_path):
    ran = succeed("run", photos, tmp_path / "results", "-k", 2, "--max-bad", 0.5, "--exif-orientation").stdout
    assert f"{turned_for_pillow(photos)} of 13 photos are stored rotated or mirrored" in ran
    assert "says: turned upright by --exif-orientation" in ran


def test_the_count_is_kept_with_the_part(photos, tmp_path):
    run = ["run", photos, tmp_path / "results", "-k", 2, "--max-bad", 0.5]
    succeed(*run)
    save(photos / "c" / "8.jpg", 8)
    again = succeed(*run, "--json").json
    assert (again["computed"], again["turned"]) == (1, turned_for_pillow(photos))


def test_upright_photos_are_not_worth_a_word(photos, tmp_path):
    for path in photos.rglob("*"):
        if path.is_file() and path.name not in ("1.jpg", "None.jpg", "6.tiff", "9.jpg"):
            path.unlink()
    output = tmp_path / "results"
    assert "rotated" not in succeed("run", photos, output, "-k", 2).stdout
    assert "turned" not in manifest_parts(output)[0]
    assert 'id="turned"' in (output / "report.html").read_text()


def test_a_jpeg_packed_in_jpeg_xl_has_the_orientation_of_its_exif(photos, tmp_path):
    (photos / "packed").mkdir()
    packed = modern.jpeg_in_jxl(tmp_path, 45, 37, exif=zoo.exif(6))
    (photos / "packed" / "6.jxl").write_bytes(packed)
    run = succeed("run", photos, tmp_path / "results", "-k", 2, "--max-bad", 0.5, "--json").json
    assert run["turned"] == len(TURNED) + 3
