"""A deployment as the parameters of EMR Serverless: an application, and a job of it."""

from __future__ import annotations

import uuid
from typing import Any

from coulis_emr.cluster_request import EXECUTOR_SETTINGS
from coulis_emr.options import Deployment, find_release
from coulis_emr.steps import JOB_FILE, Job, make_job_arguments

# The kit's environment, unpacked by Spark beside the driver and each executor.
ENVIRONMENT = "environment"
WORKER_VCPUS = 4
WORKER_GB = 16


def find_architecture(deployment: Deployment) -> str:
    return "ARM64" if deployment.graviton else "X86_64"


def make_application_request(deployment: Deployment) -> dict[str, Any]:
    """Starts with a job, stops when idle, and never grows beyond the driver and the workers."""
    machines = 1 + (deployment.max_workers or deployment.workers)
    request: dict[str, Any] = {
        "name": deployment.name,
        "releaseLabel": find_release(deployment.release).label,
        "type": "SPARK",
        "architecture": find_architecture(deployment),
        "maximumCapacity": {"cpu": f"{machines * WORKER_VCPUS} vCPU", "memory": f"{machines * WORKER_GB} GB"},
        "autoStartConfiguration": {"enabled": True},
        "autoStopConfiguration": {"enabled": True, "idleTimeoutMinutes": deployment.idle_minutes},
        "monitoringConfiguration": {
            # S3: the logs of driver and executors, and Spark's event logs. Managed: the persistent history server.
            "s3MonitoringConfiguration": {"logUri": f"{deployment.kit}/logs/"},
            "managedPersistenceMonitoringConfiguration": {"enabled": True},
        },
        "tags": {"application": "coulis"},
    }
    if deployment.subnet:
        request["networkConfiguration"] = {"subnetIds": [deployment.subnet]}
    return request


def make_job_request(kit: str, application_id: str, architecture: str, role_arn: str, job: Job) -> dict[str, Any]:
    python = f"./{ENVIRONMENT}/bin/python"
    settings = {
        **EXECUTOR_SETTINGS,
        "spark.task.cpus": "4",
        "spark.archives": f"{kit}/environment-{architecture}.tar.gz#{ENVIRONMENT}",
        "spark.emr-serverless.driverEnv.PYSPARK_DRIVER_PYTHON": python,
        "spark.emr-serverless.driverEnv.PYSPARK_PYTHON": python,
        "spark.executorEnv.PYSPARK_PYTHON": python,
    }
    return {
        "applicationId": application_id,
        "clientToken": str(uuid.uuid4()),
        "executionRoleArn": role_arn,
        "name": f"coulis {job.input}"[:256],
        "jobDriver": {
            "sparkSubmit": {
                "entryPoint": f"{kit}/{JOB_FILE}",
                "entryPointArguments": make_job_arguments(job, ENVIRONMENT),
                "sparkSubmitParameters": " ".join(f"--conf {name}={value}" for name, value in settings.items()),
            }
        },
    }


def make_request_like(application: dict[str, Any], client_token: str) -> dict[str, Any]:
    """GetApplication's answer as a request for another one like it."""
    fields = (
        "name",
        "releaseLabel",
        "architecture",
        "initialCapacity",
        "maximumCapacity",
        "autoStartConfiguration",
        "autoStopConfiguration",
        "networkConfiguration",
        "monitoringConfiguration",
        "runtimeConfiguration",
        "tags",
    )
    kept = {field: application[field] for field in fields if application.get(field)}
    return {**kept, "type": application["type"].upper(), "clientToken": client_token}
