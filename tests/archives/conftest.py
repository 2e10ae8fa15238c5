"""A folder of archives and a folder of the same photos unpacked, and one run on each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
from archives.shelf import Case, Files, bad_cases, good_cases
from cli.command import ALL_PHOTOS, PHOTOS, read_errors, rows_by_path, succeed

LIMIT = ("--max-photo-bytes", 2_000_000)


@pytest.fixture(scope="session")
def photos() -> Files:
    """Three photos of three labels."""
    chosen = [ALL_PHOTOS[0], ALL_PHOTOS[len(ALL_PHOTOS) // 2], ALL_PHOTOS[-1]]
    return {f"{photo.parent.name}/{photo.name}": photo.read_bytes() for photo in chosen}


@pytest.fixture(scope="session")
def cases(photos: Files) -> dict[str, Case]:
    return {**good_cases(photos), **bad_cases(photos)}


def write_files(folder: Path, files: Files) -> Path:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    return folder


@dataclass
class Outcome:
    """Of a run, with paths below INPUT."""

    rows: dict[str, tuple]
    errors: dict[str, dict]
    listed: int


def run_on(place: Path | str, output: Path, *flags) -> Outcome:
    summary = succeed("run", place, output, "-k", 2, "--json", *flags).json
    start = f"{place}/"
    return Outcome(
        {path.removeprefix(start): row for path, row in rows_by_path(output).items()},
        {path.removeprefix(start): row for path, row in read_errors(output).items()},
        summary["listed"],
    )


@pytest.fixture(scope="session")
def loose(cases: dict[str, Case], tmp_path_factory) -> Outcome:
    folder = tmp_path_factory.mktemp("loose")
    for name, case in cases.items():
        write_files(folder / "in" / name, case.files)
    return run_on(folder / "in", folder / "out")


@pytest.fixture(scope="session")
def packed(cases: dict[str, Case], tmp_path_factory) -> Outcome:
    folder = tmp_path_factory.mktemp("packed")
    write_files(folder / "in", {name: case.data for name, case in cases.items()})
    return run_on(folder / "in", folder / "out", *LIMIT)


@pytest.fixture(scope="session")
def example() -> Files:
    """24 photos of several labels."""
    chosen = ALL_PHOTOS[:: len(ALL_PHOTOS) // 24][:24]
    return {str(photo.relative_to(PHOTOS)): photo.read_bytes() for photo in chosen}
