"""The kit: a folder with all that nodes without internet need, to be copied to S3 as it is."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

from coulis_emr.options import UsageError
from coulis_emr.steps import JOB_FILE, JOB_IN_WHEEL
from coulis_emr.terminal import say

PYTHON_VERSION = "3.11"
SPARK_ASKS_FOR = ("pandas>=2.2", "pyarrow>=14")  # mapInArrow does not start without them
# Amazon Linux 2023 has glibc 2.34; pip takes each tag literally.
GLIBC_TAGS = ("manylinux_2_34", "manylinux_2_31", "manylinux_2_28", "manylinux_2_27", "manylinux_2_17", "manylinux2014")
BOOTSTRAP = Path(__file__).parent.parent / "bootstrap.sh"


def make_kit(wheel: Path, also: list[str], folder: Path, platforms: list[str], models: list[Path]) -> None:
    wheels = folder / "wheels"
    wheels.mkdir(parents=True, exist_ok=True)
    download([str(wheel), *also], wheels, platforms)
    (folder / "requirements.txt").write_text(pin(list(wheels.glob("*.whl"))))
    shutil.copy(BOOTSTRAP, folder)
    with zipfile.ZipFile(wheel) as archive:
        if JOB_IN_WHEEL not in archive.namelist():
            raise UsageError(f"{wheel.name} has no Spark job ({JOB_IN_WHEEL}): it is too old")
        (folder / JOB_FILE).write_bytes(archive.read(JOB_IN_WHEEL))
    for model in models:
        (folder / "models").mkdir(exist_ok=True)
        shutil.copy(model, folder / "models")
    say(f"Now: aws s3 sync {folder} s3://BUCKET/PREFIX")


def list_platforms(graviton: bool) -> list[str]:
    machine = "aarch64" if graviton else "x86_64"
    return [f"{tag}_{machine}" for tag in GLIBC_TAGS]


def download(requirements: list[str], wheels: Path, platforms: list[str]) -> None:
    """Wheels and what they need, for the nodes' Python and not for ours."""
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check"]
    command += ["--only-binary=:all:", f"--python-version={PYTHON_VERSION}", f"--dest={wheels}"]
    command += [f"--platform={platform}" for platform in platforms]
    done = subprocess.run([*command, *requirements], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise UsageError(f"pip could not gather the wheels for {', '.join(platforms)}:\n{done.stderr.strip()}")


def pin(wheels: list[Path]) -> str:
    """requirements.txt: each package in one version, with a hash for each architecture's wheel."""
    hashes: dict[str, list[str]] = {}
    for wheel in sorted(wheels):
        name, version = wheel.name.split("-")[:2]
        hashes.setdefault(f"{name}=={version}", []).append(hashlib.sha256(wheel.read_bytes()).hexdigest())
    names = [pinned.split("==")[0] for pinned in hashes]
    if doubles := sorted({name for name in names if names.count(name) > 1}):
        raise UsageError(f"more than one version of {', '.join(doubles)}: start with an empty folder")
    return "".join(
        f"{pinned} {' '.join(f'--hash=sha256:{digest}' for digest in digests)}\n" for pinned, digests in hashes.items()
    )
