"""`make wheel`; then its wheel, from an EMR kit and without a network, on a clean Debian 12 that has Python alone."""

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
    return Row(
        "wheel",
        f"{wheel.name}, from an EMR kit, on a Debian 12 with Python alone; then 192 photos",
        "1",
        "0 rows; byte-identical to build/release's",
        "make soak CHECKS=wheel",
    )
