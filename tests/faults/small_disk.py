"""A file system of a few kilobytes: the real thing, not an error that is pretended."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.command import coulis
from faults.outputs import Content, content, temporary_files
from faults.verdict import assert_a_reader_can_tell, assert_no_half_file, assert_one_clear_sentence

PAGE_BYTES = 4096


class NoMount(Exception):
    """This user may not mount anything."""


@contextmanager
def small_disk(folder: Path, size_bytes: int) -> Iterator[Path]:
    folder.mkdir(parents=True)
    options = f"size={size_bytes}"
    mount = subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], capture_output=True, text=True)
    try:
        if mount.returncode != 0:
            raise NoMount(f"a full disk needs the right to mount one: {mount.stderr.strip()}")
        yield folder
    finally:
        if mount.returncode == 0:
            subprocess.run(["umount", folder], check=True)
        shutil.rmtree(folder)


def grow(disk: Path, size_bytes: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={size_bytes}", disk], check=True)


def bytes_on_disk(output: Path) -> int:
    """Files as a tmpfs counts them: in pages."""
    sizes = [path.stat().st_size for path in output.rglob("*") if path.is_file()]
    return sum(-(-size // PAGE_BYTES) * PAGE_BYTES for size in sizes)


def run_on_small_disk(arguments: tuple, disk: Path, size_bytes: int, wanted: Content) -> bool:
    """Whether the disk was too small: then coulis says so, and with more space the same command finishes."""
    verb, photos, *flags = arguments
    with small_disk(disk, size_bytes):
        output = disk / "out"
        result = coulis(verb, photos, output, *flags)
        if result.code != 0:
            assert result.code == 5, result.stderr
            assert_one_clear_sentence(result)
            assert "No space left on device" in result.stderr and "free some space" in result.stderr
            assert temporary_files(output) == set()
            assert_no_half_file(output, wanted)
            assert_a_reader_can_tell(output)
            grow(disk, 1 << 30)
            again = coulis(verb, photos, output, *flags)
            assert again.code == 0, again.stderr
        assert content(output) == wanted
    return result.code != 0
