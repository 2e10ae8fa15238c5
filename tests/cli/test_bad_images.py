"""Bad photos: each is a row in the errors table, none is dropped in silence, none stops a run unless asked."""

import io
import random
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from cli.command import (
    ALL_PHOTOS,
    copy_photos,
    coulis,
    differing,
    manifest_parts,
    part_files,
    read_errors,
    read_manifest,
    read_parts,
    succeed,
)
from core.decode.test_bad import BAD, CODES, GOOD_THOUGH_ODD
from PIL import Image

from core.decode import modern  # noqa: F401


@pytest.fixture(scope="module")
def mixed(tmp_path_factory) -> tuple[Path, Path]:
    """12 good photos, every bad file of the decoder's tests, files that are no photos by name."""
    folder = tmp_path_factory.mktemp("bad")
    photos = copy_photos(folder / "photos", 12)
    shutil.copytree(BAD, photos / "bad")
    (photos / "bad" / "gone.jpg").symlink_to("nowhere")
    for name in ("LICENSE", "notes.txt", "bad/Thumbs.db"):
        (photos / name).write_text("no photo")
    succeed("run", photos, folder / "out", "-k", 4, "--images-per-part", 16)
    return photos, folder / "out"


def test_every_bad_file_is_in_the_errors_table_with_its_own_code(mixed):
    photos, output = mixed
    codes = {path: row["code"] for path, row in read_errors(output).items()}
    assert codes == {f"{photos}/bad/{name}": code for name, code in (CODES | {"gone.jpg": "vanished"}).items()}


def test_an_error_says_stage_reason_and_size(mixed):
    _, output = mixed
    for path, row in read_errors(output).items():
        gone = path.endswith("gone.jpg")
        assert row["stage"] == ("read" if gone else "decode")
        assert len(row["message"]) > 5
        assert int(row["size"]) == (0 if gone else Path(path).stat().st_size)


def test_both_errors_tables_hold_the_same_rows_in_the_order_of_paths(mixed):
    _, output = mixed
    rows = pq.read_table(output / "errors.parquet").to_pylist()
    assert [row | {"size": str(row["size"])} for row in rows] == list(read_errors(output).values())
    assert [row["path"] for row in rows] == sorted(row["path"] for row in rows)


def test_every_listed_photo_is_in_features_or_in_errors_and_never_in_both(mixed):
    photos, output = mixed
    good = set(read_parts(output)["path"].to_pylist())
    bad = set(read_errors(output))
    listed = {
        str(path) for path in photos.rglob("*") if path.suffix in (".jpg", ".png", ".webp", ".gif", ".bmp", ".tiff")
    }
    assert (good | bad, good & bad) == (listed, set())
    assert {Path(path).name for path in good if "/bad/" in path} == set(GOOD_THOUGH_ODD)


def test_the_manifest_counts_what_failed_by_code(mixed):
    _, output = mixed
    counts = read_manifest(output)["counts"]
    assert counts["listed"] == counts["ok"] + counts["failed"] == 12 + len(CODES) + len(GOOD_THOUGH_ODD) + 1
    wanted = list(CODES.values())
    assert counts["failed_by_code"] == {code: wanted.count(code) for code in set(wanted)} | {"vanished": 1}


def test_plan_counts_the_files_that_are_no_photos_by_name(mixed, tmp_path):
    photos, _ = mixed
    plan = succeed("plan", photos, tmp_path / "out", "--json").json
    assert plan["ignored"] == 3
    assert plan["images"] == 12 + len(CODES) + len(GOOD_THOUGH_ODD) + 1


def test_the_run_says_how_many_failed_and_where_to_look(mixed, tmp_path):
    photos, _ = mixed
    assert f"{len(CODES) + 1} failed (see {tmp_path / 'o'}/errors.csv)" in succeed("run", photos, tmp_path / "o").stdout


def test_on_bad_fail_stops_and_names_the_file(photos, tmp_path):
    (photos / "broken.jpg").write_text("no photo")
    result = coulis("run", photos, tmp_path / "out", "--on-bad", "fail")
    assert result.code == 3
    assert f"{photos}/broken.jpg" in result.stderr
    assert not (tmp_path / "out" / "_SUCCESS").exists()


def add_broken(photos: Path, count: int) -> Path:
    for i in range(count):
        (photos / f"broken_{i:02}.jpg").write_text("no photo")
    return photos


@pytest.mark.parametrize(("share", "code"), [("50%", 0), ("0.5", 0), ("14.2%", 3), ("1%", 3), ("0", 3), ("100%", 0)])
def test_max_bad_is_a_share_of_the_listing(photos, tmp_path, share, code):
    add_broken(photos, 2)  # 2 of 14 are 14.3 %
    result = coulis("run", photos, tmp_path / "out", "--max-bad", share)
    assert result.code == code
    assert ("--max-bad" in result.stderr) == (code == 3)
    assert (tmp_path / "out" / "_SUCCESS").exists() == (code == 0)


def test_max_bad_allows_exactly_the_share_that_it_names(tmp_path):
    photos = add_broken(copy_photos(tmp_path / "photos", 21), 29)  # 58 % of 50 is 29, but 0.58 * 50 is less in binary
    succeed("run", photos, tmp_path / "out", "--max-bad", "58%")


@pytest.mark.parametrize("flags", [["--max-bad", "10%"], ["--on-bad", "fail"]], ids=["max_bad", "on_bad"])
def test_running_again_does_not_get_past_the_limit(photos, tmp_path, flags):
    add_broken(photos, 3)
    for _ in range(4):  # parts committed before the limit was met hold bad photos too
        result = coulis("run", photos, tmp_path / "out", "--images-per-part", 1, "--threads", 1, *flags)
        assert result.code == 3, result.stderr
        assert "broken_" in result.stderr
        assert not (tmp_path / "out" / "_SUCCESS").exists()


@pytest.mark.parametrize("flags", [["--max-bad", "10%"], ["--on-bad", "fail"]], ids=["max_bad", "on_bad"])
def test_a_finished_output_does_not_pass_a_stricter_limit(photos, tmp_path, flags):
    add_broken(photos, 3)
    succeed("run", photos, tmp_path / "out")
    result = coulis("run", photos, tmp_path / "out", *flags)
    assert result.code == 3
    assert "broken_" in result.stderr


def test_a_run_stopped_by_the_limit_goes_on_when_more_is_allowed(photos, tmp_path):
    add_broken(photos, 3)
    flags = ["--images-per-part", 3, "--threads", 1]
    assert coulis("run", photos, tmp_path / "out", *flags, "--max-bad", "10%").code == 3
    done = len(part_files(tmp_path / "out"))
    result = succeed("run", photos, tmp_path / "out", *flags, "--json").json
    assert result["computed"] == 15 - 3 * done
    succeed("run", photos, tmp_path / "fresh", *flags)
    assert differing(tmp_path / "out", tmp_path / "fresh") == []


def test_when_all_photos_are_bad_the_errors_tables_say_why(tmp_path):
    (tmp_path / "photos").mkdir()
    photos = add_broken(tmp_path / "photos", 5)
    result = coulis("run", photos, tmp_path / "out")
    assert result.code == 3
    assert f"{tmp_path}/out/errors.csv" in result.stderr
    assert {row["code"] for row in read_errors(tmp_path / "out").values()} == {"not_an_image"}
    assert pq.read_table(tmp_path / "out" / "errors.parquet").num_rows == 5
    assert not (tmp_path / "out" / "_SUCCESS").exists()
    assert coulis("verify", tmp_path / "out").code == 1
    shutil.copy2(ALL_PHOTOS[0], photos)
    assert succeed("run", photos, tmp_path / "out", "--json").json["ok"] == 1
    assert succeed("verify", tmp_path / "out").code == 0


@pytest.mark.parametrize("bad", [range(4), range(4, 8), range(8, 12)], ids=["first", "middle", "last"])
def test_a_part_whose_photos_are_all_bad_is_an_empty_part(photos, tmp_path, bad):
    for i, photo in enumerate(sorted(photos.rglob("*.jpg"))):
        if i in bad:
            photo.write_text("no photo")
    flags = ["-k", 3, "--images-per-part", 4]
    assert succeed("run", photos, tmp_path / "out", *flags, "--json").json["ok"] == 8
    assert read_parts(tmp_path / "out", "pca").num_rows == 8
    assert [part["ok"] for part in manifest_parts(tmp_path / "out")].count(0) == 1
    succeed("verify", tmp_path / "out")
    assert succeed("fit", tmp_path / "out", "-k", 2, "--json").json["k"] == 2
    succeed("verify", tmp_path / "out")


def test_files_that_may_be_read_again_are_tried_again_after_too_many_that_might_not(photos, tmp_path):
    files = sorted(photos.rglob("*.jpg"))
    files[1].write_text("no photo")
    flags = ["-k", 2, "--images-per-part", 4, "--max-bad", "0.2"]
    for closed in (files[8:], files):
        for file in closed:
            file.chmod(0)
        assert coulis("run", photos, tmp_path / "out", *flags).code == 3
        for file in closed:
            file.chmod(0o644)
    result = succeed("run", photos, tmp_path / "out", *flags, "--json").json
    assert (result["ok"], result["failed_by_code"]) == (11, {"not_an_image": 1})
    succeed("verify", tmp_path / "out")


def test_a_file_that_may_not_be_read_is_an_error_row(photos, tmp_path):
    closed = sorted(photos.rglob("*.jpg"))[0]
    closed.chmod(0)
    succeed("run", photos, tmp_path / "out")
    assert {path: row["code"] for path, row in read_errors(tmp_path / "out").items()} == {str(closed): "unreadable"}


def test_nothing_that_a_codec_prints_reaches_stderr(tmp_path):
    """libjxl and dav1d would print what they think of damaged files."""
    dice = random.Random(3)
    picture = Image.open(ALL_PHOTOS[0])
    (tmp_path / "in").mkdir()
    shutil.copy(ALL_PHOTOS[0], tmp_path / "in")
    for ending in ("jxl", "avif"):
        stream = io.BytesIO()
        picture.save(stream, "JXL" if ending == "jxl" else "AVIF")
        for i in range(60):
            data = bytearray(stream.getvalue())
            for _ in range(3):
                data[dice.randrange(len(data) // 4, len(data))] ^= 1 << dice.randrange(8)
            (tmp_path / "in" / f"{i}.{ending}").write_bytes(data)
    result = succeed("run", tmp_path / "in", tmp_path / "out", "-k", 1, "--json", "-q")
    assert {"corrupt"} <= set(result.json["failed_by_code"])
    assert result.stderr == ""
