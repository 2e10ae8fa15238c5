"""Wheels of what is installed here: real packages, without a compiler and without a network."""

import base64
import hashlib
import zipfile
from importlib.metadata import distribution
from pathlib import Path

ROOT = Path(__file__).parents[2]
BUILT = ROOT / "build/release/python/coulis"
FOR_ANY_PYTHON = "py3-none-manylinux_2_34_x86_64"  # the extension inside is for the Python of the tests
FOR_EMR = "cp311-cp311-manylinux_2_34_x86_64"  # what `make wheel` makes
FOR_GRAVITON = "cp311-cp311-manylinux_2_34_aarch64"  # what `make wheel ARCH=aarch64` makes


def pack_installed(name: str, folder: Path) -> Path:
    """The files of an installed package, by its own record, as the wheel that they came from."""
    package = distribution(name)
    tag = next(
        line.removeprefix("Tag: ") for line in (package.read_text("WHEEL") or "").splitlines() if "Tag: " in line
    )
    wheel = folder / f"{name}-{package.version}-{tag}.whl"
    with zipfile.ZipFile(wheel, "w") as archive:
        for file in package.files or []:
            if not file.parts[0].startswith("..") and "__pycache__" not in file.parts and file.suffix != ".pyc":
                archive.write(str(package.locate_file(file)), str(file))
    return wheel


def pack_coulis(
    folder: Path, job_file: str | None, version: str = "0.1.0", without: str = "", tag: str = FOR_ANY_PYTHON
) -> Path:
    """coulis as it is built, a job file (only its place matters here), and what pip needs to know."""
    wheel = folder / f"coulis-{version}-{tag}.whl"
    info = f"coulis-{version}.dist-info"
    files = {
        f"coulis/{file.relative_to(BUILT)}": file.read_bytes() for file in BUILT.rglob("*") if is_ours(file, without)
    }
    if job_file:
        files[job_file] = b"# the job\n"
    files[f"{info}/METADATA"] = f"Metadata-Version: 2.1\nName: coulis\nVersion: {version}\n".encode()
    files[f"{info}/WHEEL"] = f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()
    record = "".join(f"{name},{digest(data)},{len(data)}\n" for name, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    with zipfile.ZipFile(wheel, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return wheel


def is_ours(file: Path, without: str) -> bool:
    return file.is_file() and file.suffix in (".py", ".so", ".typed") and file.suffix != without


def digest(data: bytes) -> str:
    return "sha256=" + base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()
