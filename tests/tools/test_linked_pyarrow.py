"""An extension finds its libraries wherever pyarrow is; where another one is installed, or half of one, it says so."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pyarrow
import pytest
from cli.command import ALL_PHOTOS, REPOSITORY

BUILT = REPOSITORY / "build/release/python/coulis"
LIBRARIES = Path(pyarrow.__file__).parent


@pytest.fixture
def package(tmp_path: Path) -> Path:
    """coulis in a folder of its own, which knows nothing of where pyarrow was when it was built."""
    package = tmp_path / "site" / "coulis"
    shutil.copytree(BUILT, package, ignore=shutil.ignore_patterns("__pycache__"))
    [extension] = package.glob("_job.*.so")
    linked = extension.read_bytes()
    known = re.findall(rb"/[\w./-]{1,300}/pyarrow(?=[\0:])", linked)
    assert known  # else it is found all the same, and the tests say nothing
    for place in known:
        linked = linked.replace(place, b"/nowhere".ljust(len(place), b"x"))
    extension.write_bytes(linked)
    return package


def run_python(package: Path, code: str, *folders: Path) -> subprocess.CompletedProcess:
    path = ":".join(map(str, [package.parent, *folders]))
    return subprocess.run([sys.executable, "-c", code], env={"PYTHONPATH": path}, capture_output=True, text=True)


def test_pyarrow_may_be_in_another_folder(package: Path) -> None:
    done = run_python(package, f"import coulis; print(coulis.featurize({str(ALL_PHOTOS[0])!r}).shape)")
    assert (done.stderr, done.stdout) == ("", "(1, 1280)\n")


def test_half_a_pyarrow_is_named(package: Path, tmp_path: Path) -> None:
    """As a distribution packs it, with libraries elsewhere or none."""
    half = tmp_path / "half"
    half.mkdir()
    for item in [*LIBRARIES.parent.glob("pyarrow-*.dist-info"), LIBRARIES]:
        target = half / item.name
        target.mkdir()
        for part in item.iterdir():
            if not part.name.startswith("libarrow_s3"):
                (target / part.name).symlink_to(part)
    done = run_python(package, "from coulis import _job", half)
    assert re.fullmatch(
        rf"ImportError: coulis needs libarrow_s3\.so\.\d+ of pyarrow's wheel, which {half}/pyarrow does not have: "
        r"pip install 'pyarrow==\d+\.\d+\.\*' --force-reinstall",
        done.stderr.splitlines()[-1],
    )


def test_another_pyarrow_than_the_one_linked_to_is_named(package: Path) -> None:
    [extension] = package.glob("_job.*.so")
    # What the loader is asked for, in the file's table of strings
    linked = extension.read_bytes()
    soname = f"libarrow.so.{''.join(f'{int(n):02}' for n in pyarrow.__version__.split('.')[:2])}\0".encode()
    assert linked.count(soname) == 1
    extension.write_bytes(linked.replace(soname, b"libarrow.so.2503\0"))

    done = run_python(package, "from coulis import _job")
    found = f"coulis is linked to pyarrow 25.3 and finds pyarrow {pyarrow.__version__}"
    assert done.stderr.splitlines()[-1] == f"ImportError: {found}: pip install 'pyarrow==25.3.*'"
