"""The shell scripts are without fault, and the Dockerfile does nothing but call the one that is tested."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DOCKER = ROOT / "deploy/docker"
SCRIPTS = sorted((ROOT / "deploy").rglob("*.sh"))


def shellcheck(*files: Path) -> subprocess.CompletedProcess[str]:
    program = Path(sys.executable).parent / "shellcheck"
    return subprocess.run([program, *files], capture_output=True, text=True, check=False)


def test_shellcheck_finds_nothing() -> None:
    assert [script.name for script in SCRIPTS] == ["install.sh", "bootstrap.sh", "slurm.sh"]
    done = shellcheck(*SCRIPTS)
    assert (done.returncode, done.stdout) == (0, "")


def test_shellcheck_finds_what_is_wrong(tmp_path: Path) -> None:
    script = tmp_path / "wrong.sh"
    script.write_text("#!/bin/bash\nrm -rf $1/*\n")
    assert shellcheck(script).returncode == 1


def test_scripts_may_be_executed() -> None:
    assert all(os.access(script, os.X_OK) for script in [*SCRIPTS, ROOT / "deploy/emr/coulis-emr"])


def test_the_image_s_only_step_is_the_script() -> None:
    lines = (DOCKER / "Dockerfile").read_text().splitlines()
    steps = [line.split(maxsplit=1) for line in lines if line and not line.startswith("#")]
    assert [argument for name, argument in steps if name == "RUN"] == ["/usr/src/coulis/deploy/docker/install.sh"]
    assert ["COPY", ". /usr/src/coulis"] in steps
    assert steps[0] == ["FROM", "debian:12-slim"]


def test_the_image_has_the_spark_that_the_tests_use() -> None:
    tested, image = ((ROOT / file).read_text() for file in ("requirements/test.txt", "deploy/docker/requirements.txt"))
    [spark] = [line for line in image.splitlines() if line.startswith("pyspark==")]
    assert spark in tested.splitlines()
