"""A disk that is full after 4 KB, 8 KB, ... up to the size of the whole output."""

import tempfile
from pathlib import Path

from cli.command import copy_photos, succeed
from faults.outputs import content
from faults.small_disk import PAGE_BYTES, NoMount, bytes_on_disk, run_on_small_disk
from soak.row import Row, Skip


def check() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        photos, output = Path(folder) / "photos", Path(folder) / "wanted"
        arguments = ("run", copy_photos(photos, 24), "--images-per-part", 4, "--precision", "int8", "-k", 5)
        succeed("run", photos, output, *arguments[2:])
        wanted = content(output)
        sizes = range(PAGE_BYTES, bytes_on_disk(output) + 4 * PAGE_BYTES, PAGE_BYTES)
        try:
            full = [run_on_small_disk(arguments, Path(folder) / "disk", size, wanted) for size in sizes]
        except NoMount as e:
            raise Skip(str(e)) from e
    assert full[0] and not full[-1]
    first, second, *_, last = (f"{size // 1024} KB" for size in sizes)
    return Row(
        "full_disk",
        f"a file system of {first}, {second}, ... {last}, then room for the same command",
        f"{sum(full)} full disks",
        f"0 half files, 0 rows; {sum(full)} of {sum(full)}: exit code 5, one sentence, then byte-identical",
        "make soak CHECKS=full_disk",
    )
