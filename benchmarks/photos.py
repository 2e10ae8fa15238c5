"""Photos for the benchmarks: a folder with any number of links to photos of another folder."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

from harness import ROOT

EXAMPLES = ROOT / "examples" / "fruits"


def default_folder() -> Path:
    """FRUITS_360_TEST, the folder of Fruits-360's 2,592 test photos, else the 192 photos of the repository."""
    return Path(os.environ.get("FRUITS_360_TEST", EXAMPLES))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds the arguments `folder` and `photos`, for link_photos."""
    parser.add_argument("folder", nargs="?", type=Path, default=default_folder(), help="JPEG files")
    parser.add_argument("--photos", type=int, default=2592, help="how many, repeated if need be (default: 2592)")


def link_photos(folder: Path, count: int, into: Path) -> Path:
    """Links to the first `count` JPEGs by name. If there are fewer, repeats them, each time in a folder of its own."""
    photos = sorted(path for path in folder.absolute().rglob("*") if path.suffix.lower() in (".jpg", ".jpeg"))
    if not photos:
        sys.exit(f"no JPEG files under {folder}")
    for index in range(count):
        again, position = divmod(index, len(photos))
        link = into / f"copy_{again:03}" / photos[position].relative_to(folder.absolute())
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(photos[position])
    return into
