"""Tasks of a cluster get where each photo lies, and open no directory again."""

from __future__ import annotations

import gzip
import os
from pathlib import Path

import pytest
from archives.conftest import write_files
from archives.shelf import Files, bad_cases, tarred, zipped
from cli.command import differing, succeed
from clusters.pool import Pool
from coulis import tasks


def write_pack(folder: Path, files: Files) -> None:
    """One shard is there, the other was replaced by one of zeros: its photos are rows of errors."""
    succeed("pack", write_files(folder.parent / "loose", files), folder, "--shard-bytes", 65_536)
    last = max(folder.glob("shard-*.tar"))
    time = last.stat().st_mtime_ns
    last.write_bytes(bytes(last.stat().st_size))
    os.utime(last, ns=(time, time))


@pytest.mark.parametrize("alone", [True, False])
def test_a_cluster_writes_the_bytes_of_the_command(alone: bool, example: Files, photos: Files, tmp_path: Path):
    archives = {
        "one.zip": zipped(example),
        "two.tar": tarred(example),
        "three.tar.gz": gzip.compress(tarred(example)),
        "cut.tar": bad_cases(photos)["cut.tar"].data,
    }
    place = write_files(tmp_path / "in", archives)
    write_pack(place / "pack", example)
    if alone:
        place = place / "two.tar"
    succeed("run", place, tmp_path / "out", "-k", 3, "--images-per-part", 10)
    tasks.run(Pool(2).run_stage, str(place), str(tmp_path / "by-tasks"), 3, images_per_part=10)
    assert differing(tmp_path / "out", tmp_path / "by-tasks") == []
