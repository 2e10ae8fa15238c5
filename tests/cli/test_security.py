"""A photo's name is somebody else's text: it rules no terminal, no spreadsheet, no page and no place outside OUTPUT."""

import csv
import os
import pty
import re
import shutil
import stat
import subprocess
from pathlib import Path

import pytest
from cli.command import ALL_PHOTOS, COMMAND, copy_photos, coulis, read_parts, succeed

FORMULAS = ["=1+1", "+1", "-1", "@SUM(A1)", '=HYPERLINK("x","y")', "＝1"]  # noqa: RUF001
ESCAPES = [b"\x1b]0;title\x07", b"\x1b[2J", b"\r", b"\x9b31m", "\u009b31m".encode(), b"\x08\x08", b"\x7f"]


def make_photos(folder: Path, labels: list[str]) -> Path:
    """A good photo and a broken one in each folder."""
    for label, photo in zip(labels, ALL_PHOTOS, strict=False):
        (folder / label).mkdir(parents=True)
        shutil.copy2(photo, folder / label / "good.jpg")
        (folder / label / f"{label}.jpg").write_text("no photo")
    return folder


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(newline="") as file:
        return list(csv.DictReader(file))


def test_a_spreadsheet_runs_no_folder_name_unless_asked(tmp_path):
    photos, output = make_photos(tmp_path / "photos", FORMULAS), tmp_path / "out"
    succeed("run", photos, output, "-k", 2)
    assert sorted(row["label"] for row in read_csv(output / "matrix.csv")) == sorted("'" + text for text in FORMULAS)
    for table in ("matrix.csv", "errors.csv"):
        cells = [cell for row in read_csv(output / table) for name, cell in row.items() if not name.startswith("pc_")]
        assert not [cell for cell in cells if cell[:1] in "=+-@＝\t\r" and cell]  # noqa: RUF001
    for values in ("features", "pca"):
        assert sorted(read_parts(output, values)["label"].to_pylist()) == sorted(FORMULAS)

    kept = succeed("run", photos, output, "-k", 2, "--csv-formulas", "keep", "--json").json
    assert (kept["computed"], kept["up_to_date"]) == (0, False)
    assert sorted(row["label"] for row in read_csv(output / "matrix.csv")) == sorted(FORMULAS)
    succeed("fit", output, "-k", 1)
    assert sorted(row["label"] for row in read_csv(output / "matrix.csv")) == sorted(FORMULAS)
    assert coulis("run", photos, output, "--csv-formulas", "drop").code == 2


def test_no_name_sends_a_control_sequence_to_a_pipe(tmp_path):
    photos = make_photos(tmp_path / "photos", [os.fsdecode(text) for text in ESCAPES])
    output = tmp_path / os.fsdecode(b"out\x1b[31m")
    results = [
        coulis("plan", photos, output),
        coulis("run", photos, output, "-v", "--images-per-part", 2),
        coulis("run", photos, tmp_path / "strict", "--on-bad", "fail", "--threads", 1),
        coulis("verify", output),
        coulis("report", output),
        coulis("fit", output, "-k", 1),
        coulis("check", output),
        coulis("project", photos, output, "--pca", os.fsdecode(b"no\x1b[2Jpca")),
        coulis("run", os.fsdecode(b"nowhere\x1b[2J"), output),
        coulis(os.fsdecode(b"verb\x1b[2J")),
        coulis("run", photos, output, os.fsdecode(b"--flag\x1b[2J")),
        coulis("run", photos, output, "--label-regex", os.fsdecode(b"(\x1b[2J")),
    ]
    shutil.rmtree(next(photos.glob("*title*")))
    results.append(coulis("run", photos, output, "-v", "--images-per-part", 2))
    assert [result.code for result in results] == [0, 0, 3, 0, 0, 0, 0, 2, 5, 2, 2, 2, 0]
    for result in results:
        said = result.stdout + result.stderr
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", said), said
        assert not re.search("[\udc80-\udcff]", said), said  # bytes that are not UTF-8


def test_no_name_sends_a_control_sequence_to_a_terminal(tmp_path):
    photos = make_photos(tmp_path / "photos", [os.fsdecode(text) for text in ESCAPES])
    ours, theirs = pty.openpty()
    command = [COMMAND, "run", photos, tmp_path / "out", "-v", "--on-bad", "fail"]
    run = subprocess.Popen(command, stdout=theirs, stderr=theirs, env={**os.environ, "NO_COLOR": "1"})
    os.close(theirs)
    sent = b""
    while True:
        try:
            sent += os.read(ours, 4096)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    assert run.wait(60) == 3
    text = sent.decode().replace("\r\n", "\n").replace("\r\x1b[K", "")
    assert "error:" in text and not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f]", text), text


def test_no_name_is_markup_in_the_report(tmp_path):
    names = ["<script>alert(1)<", "\"><img src=x onerror='alert(1)'>", "--><b>", "&lt;i&gt;"]
    succeed("run", make_photos(tmp_path / "photos", names), tmp_path / "out", "-k", 2)
    report = (tmp_path / "out" / "report.html").read_text()
    assert "alert(1)" in report  # the broken ones are listed
    for markup in ("<script>alert", "<img src=x", "--><b>"):  # attributes alone, inside JSON, are text
        assert markup not in report


@pytest.mark.parametrize("mask", [0o022, 0o027, 0o077, 0o002])
def test_what_is_written_has_the_rights_that_the_umask_leaves(tmp_path, mask):
    photos, output = copy_photos(tmp_path / "photos", 3), tmp_path / "new" / "out"
    command = [COMMAND, "run", photos, output, "-k", "2"]
    subprocess.run(command, check=True, capture_output=True, umask=mask)
    written = [output.parent, output, *output.rglob("*")]
    assert len(written) > 12
    for path in written:
        assert stat.S_IMODE(path.stat().st_mode) == (0o777 if path.is_dir() else 0o666) & ~mask, path


def test_no_name_leads_out_of_the_output(tmp_path):
    names = ["..%2f..%2fescape", "..\\..\\escape", "...", "%2e%2e", "~", "C:\\escape", "features", "_SUCCESS"]
    room = tmp_path / "room"
    photos, output = make_photos(room / "photos", names), room / "out"
    (photos / "up").symlink_to("../..")  # what lies there is read, as a link says, and not written to
    before = {path for path in tmp_path.rglob("*") if output not in path.parents}
    succeed("run", photos, output, "--images-per-part", 3, "--exclude", "up/*")
    after = {path for path in tmp_path.rglob("*") if output not in (path, *path.parents)}
    assert after == before
    parts = r"(features|pca|thumbnails)(/part-\d{5}-[0-9a-f]{32}\.snappy\.parquet)?"
    tables = r"matrix\.csv|errors\.(csv|parquet)|pca_model\.safetensors"
    ours = rf"{parts}|{tables}|manifest\.json|parts\.jsonl|report\.html|_SUCCESS|\.coulis-lock"
    for path in output.rglob("*"):
        assert re.fullmatch(ours, str(path.relative_to(output))), path


def test_a_link_planted_in_the_output_is_not_written_through(tmp_path):
    photos, output = copy_photos(tmp_path / "photos", 3), tmp_path / "out"
    output.mkdir()
    (tmp_path / "precious").write_text("kept")
    for name in ("matrix.csv", "_SUCCESS", "manifest.json"):
        (output / name).symlink_to("../precious")
    coulis("run", photos, output, "-k", 2)
    (output / ".coulis-lock").unlink(missing_ok=True)
    (output / ".coulis-lock").symlink_to("../precious")
    assert coulis("run", photos, output, "-k", 2).code == 5
    assert (tmp_path / "precious").read_text() == "kept"
