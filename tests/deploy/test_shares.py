"""The jobs of deploy/shares are well formed, start every share once, and are those that the guide shows."""

import json
import os
import shlex
import subprocess
from pathlib import Path

import botocore.session
import kubernetes_validate
import pytest
import yaml
from botocore.validate import ParamValidator

ROOT = Path(__file__).parents[2]
JOBS = ROOT / "deploy/shares"
KUBERNETES = yaml.safe_load((JOBS / "kubernetes.yaml").read_text())
BATCH = json.loads((JOBS / "aws-batch.json").read_text())
SLURM = (JOBS / "slurm.sh").read_text()


@pytest.mark.parametrize("version", ["1.33", kubernetes_validate.latest_version()])  # backoffLimitPerIndex: since 1.33
def test_kubernetes_knows_every_field_of_the_job(version):
    kubernetes_validate.validate(KUBERNETES, version, strict=True)
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate({**KUBERNETES, "spec": {**KUBERNETES["spec"], "shares": 64}}, version, strict=True)


def test_aws_batch_knows_every_field_of_the_job():
    model = botocore.session.get_session().get_service_model("batch").operation_model("SubmitJob")
    report = ParamValidator().validate(BATCH, model.input_shape)
    assert not report.has_errors(), report.generate_report()
    assert ParamValidator().validate({**BATCH, "shares": 64}, model.input_shape).has_errors()


def slurm_array() -> range:
    [array] = [line for line in SLURM.splitlines() if line.startswith("#SBATCH --array=")]
    first, last = map(int, array.removeprefix("#SBATCH --array=").split("-"))
    return range(first, last + 1)


CONTAINER = KUBERNETES["spec"]["template"]["spec"]["containers"][0]
STARTS = {
    "kubernetes": (
        [*CONTAINER["command"], *CONTAINER["args"]],
        "JOB_COMPLETION_INDEX",
        range(KUBERNETES["spec"]["completions"]),
    ),
    "aws": (
        BATCH["containerOverrides"]["command"],
        "AWS_BATCH_JOB_ARRAY_INDEX",
        range(BATCH["arrayProperties"]["size"]),
    ),
    "slurm": (["sh", str(JOBS / "slurm.sh")], "SLURM_ARRAY_TASK_ID", slurm_array()),
}


@pytest.mark.parametrize("scheduler", STARTS)
def test_every_share_is_started_once(scheduler, tmp_path):
    command, variable, indices = STARTS[scheduler]
    told = tmp_path / "told"
    program = tmp_path / "coulis"
    program.write_text(f'#!/bin/sh\necho "$@" >> {shlex.quote(str(told))}\n')
    program.chmod(0o755)
    for index in indices:
        environment = {"PATH": f"{tmp_path}:{os.environ['PATH']}", variable: str(index)}
        subprocess.run(command, env=environment, check=True, timeout=60)
    shares = [line.split(" --share ")[1] for line in told.read_text().splitlines()]
    assert shares == [f"{index}/{len(indices)}" for index in range(1, len(indices) + 1)]


@pytest.mark.parametrize("name", ["kubernetes.yaml", "aws-batch.json", "slurm.sh"])
def test_the_guide_shows_the_file(name):
    assert (JOBS / name).read_text() in (ROOT / "docs/shares.md").read_text()
