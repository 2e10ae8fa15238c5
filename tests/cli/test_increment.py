"""After photos are added, changed or removed, only the parts concerned are computed again."""

import os
import shutil
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from cli.command import (
    ALL_PHOTOS,
    copy_photos,
    coulis,
    differing,
    part_files,
    read_manifest,
    read_parts,
    rows_by_path,
    start,
    succeed,
)
from tolerance import EPS32, assert_within, pca_bounds

FLAGS = ["-k", 5, "--images-per-part", 4]  # 6 parts of 24 photos


def change_photos(photos: Path) -> None:
    """3 added, 1 changed, 1 removed: in parts 0 and 2, and a new one."""
    for i in range(3):
        added = photos / "New" / f"{i}.jpg"
        added.parent.mkdir(exist_ok=True)
        shutil.copy2(ALL_PHOTOS[50 + i], added)
    listed = sorted(path for path in photos.rglob("*.jpg") if path.parent.name != "New")
    shutil.copy2(ALL_PHOTOS[60], listed[1])
    listed[9].unlink()


@pytest.fixture
def first(tmp_path) -> tuple[Path, Path]:
    """Photos and their finished output."""
    photos = copy_photos(tmp_path / "photos", 24)
    succeed("run", photos, tmp_path / "out", *FLAGS)
    return photos, tmp_path / "out"


def stamps(output: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in part_files(output)}


def test_only_the_parts_concerned_are_computed_and_the_reasons_are_said(first):
    photos, output = first
    before = stamps(output)
    change_photos(photos)
    result = succeed("run", photos, output, *FLAGS, "--json")
    assert result.json["computed"] == 4 + 3 + 3
    assert (result.json["listed"], result.json["parts"]) == (26, 7)
    kept = stamps(output).items() & before.items()
    assert {name[:10] for name, _ in kept} == {"part-00001", "part-00003", "part-00004", "part-00005"}
    lines = [line for line in result.stderr.splitlines() if line.startswith("part ")]
    assert len(lines) == 3
    assert "part 0: 4 photos, 1 changed: " in lines[0]
    assert "part 2: 3 photos, 1 removed: " in lines[1]
    assert lines[2] == "part 6: 3 photos, new"
    assert "7 parts: 4 done, 3 to do" in result.stderr
    assert succeed("verify", output).code == 0


def test_the_rows_after_an_increment_are_those_of_a_run_from_nothing(first, tmp_path):
    photos, output = first
    change_photos(photos)
    succeed("run", photos, output, *FLAGS)
    succeed("run", photos, tmp_path / "fresh", *FLAGS)
    assert rows_by_path(output) == rows_by_path(tmp_path / "fresh")
    counts = read_manifest(output)["counts"]
    assert counts == read_manifest(tmp_path / "fresh")["counts"]
    ours, theirs = (rows_by_path(folder, "pca") for folder in (output, tmp_path / "fresh"))
    features = np.array(read_parts(output)["features"].to_pylist())
    bound = pca_bounds(features, 5).projected
    for path, (label, values) in theirs.items():  # parts of other members: other last bits in the moments
        assert ours[path][0] == label
        assert_within(ours[path][1], values, bound + EPS32 * np.abs(values))


def test_when_nothing_has_changed_no_file_is_written(first):
    photos, output = first
    before = {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.name != ".coulis-lock"}
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert (result["up_to_date"], result["computed"]) == (True, 0)
    assert {path: path.stat().st_mtime_ns for path in output.rglob("*") if path.name != ".coulis-lock"} == before
    assert "up to date" in succeed("run", photos, output, *FLAGS).stdout


def test_an_increment_that_is_killed_is_finished_to_the_same_bytes(first, tmp_path):
    photos, output = first
    for copy in ("undisturbed", "early", "late"):
        shutil.copytree(output, tmp_path / copy)
    change_photos(photos)
    succeed("run", photos, tmp_path / "undisturbed", *FLAGS)
    for copy, new_parts in (("early", 1), ("late", 3)):
        before = stamps(tmp_path / copy).keys()
        run = start("run", photos, tmp_path / copy, *FLAGS, "--threads", 1)
        while run.poll() is None and len(stamps(tmp_path / copy).keys() - before) < new_parts:
            time.sleep(0.002)
        run.kill()
        run.communicate()
        assert run.returncode == -signal.SIGKILL
        assert not (tmp_path / copy / "_SUCCESS").exists()
        assert coulis("verify", tmp_path / copy).code == 1
        succeed("run", photos, tmp_path / copy, *FLAGS)
        assert differing(tmp_path / copy, tmp_path / "undisturbed") == []


def test_fit_does_not_take_an_increment_that_was_killed_for_a_finished_run(first, tmp_path):
    photos, output = first
    change_photos(photos)
    shutil.copytree(output, tmp_path / "new")
    succeed("run", photos, tmp_path / "new", *FLAGS)
    for folder in ("thumbnails", "features"):  # as far as a killed run may have come
        shutil.copy2(part_files(tmp_path / "new", folder)[-1], output / folder)
    (output / "_SUCCESS").unlink()
    result = coulis("fit", output, "-k", 2)
    assert (result.code, "has not finished" in result.stderr) == (1, True)
    assert succeed("run", photos, output, *FLAGS, "--json").json["computed"] == 4 + 3
    assert differing(output, tmp_path / "new") == []


def test_fresh_computes_everything_again_to_the_same_bytes(first, tmp_path):
    photos, output = first
    shutil.copytree(output, tmp_path / "before")
    result = succeed("run", photos, output, *FLAGS, "--fresh", "--json")
    assert result.json["computed"] == 24
    assert "recomputing all parts: --fresh" in result.stderr
    assert differing(output, tmp_path / "before") == []


@pytest.mark.parametrize("flag", ["--compression=zstd", "--label-level=2", "--images-per-part=9", "--exif-orientation"])
def test_another_option_computes_everything_again_and_says_why(first, tmp_path, flag):
    photos, output = first
    flags = [flag, *([] if "images-per-part" in flag else FLAGS[2:])]
    result = succeed("run", photos, output, *FLAGS[:2], *flags, "--json")
    assert result.json["computed"] == 24
    assert "recomputing all parts: the model or an option changed" in result.stderr
    succeed("run", photos, tmp_path / "fresh", *FLAGS[:2], *flags)
    assert differing(output, tmp_path / "fresh") == []  # no stale file among them


@pytest.mark.parametrize(
    "name",
    ["matrix.csv", "errors.csv", "errors.parquet", "pca_model.safetensors", "report.html", "manifest.json", "_SUCCESS"],
)
def test_a_deleted_file_is_restored_by_the_same_command(first, tmp_path, name):
    photos, output = first
    shutil.copytree(output, tmp_path / "before")
    (output / name).unlink()
    assert succeed("run", photos, output, *FLAGS, "--json").json["computed"] == 0
    assert differing(output, tmp_path / "before") == []
    assert (output / name).exists()


@pytest.mark.parametrize(("folder", "computed"), [("features", 4), ("pca", 0)])
def test_a_deleted_part_is_restored_by_the_same_command(first, tmp_path, folder, computed):
    photos, output = first
    shutil.copytree(output, tmp_path / "before")
    part_files(output, folder)[3].unlink()
    assert succeed("run", photos, output, *FLAGS, "--json").json["computed"] == computed
    assert differing(output, tmp_path / "before") == []


def test_a_manifest_that_cannot_be_read_stops_a_run_but_not_a_fresh_one(first):
    photos, output = first
    (output / "manifest.json").write_text('{"format": 99}')
    result = coulis("run", photos, output, *FLAGS)
    assert (result.code, "--fresh" in result.stderr) == (1, True)
    succeed("run", photos, output, *FLAGS, "--fresh")
    assert succeed("verify", output).code == 0


def test_a_photo_that_comes_back_is_computed_and_its_error_goes(first):
    photos, output = first
    photo = sorted(photos.rglob("*.jpg"))[0]
    whole = photo.read_bytes()
    photo.write_bytes(whole[:900])
    assert succeed("run", photos, output, *FLAGS, "--json").json["failed_by_code"] == {"truncated": 1}
    photo.write_bytes(whole)
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert (result["computed"], result["failed"]) == (4, 0)
    assert (output / "errors.csv").read_text().splitlines() == ["path,stage,code,message,size"]


def test_a_photo_whose_time_alone_changed_is_computed_again(first):
    photos, output = first
    os.utime(sorted(photos.rglob("*.jpg"))[5], ns=(1, 1))
    result = succeed("run", photos, output, *FLAGS, "--json")
    assert result.json["computed"] == 4
    assert "part 1: 4 photos, 1 changed" in result.stderr


def test_when_all_photos_are_replaced_no_old_row_stays(first):
    photos, output = first
    shutil.rmtree(photos)
    photos.mkdir()
    for photo in ALL_PHOTOS[:6]:
        shutil.copy2(photo, photos / f"other_{photo.name}")
    result = succeed("run", photos, output, *FLAGS, "--json").json
    assert (result["listed"], result["computed"], result["parts"]) == (6, 6, 2)
    assert len(rows_by_path(output)) == 6
    assert succeed("verify", output).code == 0
