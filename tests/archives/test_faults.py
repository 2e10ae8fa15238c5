"""What the system does to a run on archives: reads that fail, and kills at any moment."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from archives.conftest import write_files
from archives.shelf import Files, tarred, zipped, zstd
from archives.test_lists import write_csv
from archives.test_tables import spark
from cli.command import Result, coulis, rows_by_path, succeed
from faults.io_faults import SHIM
from faults.kills import Job, kill_many
from faults.outputs import content

FLAGS = ("-k", 2, "--images-per-part", 8, "--precision", "int8", "--threads", 1)


def write_table(path: Path, files: Files) -> None:
    pq.write_table(spark(files), path, row_group_size=7)


WRITE: dict[str, Callable[[Path, Files], object]] = {
    "a.zip": lambda path, files: path.write_bytes(zipped(files)),
    "a.tar": lambda path, files: path.write_bytes(tarred(files)),
    "a.tar.gz": lambda path, files: path.write_bytes(gzip.compress(tarred(files))),
    "a.tar.zst": lambda path, files: path.write_bytes(zstd(tarred(files))),
    "a.parquet": write_table,
}


def run_with_fault(place: Path, output: Path, at: int, kind: str, count: Path | str = "") -> Result:
    orders = {
        "LD_PRELOAD": str(SHIM),
        "COULIS_FAULT_FOLDER": str(place),
        "COULIS_FAULT_CALLS": "read",
        "COULIS_FAULT_AT": str(at),
        "COULIS_FAULT_KIND": kind,
        "COULIS_FAULT_COUNT": str(count),
    }
    return coulis("run", place, output, *FLAGS, "--json", **orders)


@pytest.mark.parametrize("name", WRITE)
@pytest.mark.parametrize("when", ["first", "early", "middle", "last"])
def test_a_read_that_fails_costs_rows_and_the_next_run_has_them(name: str, when: str, example: Files, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    WRITE[name](folder / name, example)
    wanted = succeed("run", folder, tmp_path / "wanted", *FLAGS, "--json").json
    assert wanted["ok"] == len(example)
    counted = run_with_fault(folder, tmp_path / "counted", 0, "EIO", tmp_path / "count")
    assert counted.code == 0, counted.stderr
    calls = int((tmp_path / "count").read_text())
    at = {"first": 1, "early": 2, "middle": calls // 2, "last": calls}[when]
    result = run_with_fault(folder, tmp_path / "out", at, "EIO")
    assert result.code in (0, 3), result.stderr  # 3: nothing but the archive itself was listed, and that cannot be read
    if result.code == 0:
        summary = result.json
        assert summary["listed"] == summary["ok"] + summary["failed"]
        assert set(summary["failed_by_code"]) <= {"unreadable", "changed"}  # changed: it could be read after all
        assert summary["ok"] == len(example) or summary["failed"] > 0
    again = succeed("run", folder, tmp_path / "out", *FLAGS, "--json").json
    assert (again["ok"], again["failed"]) == (len(example), 0)
    assert rows_by_path(tmp_path / "out") == rows_by_path(
        tmp_path / "wanted"
    )  # where the listing failed, in other parts


@pytest.mark.parametrize("name", WRITE)
def test_a_read_that_is_short_or_interrupted_is_made_again(name: str, example: Files, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    WRITE[name](folder / name, example)
    succeed("run", folder, tmp_path / "wanted", *FLAGS)
    for kind in ("short", "EINTR"):
        result = run_with_fault(folder, tmp_path / kind, 3, kind)
        assert result.code == 0, result.stderr
        assert content(tmp_path / kind) == content(tmp_path / "wanted")


def test_a_run_on_archives_and_lists_is_killed_anywhere(example: Files, tmp_path: Path):
    folder = tmp_path / "in"
    folder.mkdir()
    for name, write in WRITE.items():
        write(folder / name, example)
    write_files(folder / "loose", example)
    names = [*WRITE, *(f"loose/{name}" for name in example)]
    write_csv(tmp_path / "list.csv", [(f"in/{name}", "x") for name in names])
    parts = -(-(len(WRITE) + 1) * len(example) // 8)
    for place in (folder, tmp_path / "list.csv"):
        job = Job(str(place), FLAGS, parts=parts)
        tally = kill_many(job, str(tmp_path / f"kills-{place.name}"), count=5, seed=2)
        assert len(tally.kills) == 5
