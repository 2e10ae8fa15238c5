"""`make wheel`; then its wheel, from an EMR kit and without a network, on a clean Debian 12 that has Python alone."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

from cli.command import PHOTOS, REPOSITORY, succeed
from deploy.clean_root import make_root, run_inside
from faults.outputs import content
from soak.row import Row, Skip

# Amazon Linux 2023: glibc 2.34, the libstdc++ of GCC 11.
NEWEST = {"GLIBC": (2, 34), "GLIBCXX": (3, 4, 29), "CXXABI": (1, 3, 13)}


def check() -> Row:
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise Skip("needs root and mmdebstrap")
    folder = Path(tempfile.mkdtemp(prefix="coulis-wheel-"))
    try:
        return check_in(folder)
    finally:
        shutil.rmtree(folder)


def check_in(folder: Path) -> Row:
    subprocess.run(["make", "wheel", f"WHEEL_DIR={folder}"], cwd=REPOSITORY, check=True)
    [wheel] = folder.glob("*.whl")
    newest = newest_symbols(wheel, folder / "unpacked")
    assert all(newest[name] <= NEWEST[name] for name in NEWEST), newest
    audit = [sys.executable, "-m", "auditwheel", "show", wheel]
    said = subprocess.run(audit, capture_output=True, text=True, check=True).stdout
    assert '"manylinux_2_34_' in said, said

    photos, wanted = shutil.copytree(PHOTOS, folder / "fruits"), folder / "wanted"
    succeed("run", photos, wanted, "-k", 20)
    root = folder / "root"
    make_root(root)
    run_inside(root, "apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv")
    emr = REPOSITORY / "deploy/emr"
    subprocess.run([sys.executable, emr / "coulis-emr", "kit", wheel, root / "srv/kit"], check=True)
    run_inside(root, "unshare -n /srv/kit/bootstrap.sh /srv/kit --python python3")
    shutil.copytree(photos, root / photos.relative_to("/"))
    run_inside(root, f"unshare -n /opt/coulis/bin/coulis run {photos} /srv/out -k 20")
    assert content(root / "srv/out") == content(wanted)
    carried = len(list((folder / "unpacked/coulis.libs").iterdir()))
    asked = ", ".join(f"{name} {'.'.join(map(str, version))}" for name, version in newest.items())
    return Row(
        "wheel",
        f"the wheel, {wheel.stat().st_size / 1e6:.0f} MB with {carried} libraries, on a Debian 12 with Python alone",
        f"192 photos; it asks for {asked} at most",
        "0 rows; byte-identical to build/release's",
        "make soak CHECKS=wheel",
    )


def newest_symbols(wheel: Path, folder: Path) -> dict[str, tuple[int, ...]]:
    """Of glibc and libstdc++: the newest versions that any program or library in the wheel asks for."""
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    newest = dict.fromkeys(NEWEST, (0,))
    for file in folder.rglob("*"):
        if file.is_file() and file.open("rb").read(4) == b"\x7fELF":
            table = subprocess.run(["objdump", "-T", file], capture_output=True, text=True, check=True).stdout
            for name, version in re.findall(r"\((GLIBC|GLIBCXX|CXXABI)_([0-9.]+)\)", table):
                newest[name] = max(newest[name], tuple(map(int, version.split("."))))
    return newest
