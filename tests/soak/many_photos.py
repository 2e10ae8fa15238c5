"""The 192 photos of the repository, as often as a long check needs them: hard links under other names."""

import os
from pathlib import Path

from cli.command import ALL_PHOTOS, PHOTOS


def names_of(count: int) -> list[tuple[Path, str]]:
    """A photo and its name, `count` times: "003/Apricot/12_100.jpg"."""
    every = len(ALL_PHOTOS)
    return [
        (ALL_PHOTOS[i % every], f"{i // every:03}/{ALL_PHOTOS[i % every].relative_to(PHOTOS)}") for i in range(count)
    ]


def link_photos(folder: Path, count: int) -> Path:
    """As many reads and decodes as of other photos, and no more space."""
    for source, name in names_of(count):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError:  # another file system
            target.symlink_to(source)
    return folder
