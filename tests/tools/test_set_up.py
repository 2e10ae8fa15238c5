"""The set-up scripts do nothing where all is there, and say what to do where something is missing."""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

TOOLS = Path(__file__).parents[2] / "tools"
AS_NOBODY = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] if os.geteuid() == 0 else []
needs_debian = pytest.mark.skipif(shutil.which("dpkg-query") is None, reason="not a Debian or Ubuntu system")


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that every user may read, unlike tmp_path."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def install(folder: Path, packages: str) -> subprocess.CompletedProcess[str]:
    """Runs the installer, as a user who cannot install, on a list with this text."""
    script = shutil.copy(TOOLS / "install_system_packages.sh", folder)
    (folder / "list.txt").write_text(packages)
    command = [*AS_NOBODY, "bash", script, str(folder / "list.txt")]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@needs_debian
def test_nothing_is_done_where_every_package_is_installed(open_folder: Path) -> None:
    done = install(open_folder, "# a comment\n\ndpkg\nbash # why\nno-such-package-a | dpkg\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


@needs_debian
@pytest.mark.skipif(
    subprocess.run([*AS_NOBODY, "sh", "-c", "sudo -n true"], capture_output=True, check=False).returncode == 0,
    reason="this user may install packages without a password",
)
def test_a_user_who_cannot_install_is_told_the_command(open_folder: Path) -> None:
    done = install(open_folder, "dpkg\nno-such-package-a | no-such-package-b\nno-such-package-c\n")
    assert done.returncode == 1
    assert done.stdout == ""
    [line] = done.stderr.splitlines()
    assert line.endswith("apt-get install -y --no-install-recommends no-such-package-a no-such-package-c")


@needs_debian
@pytest.mark.skipif(not list(Path("/var/lib/apt/lists").glob("*_Packages*")), reason="apt has no package lists yet")
def test_a_package_that_the_release_does_not_have_may_be_left_out(open_folder: Path) -> None:
    done = install(open_folder, "no-such-package-a?\nno-such-package-b? | no-such-package-c\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_a_good_virtual_environment_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "bin").mkdir()
    (tmp_path / "bin/python").symlink_to(sys.executable)
    done = subprocess.run([TOOLS / "make_venv.sh", tmp_path], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["bin", "python"]


def test_a_machine_without_python_is_told_which_one_is_needed(tmp_path: Path) -> None:
    bash = shutil.which("bash")
    assert bash
    command = [bash, str(TOOLS / "make_venv.sh"), str(tmp_path / "venv")]
    done = subprocess.run(command, env={"PATH": str(tmp_path)}, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    expected = "coulis needs Python 3.11 or newer with venv and C headers: no python3 found."
    assert done.stderr.splitlines() == [expected]
    assert not (tmp_path / "venv").exists()
