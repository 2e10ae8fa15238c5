"""`make wheel`; then its wheel, without a network, on a clean Debian 12 that has Python alone.

The wheel for Python 3.11 comes from an EMR kit. The one for 3.12 is made where there is a python3.12 to make it with,
which goes to the clean Debian too: Debian 12 has none.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from cli.command import PHOTOS, REPOSITORY, succeed
from deploy.clean_root import make_root, run_inside
from faults.outputs import content
from soak.row import Row, Skip

NEWER = "3.12"


def check() -> Row:
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise Skip("needs root and mmdebstrap")
    if find_newer_python() is None:
        raise Skip(f"needs a python{NEWER} with its headers, besides 3.11")
    folder = Path(tempfile.mkdtemp(prefix="coulis-wheel-"))
    try:
        return check_in(folder)
    finally:
        shutil.rmtree(folder)


def find_newer_python() -> Path | None:
    """Where it is installed."""
    code = "import sys; print(sys.base_prefix)"
    program = f"python{NEWER}"
    if shutil.which(program) is None:
        return None
    done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
    return Path(done.stdout.strip()) if done.returncode == 0 else None


def make_wheel(folder: Path, *settings: str) -> Path:
    subprocess.run(["make", "wheel", f"WHEEL_DIR={folder}", *settings], cwd=REPOSITORY, check=True)
    [wheel] = folder.glob("coulis-*.whl")
    return wheel


def install_from_kit(root: Path, wheel: Path) -> str:
    """The command, installed as on a node of EMR."""
    emr = REPOSITORY / "deploy/emr"
    subprocess.run([sys.executable, emr / "coulis-emr", "kit", wheel, root / "srv/kit"], check=True)
    run_inside(root, "unshare -n /srv/kit/bootstrap.sh /srv/kit --python python3")
    return "/opt/coulis/bin/coulis"


def install_with_newer_python(root: Path, wheel: Path, venv: Path) -> str:
    """The command, installed with pip from a folder of wheels."""
    python = find_newer_python()
    assert python is not None
    subprocess.run([venv / "bin/pip", "download", "-q", "-d", root / "srv/wheels", wheel], check=True)
    shutil.copytree(python, root / python.relative_to("/"), symlinks=True)
    run_inside(
        root,
        f"unshare -n bash -euc '{python}/bin/python{NEWER} -m venv /opt/newer; "
        "/opt/newer/bin/pip install --quiet --no-index --find-links /srv/wheels coulis'",
    )
    return "/opt/newer/bin/coulis"


def check_in(folder: Path) -> Row:
    venv = REPOSITORY / f".venv-{NEWER}"
    wheel = make_wheel(folder / "wheel")
    newer = make_wheel(folder / "newer", f"WHEEL_VENV={venv}", f"BASE_PYTHON=python{NEWER}")
    photos, wanted = shutil.copytree(PHOTOS, folder / "fruits"), folder / "wanted"
    succeed("run", photos, wanted, "-k", 20)
    root = folder / "root"
    make_root(root)
    run_inside(root, "apt-get -qq update && apt-get -qq install -y --no-install-recommends python3-venv")
    shutil.copytree(photos, root / photos.relative_to("/"))
    for coulis in (install_from_kit(root, wheel), install_with_newer_python(root, newer, venv)):
        output = "/srv/out-of-" + Path(coulis).parents[1].name
        run_inside(root, f"unshare -n {coulis} run {photos} {output} -k 20")
        assert content(root / output.lstrip("/")) == content(wanted)
    return Row(
        "wheel",
        f"{wheel.name}, from an EMR kit, and {newer.name}, by pip, on a Debian 12 with Python alone; 192 photos each",
        "2",
        "0 rows; byte-identical to build/release's",
        "make soak CHECKS=wheel",
    )
