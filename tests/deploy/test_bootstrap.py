"""A kit is made by pip and installed by bootstrap.sh, for real and without a network."""

import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from coulis_emr.steps import JOB_FILE, JOB_IN_WHEEL
from deploy.conftest import Command
from deploy.wheels import FOR_EMR, FOR_GRAVITON, pack_coulis, pack_installed

BOOTSTRAP = Path(__file__).parents[2] / "deploy/emr/bootstrap.sh"
PYTHON = getattr(sys, "_base_executable", sys.executable)
ALSO_NOTHING = "--also"  # not pandas: too large a wheel for each of these tests

has_no_network = ["unshare", "-rn"]
if subprocess.run([*has_no_network, "true"], capture_output=True, check=False).returncode != 0:
    has_no_network = []


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder of wheels, in the place of the registry."""
    folder = tmp_path_factory.mktemp("shelf")
    pack_installed("safetensors", folder)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture
def offline_pip(shelf: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(shelf))


def bootstrap(kit: Path | str, *options: str) -> subprocess.CompletedProcess[str]:
    command = [*has_no_network, "bash", str(BOOTSTRAP), str(kit), *options]
    environment = {"PATH": "/usr/local/bin:/usr/bin:/bin"}
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def prefix(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The three tests that use it install three versions of coulis there, one after the other or one alone."""
    return tmp_path_factory.mktemp("opt") / "coulis"


def test_a_kit_is_installed_from_its_own_wheels_alone(
    offline_pip: None, coulis_emr: Command, tmp_path: Path, prefix: Path
) -> None:
    (tmp_path / "lite0.safetensors").write_bytes(b"a model")
    wheel = pack_coulis(tmp_path, JOB_IN_WHEEL)
    kit = tmp_path / "kit"
    model = ("--model", str(tmp_path / "lite0.safetensors"))
    made = coulis_emr("kit", str(wheel), str(kit), "--also", "safetensors>=0.5", *model)
    assert made.status == 0, made.err
    names = sorted(file.name for file in kit.iterdir())
    assert names == ["bootstrap.sh", JOB_FILE, "models", "requirements.txt", "wheels"]
    pins = (kit / "requirements.txt").read_text().splitlines()
    assert [pin.split("==")[0] for pin in pins] == ["coulis", "safetensors"]
    assert all("--hash=sha256:" in pin for pin in pins)

    done = bootstrap(f"file://{kit}", "--prefix", str(prefix), "--python", PYTHON)
    assert done.returncode == 0, done.stderr
    assert (prefix / "models/lite0.safetensors").read_bytes() == b"a model"
    use = "import coulis._core, safetensors; print(coulis._core.__file__, safetensors.__file__)"
    used = subprocess.run([prefix / "bin/python", "-I", "-c", use], capture_output=True, text=True, check=True)
    assert [Path(file).is_relative_to(prefix) for file in used.stdout.split()] == [True, True]


def test_a_wheel_that_is_not_the_pinned_one_is_refused(
    offline_pip: None, coulis_emr: Command, tmp_path: Path, prefix: Path
) -> None:
    wheel = pack_coulis(tmp_path, JOB_IN_WHEEL, "0.2.0")
    kit = tmp_path / "kit"
    assert coulis_emr("kit", str(wheel), str(kit), ALSO_NOTHING).status == 0
    pack_coulis(kit / "wheels", None, "0.2.0")  # the same name and version, other bytes
    done = bootstrap(kit, "--prefix", str(prefix), "--python", PYTHON)
    assert done.returncode == 1
    assert "DO NOT MATCH THE HASHES" in done.stderr


def test_a_wheel_that_does_not_load_is_told_at_once(
    offline_pip: None, coulis_emr: Command, tmp_path: Path, prefix: Path
) -> None:
    wheel = pack_coulis(tmp_path, JOB_IN_WHEEL, "0.3.0", without=".so")
    kit = tmp_path / "kit"
    assert coulis_emr("kit", str(wheel), str(kit), ALSO_NOTHING).status == 0
    done = bootstrap(kit, "--prefix", str(prefix), "--python", PYTHON)
    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].endswith("does not load")


def test_a_folder_that_is_no_kit_is_refused(tmp_path: Path) -> None:
    done = bootstrap(tmp_path, "--python", PYTHON)
    assert done.returncode == 1
    assert "is no kit" in done.stderr


def test_a_node_without_the_python_is_told_which_one_is_missing(tmp_path: Path) -> None:
    done = bootstrap(tmp_path, "--python", "python3.99")
    assert done.returncode == 1
    assert "no python3.99 here" in done.stderr


def test_a_wheel_for_its_own_machine_makes_no_kit(offline_pip: None, coulis_emr: Command, tmp_path: Path) -> None:
    wheel = pack_coulis(tmp_path, JOB_IN_WHEEL, tag="cp311-cp311-linux_x86_64")
    said = coulis_emr("kit", str(wheel), str(tmp_path / "kit"), ALSO_NOTHING)
    assert said.status == 2
    assert "manylinux_2_34_x86_64" in said.err


def test_a_kit_for_graviton_takes_the_wheel_for_arm_beside_the_other(
    offline_pip: None, coulis_emr: Command, tmp_path: Path
) -> None:
    here, arm = (pack_coulis(tmp_path, JOB_IN_WHEEL, tag=tag) for tag in (FOR_EMR, FOR_GRAVITON))
    kit = tmp_path / "kit"
    assert coulis_emr("kit", str(here), str(kit), ALSO_NOTHING).status == 0
    assert coulis_emr("kit", "--graviton", str(here), str(kit), ALSO_NOTHING).status == 2
    made = coulis_emr("kit", "--graviton", str(arm), str(kit), ALSO_NOTHING)
    assert made.status == 0, made.err
    assert sorted(wheel.name for wheel in (kit / "wheels").iterdir()) == sorted([here.name, arm.name])
    [pin] = (kit / "requirements.txt").read_text().splitlines()
    assert pin.count("--hash=sha256:") == 2


def test_a_wheel_without_the_spark_job_makes_no_kit(offline_pip: None, coulis_emr: Command, tmp_path: Path) -> None:
    said = coulis_emr("kit", str(pack_coulis(tmp_path, None)), str(tmp_path / "kit"), ALSO_NOTHING)
    assert said.status == 2
    assert JOB_IN_WHEEL in said.err


def test_two_versions_of_a_package_make_no_kit(offline_pip: None, coulis_emr: Command, tmp_path: Path) -> None:
    kit = tmp_path / "kit"
    for version in ("0.1.0", "0.2.0"):
        said = coulis_emr("kit", str(pack_coulis(tmp_path, JOB_IN_WHEEL, version)), str(kit), ALSO_NOTHING)
    assert said.status == 2
    assert "more than one version of coulis" in said.err
