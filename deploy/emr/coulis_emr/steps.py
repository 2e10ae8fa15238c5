"""A job as spark-submit's arguments, and as the steps of a cluster."""

from __future__ import annotations

import shlex
from dataclasses import dataclass
from typing import Any

from coulis_emr.cluster_request import PREFIX
from coulis_emr.options import UsageError

# The one place that knows the job file: inside the wheel, and its name in the kit on S3.
JOB_IN_WHEEL = "coulis/spark/coulis_job.py"
JOB_FILE = "coulis_job.py"

EVENT_LOGS = "hdfs:///var/log/spark/apps"  # EMR's spark.eventLog.dir


@dataclass(frozen=True)
class Job:
    input: str
    output: str
    k: int | None = 50
    variance: float | None = None  # instead of k
    model: str | None = None  # a file in the kit's models/; none: the one in the wheel
    extra: tuple[str, ...] = ()  # for coulis_job.py, as they are


def make_job_arguments(job: Job, prefix: str) -> list[str]:
    """Everything after the job file. `prefix` is where a node has the kit's environment."""
    if job.model and "/" in job.model:
        raise UsageError(f"--model {job.model}: say the name of a file in the kit's models/")
    size = ["--variance", str(job.variance)] if job.variance is not None else ["-k", str(job.k)]
    model = ["--model", f"{prefix}/models/{job.model}"] if job.model else []
    return [job.input, job.output, *size, *model, *job.extra]


def make_spark_submit(kit: str, job: Job) -> list[str]:
    """The driver runs on the primary node, so that its words are in the step's own logs."""
    return [
        "spark-submit",
        "--master",
        "yarn",
        "--deploy-mode",
        "client",
        # A task is a part, with four threads of its own: one copy of the model on an executor.
        "--conf",
        "spark.task.cpus=4",
        f"{kit}/{JOB_FILE}",
        *make_job_arguments(job, PREFIX),
    ]


def make_steps(kit: str, cluster_id: str, job: Job) -> list[dict[str, Any]]:
    """The job, then, whatever became of it, a copy of the event logs on S3."""
    events = f"{kit}/events/{cluster_id}/"
    copy = f"hadoop fs -mkdir -p {shlex.quote(events)} && hadoop fs -cp -f '{EVENT_LOGS}/*' {shlex.quote(events)}"
    return [
        make_step(f"coulis {job.input}", make_spark_submit(kit, job)),
        make_step("Event logs to S3", ["bash", "-c", copy]),
    ]


def make_step(name: str, command: list[str]) -> dict[str, Any]:
    return {
        "Name": name[:256],  # EMR's limit
        "ActionOnFailure": "CONTINUE",
        "HadoopJarStep": {"Jar": "command-runner.jar", "Args": command},
    }
