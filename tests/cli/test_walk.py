"""What cannot be looked at is a row of the errors table: no folder is lost in silence, and none ends the run."""

import os
from pathlib import Path

import pytest
from cli.command import copy_photos, coulis, part_files, read_errors, read_manifest, read_parts, rows_by_path, succeed


@pytest.fixture
def album(tmp_path) -> Path:
    """12 photos, and two more in private/deep."""
    photos = copy_photos(tmp_path / "photos", 12)
    copy_photos(photos / "private" / "deep", 2)
    return photos


def codes(output: Path) -> dict[str, str]:
    return {path: row["code"] for path, row in read_errors(output).items()}


def check_counts(output: Path) -> None:
    counts = read_manifest(output)["counts"]
    assert counts["listed"] == read_parts(output).num_rows + len(read_errors(output)) == counts["ok"] + counts["failed"]


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o444, 0o644], ids=oct)
def test_a_closed_folder_is_a_row_and_its_photos_come_when_it_is_opened(album, tmp_path, mode):
    (album / "private").chmod(mode)
    plan = succeed("plan", album, tmp_path / "out", "--json").json
    result = succeed("run", album, tmp_path / "out", "-k", 3, "--images-per-part", 4, "--json").json
    lost = album / "private" / ("deep" if mode & 0o400 else "")
    assert codes(tmp_path / "out") == {str(lost): "unreadable"}
    assert (result["listed"], result["ok"], plan["images"]) == (13, 12, 13)
    assert "Permission denied" in read_errors(tmp_path / "out")[str(lost)]["message"]
    check_counts(tmp_path / "out")
    succeed("verify", tmp_path / "out")

    again = succeed("run", album, tmp_path / "out", "-k", 3, "--images-per-part", 4, "--json").json
    assert (again["ok"], again["failed"]) == (12, 1)  # tried again, and no other part
    assert again["computed"] < 12
    (album / "private").chmod(0o755)
    mended = succeed("run", album, tmp_path / "out", "-k", 3, "--images-per-part", 4, "--json").json
    assert (mended["listed"], mended["ok"]) == (14, 14)
    check_counts(tmp_path / "out")


@pytest.mark.parametrize("mode", [0o000, 0o100, 0o444], ids=oct)
def test_a_folder_that_is_closed_for_a_while_leaves_and_comes_back(album, tmp_path, mode):
    """In one warning of each run that lacks it; links that lead nowhere are none."""
    (album / "gone.jpg").symlink_to("nowhere.jpg")
    command = ["run", album, tmp_path / "out", "-k", 3, "--images-per-part", 4]
    assert "cannot be looked at" not in succeed(*command).stderr
    before = rows_by_path(tmp_path / "out")
    (album / "private").chmod(mode)
    closed = album / "private" / ("deep" if mode & 0o400 else "")
    for _ in range(2):
        assert "photos there are in no result" in succeed("plan", *command[1:]).stderr
        result = succeed(*command)
        assert result.stderr.count("1 name below INPUT cannot be looked at (private") == 1, result.stderr
        assert "Permission denied" in result.stderr
        kept = rows_by_path(tmp_path / "out")
        assert kept == {path: row for path, row in before.items() if "/private/" not in path}
        assert codes(tmp_path / "out") == {str(closed): "unreadable", str(album / "gone.jpg"): "vanished"}
        succeed("verify", tmp_path / "out")
    (album / "private").chmod(0o755)
    assert "cannot be looked at" not in succeed(*command).stderr
    assert rows_by_path(tmp_path / "out") == before


@pytest.mark.parametrize("glob", ["private/*", "private/**", "private", "private/", "*/deep/*", "priv*"])
def test_an_excluded_folder_is_not_even_opened(album, tmp_path, glob):
    closed = album / "private" / ("deep" if "deep" in glob else "")
    closed.chmod(0)
    result = succeed("run", album, tmp_path / "out", "-k", 3, "--exclude", glob, "--json").json
    assert (result["listed"], result["ok"]) == (12, 12)
    name = str(closed.relative_to(album))
    assert result["passed_over"] == {"exclude": {"files": 0, "folders": 1, "example": name}}
    assert read_manifest(tmp_path / "out")["listing"]["passed_over"] == result["passed_over"]


def test_an_input_that_may_not_be_read_is_an_error(album, tmp_path):
    for place in (album, album.parent / "photos" / "private"):
        album.chmod(0)
        result = coulis("run", place, tmp_path / "out")
        album.chmod(0o755)
        assert (result.code, "Permission denied" in result.stderr) == (5, True), result.stderr
    assert not (tmp_path / "out").exists()


def test_links_that_lead_nowhere_are_rows_whatever_their_name(album, tmp_path):
    (album / "kept.jpg").symlink_to(next(album.rglob("*.jpg")))
    (album / "holiday").symlink_to("/no/such/disk")
    (album / "circle").symlink_to("circle")
    (album / "gone.jpg").symlink_to("nowhere.jpg")
    succeed("run", album, tmp_path / "out", "-k", 3)
    assert codes(tmp_path / "out") == {str(album / name): "vanished" for name in ("holiday", "circle", "gone.jpg")}
    assert succeed("run", album, tmp_path / "out", "-k", 3, "--json").json["up_to_date"]
    disk = copy_photos(tmp_path / "disk", 3)
    (album / "holiday").unlink()
    (album / "holiday").symlink_to(disk)
    assert succeed("run", album, tmp_path / "out", "-k", 3, "--json").json["ok"] == 14 + 1 + 3
    check_counts(tmp_path / "out")


def test_pipes_and_sockets_are_counted(album, tmp_path):
    os.mkfifo(album / "pipe.jpg")
    result = succeed("run", album, tmp_path / "out", "-k", 3)
    assert "Ignored: 1 file by kind: pipe, socket or device (pipe.jpg)" in result.stdout


def test_check_counts_what_cannot_be_looked_at(album):
    (album / "private").chmod(0)
    assert "12 files and 1 name that cannot be looked at, can be read" in succeed("check", album).stdout


def test_a_run_reads_photos_below_paths_that_are_longer_than_the_system_takes(album, tmp_path):
    photo = next(album.rglob("*.jpg")).read_bytes()
    here = os.open(album, os.O_PATH)
    for _ in range(25):
        os.mkdir("d" * 200, dir_fd=here)
        below = os.open("d" * 200, os.O_PATH, dir_fd=here)
        os.close(here)
        here = below
    file = os.open("far.jpg", os.O_WRONLY | os.O_CREAT, dir_fd=here)
    os.write(file, photo)
    os.close(file)
    os.close(here)
    result = succeed("run", album, tmp_path / "out", "-k", 3, "--images-per-part", 5, "--json").json
    assert (result["listed"], result["ok"]) == (15, 15)
    assert any(
        path.endswith("/far.jpg") and len(path) > 5000 for path in read_parts(tmp_path / "out")["path"].to_pylist()
    )
    assert len(part_files(tmp_path / "out")) == 3
