"""`make wheel`; then its wheels, without a network, on clean systems that have Python alone.

The wheel for Python 3.11 is installed from an EMR kit, on Debian 12, for x86-64 and, emulated, for 64-bit ARM. The one
for 3.12 and newer is installed by pip on Debians that have such a Python, for ARM on Debian 13, and on Debian 12 with
those of this machine. With a network and here, the wheel works in one process with the oldest packages that its extras
allow, and with the newest ones and others that bring an Arrow of their own.
"""

import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
from cli.command import COMMAND, PHOTOS, REPOSITORY, succeed
from deploy.clean_root import make_root, run_inside, unpack_root
from faults.outputs import content
from soak.clean_folder import clean_folder
from soak.row import Row, Skip

NEWER = ("3.12", "3.13", "3.14")
SUITES = ("trixie", "forky")  # Debian's with a Python of NEWER
X86, ARM = "x86_64", "aarch64"
TOLERANCE = 1e-4  # of a feature, from 0 to 6: float32 is summed in another order

OLDEST = ("pyarrow==14.0.*", "numpy==1.26.*", "pandas==2.2.*", "pyspark==3.5.*")  # of the extras in pyproject.toml
CODECS = (".avif", ".heic", ".jxl")  # read by a module of the wheel that is loaded late

# Photos in memory: the extension, which every Python loads anew. All else is the same program.
FROM_MEMORY = (
    "import coulis, numpy, pathlib, sys; "
    "photos = [path.read_bytes() for path in sorted(pathlib.Path(sys.argv[1]).rglob('*.*'))]; "
    "numpy.save(sys.argv[3], coulis.featurize(photos, precision=sys.argv[2]).values)"
)


def check() -> Row:
    if not newer_pythons():
        raise Skip(f"needs a Python of {', '.join(NEWER)} with its headers, besides 3.11")
    if not Path("/proc/sys/fs/binfmt_misc/qemu-aarch64").exists():
        raise Skip("needs programs for 64-bit ARM to run here: apt-get install qemu-user-static binfmt-support")
    with clean_folder("wheel") as folder:
        return check_in(folder)


def newer_pythons() -> dict[str, Path]:
    """Where those of this machine are installed, by version."""
    found = {}
    for version in NEWER:
        if program := shutil.which(f"python{version}"):
            code = "import sys; print(sys.base_prefix)"
            done = subprocess.run([program, "-c", code], capture_output=True, text=True, check=False)
            if done.returncode == 0:
                found[version] = Path(done.stdout.strip())
    return found


def make_wheel(folder: Path, *settings: str) -> Path:
    subprocess.run(["make", "wheel", f"WHEEL_DIR={folder}", *settings], cwd=REPOSITORY, check=True)
    [wheel] = folder.glob("coulis-*.whl")
    return wheel


def make_clean(root: Path, photos: Path, suite: str, architecture: str = "") -> None:
    if architecture:
        unpack_root(root, suite, architecture, "python3-venv")
    else:
        make_root(root, suite, "python3-venv")
    shutil.copytree(photos, root / photos.relative_to("/"))


def gather_photos(folder: Path) -> Path:
    """The 192 of the examples, and those of the decoders' tests in HEIC, AVIF and JPEG XL."""
    photos = shutil.copytree(PHOTOS, folder / "photos")
    (photos / "codecs").mkdir()
    for photo in (REPOSITORY / "tests/core/decode").rglob("*"):
        if photo.suffix in CODECS:
            shutil.copy(photo, photos / "codecs")
    return photos


def install_from_kit(root: Path, wheel: Path, *options: str) -> Path:
    """The environment, installed as on a node of EMR."""
    emr = REPOSITORY / "deploy/emr"
    subprocess.run([sys.executable, emr / "coulis-emr", "kit", *options, wheel, root / "srv/kit"], check=True)
    run_inside(root, "unshare -n /srv/kit/bootstrap.sh /srv/kit --python python3")
    return Path("/opt/coulis")


def install_by_pip(root: Path, wheel: Path, python: str, machine: str = X86) -> Path:
    """The environment, with numpy from a folder of wheels."""
    version = run_inside(root, f"{python} -c 'import sys; print(\"%d.%d\" % sys.version_info[:2])'").strip()
    wheels = root / f"srv/wheels-{version}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--only-binary=:all:", "--dest", wheels]
    platforms = [f"--platform=manylinux_2_{glibc}_{machine}" for glibc in (34, 28)]
    subprocess.run([*command, f"--python-version={version}", *platforms, wheel], check=True)
    environment = Path(f"/opt/{version}")
    install = f"{environment}/bin/pip install --quiet --no-index --find-links /srv/{wheels.name} coulis"
    run_inside(root, f"unshare -n bash -euc '{python} -m venv {environment}; {install}'")
    return environment


def featurize(root: Path, environment: Path, photos: Path, precision: str) -> np.ndarray:
    """By the command."""
    command = f"{environment}/bin/coulis featurize {photos} --format npy --precision {precision}"
    run_inside(root, f"unshare -n {command} > /srv/rows.npy")
    return np.load(root / "srv/rows.npy")


def featurize_from_memory(root: Path, environment: Path, photos: Path, precision: str) -> np.ndarray:
    python = f'{environment}/bin/python -I -c "{FROM_MEMORY}"'
    run_inside(root, f"unshare -n {python} {photos} {precision} /srv/rows.npy")
    return np.load(root / "srv/rows.npy")


def featurize_here(photos: Path, precision: str) -> np.ndarray:
    command = [COMMAND, "featurize", photos, "--format", "npy", "--precision", precision]
    return np.load(io.BytesIO(subprocess.run(command, stdout=subprocess.PIPE, check=True).stdout))


def expect_the_same(root: Path, environment: Path, photos: Path, wanted: Path) -> None:
    output = f"/srv/out-of-{environment.name}"
    run_inside(root, f"unshare -n {environment}/bin/coulis run {photos} {output} -k 20")
    assert content(root / output.lstrip("/")) == content(wanted), environment
    rows = featurize_from_memory(root, environment, photos, "fp32")
    np.testing.assert_array_equal(rows, featurize_here(photos, "fp32"), strict=True)


def expect_almost_the_same(found: dict[str, np.ndarray], photos: Path) -> float:
    """int8: the same rows. Returns the largest difference in float32."""
    differences = {
        precision: float(np.abs(rows - featurize_here(photos, precision)).max()) for precision, rows in found.items()
    }
    assert differences["int8"] == 0
    assert differences["fp32"] <= TOLERANCE
    return differences["fp32"]


def work_beside(folder: Path, wheel: Path, requirements: tuple[str, ...], packages: tuple[str, ...]) -> str:
    """Here, in an environment of its own. Returns the versions."""
    folder.mkdir()
    python = folder / "environment/bin/python"
    subprocess.run([getattr(sys, "_base_executable", sys.executable), "-m", "venv", folder / "environment"], check=True)
    subprocess.run([python, "-m", "pip", "install", "--quiet", wheel, *requirements, *packages], check=True)
    script = Path(__file__).with_name("beside_others.py")
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    names = [package.partition("[")[0] for package in packages]
    command = [python, "-P", script, PHOTOS, folder, *names]
    done = subprocess.run(command, check=True, env=environment, stdout=subprocess.PIPE, text=True)
    return done.stdout.splitlines()[-1]


def check_in(folder: Path) -> Row:
    photos, wanted = gather_photos(folder), folder / "wanted"
    succeed("run", photos, wanted, "-k", 20)
    assert np.isfinite(featurize_here(photos, "fp32")).all()

    pythons = newer_pythons()
    maker = next(iter(pythons))
    wheel = make_wheel(folder / "wheel")
    with_newer = (f"WHEEL_VENV={REPOSITORY}/.venv-{maker}", f"BASE_PYTHON={pythons[maker]}/bin/python{maker}")
    newer = make_wheel(folder / "newer", *with_newer)
    arm = make_wheel(folder / "arm", f"ARCH={ARM}")
    newer_arm = make_wheel(folder / "newer-arm", f"ARCH={ARM}", *with_newer)

    root = folder / "bookworm"
    make_clean(root, photos, "bookworm")
    environments = [install_from_kit(root, wheel)]
    for version, python in pythons.items():
        shutil.copytree(python, root / python.relative_to("/"), symlinks=True)
        environments.append(install_by_pip(root, newer, f"{python}/bin/python{version}"))
    for environment in environments:
        expect_the_same(root, environment, photos, wanted)
    for suite in SUITES:
        root = folder / suite
        make_clean(root, photos, suite)
        environment = install_by_pip(root, newer, "python3")
        expect_the_same(root, environment, photos, wanted)
        environments.append(environment)
    differences = []
    for suite, install, compute in (
        ("bookworm", lambda root: install_from_kit(root, arm, "--graviton"), featurize),
        ("trixie", lambda root: install_by_pip(root, newer_arm, "python3", ARM), featurize_from_memory),
    ):
        root = folder / f"{suite}-{ARM}"
        make_clean(root, photos, suite, "arm64")
        environment = install(root)
        found = {precision: compute(root, environment, photos, precision) for precision in ("int8", "fp32")}
        differences.append(expect_almost_the_same(found, photos))
    oldest = work_beside(folder / "oldest", wheel, OLDEST, ("pyspark",))
    newest = work_beside(folder / "newest", wheel, ("pandas",), ("pyspark", "datasets", "deltalake", "ray[data]"))
    versions = ", ".join(environment.name for environment in environments[1:])
    return Row(
        "wheel",
        f"{wheel.name} and {arm.name}, from EMR kits, and {newer.name}, by pip with Python {versions}, and "
        f"{newer_arm.name}, by pip on Debian 13, on Debians with Python alone; 192 photos each, and "
        f"{len(list((photos / 'codecs').iterdir()))} in HEIC, AVIF and JPEG XL; ARM is emulated; the first one in one "
        f"process with {oldest}, and with {newest}",
        f"{len(environments) + len(differences) + 2}",
        "0 rows; x86-64: byte-identical to build/release's; ARM: the same int8 rows, float32 rows that differ by "
        f"{max(differences):.0e} at most",
        "make soak CHECKS=wheel",
    )
