"""cli/coulis.sh, which pip installs as bin/coulis, finds the program in the package wherever pip has put that."""

import shutil
import subprocess
from pathlib import Path

import pytest
from cli.command import REPOSITORY

PACKAGES = (
    "lib/python3.11/site-packages",
    "lib/python3.14/site-packages",
    "lib64/python3.12/site-packages",
    "lib/python3.13/dist-packages",
    ".",
)


def install(prefix: Path, packages: str) -> Path:
    """The script, and a program that says where it is and what it was asked."""
    program = prefix / packages / "coulis/bin/coulis"
    program.parent.mkdir(parents=True)
    program.write_text('#!/bin/sh\necho "$0" "$@"\n')
    program.chmod(0o755)
    script = prefix / "bin/coulis"
    script.parent.mkdir()
    shutil.copy(REPOSITORY / "cli/coulis.sh", script)
    script.chmod(0o755)
    return script


@pytest.mark.parametrize("packages", PACKAGES)
def test_the_program_is_found_in_any_python(tmp_path: Path, packages: str) -> None:
    script = install(tmp_path / "a prefix", packages)
    link = tmp_path / "coulis"
    link.symlink_to(script)
    for started in (script, link):
        done = subprocess.run([started, "run", "a b"], capture_output=True, text=True, check=True)
        program, *arguments = done.stdout.rsplit(" ", 3)
        assert arguments == ["run", "a", "b\n"]
        assert Path(program).samefile(tmp_path / "a prefix" / packages / "coulis/bin/coulis")


def test_without_the_package_the_remedy_is_named(tmp_path: Path) -> None:
    script = install(tmp_path, ".")
    shutil.rmtree(tmp_path / "coulis")
    done = subprocess.run([script], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "pip install --force-reinstall coulis" in done.stderr
