"""An extension that is linked to another pyarrow than the one installed says so in words."""

import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow
from cli.command import REPOSITORY

BUILT = REPOSITORY / "build/release/python/coulis"


def test_another_pyarrow_than_the_one_linked_to_is_named(tmp_path: Path) -> None:
    package = tmp_path / "coulis"
    package.mkdir()
    for name in ("__init__.py", "linked_job.py"):
        shutil.copy(BUILT / name, package)
    [extension] = BUILT.glob("_job.*.so")
    # What the loader is asked for, in the file's table of strings
    linked = extension.read_bytes()
    soname = f"libarrow.so.{''.join(f'{int(n):02}' for n in pyarrow.__version__.split('.')[:2])}\0".encode()
    assert linked.count(soname) == 1
    (package / extension.name).write_bytes(linked.replace(soname, b"libarrow.so.2503\0"))

    done = subprocess.run(
        [sys.executable, "-c", "from coulis import _job"],
        env={"PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    found = f"coulis is linked to pyarrow 25.3 and finds pyarrow {pyarrow.__version__}"
    assert done.stderr.splitlines()[-1] == f"ImportError: {found}: pip install 'pyarrow==25.3.*'"
