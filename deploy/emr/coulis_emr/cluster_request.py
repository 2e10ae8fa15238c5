"""A deployment as the parameters of EMR's RunJobFlow."""

from __future__ import annotations

from typing import Any

from coulis_emr.options import Deployment, find_release, instance_type_of

PREFIX = "/opt/coulis"  # bootstrap.sh's virtual environment on every node
PYTHON = f"{PREFIX}/bin/python"

# EMR propagates it to what it creates; the service role may touch nothing without it.
EMR_TAG = "for-use-with-amazon-emr-managed-policies"

# One executor for each 4 vCPUs and 16 GB: YARN has 12 GB of an m5.xlarge, the application master takes 0.9 of them.
# Images, model and Python are native memory, so the overhead gets more than the heap.
EXECUTOR_SETTINGS = {
    "spark.executor.cores": "4",
    "spark.executor.memory": "5g",
    "spark.executor.memoryOverhead": "6g",
}


def make_cluster_request(deployment: Deployment) -> dict[str, Any]:
    release = find_release(deployment.release)
    instances: dict[str, Any] = {
        "InstanceGroups": make_groups(deployment),
        "KeepJobFlowAliveWhenNoSteps": True,
        "TerminationProtected": False,
    }
    if deployment.subnet:
        instances["Ec2SubnetId"] = deployment.subnet
    if deployment.key_pair:
        instances["Ec2KeyName"] = deployment.key_pair
    request: dict[str, Any] = {
        "Name": deployment.name,
        "LogUri": f"{deployment.kit}/logs/",
        "ReleaseLabel": release.label,
        "Applications": [{"Name": name} for name in release.applications],
        "Instances": instances,
        "BootstrapActions": [
            {
                "Name": "Install coulis",
                "ScriptBootstrapAction": {"Path": f"{deployment.kit}/bootstrap.sh", "Args": [deployment.kit]},
            }
        ],
        "Configurations": make_configurations(deployment),
        "VisibleToAllUsers": True,
        "JobFlowRole": deployment.instance_profile,
        "ServiceRole": deployment.service_role,
        "ScaleDownBehavior": "TERMINATE_AT_TASK_COMPLETION",
        "StepConcurrencyLevel": 1,
        # Part of this request, not a call after it: a cluster that we lose sight of still ends.
        "AutoTerminationPolicy": {"IdleTimeout": deployment.idle_minutes * 60},
        "Tags": [{"Key": EMR_TAG, "Value": "true"}, {"Key": "application", "Value": "coulis"}],
    }
    if deployment.max_workers is not None:
        request["ManagedScalingPolicy"] = {"ComputeLimits": make_limits(deployment, deployment.max_workers)}
    return request


def make_groups(deployment: Deployment) -> list[dict[str, Any]]:
    """Primary and core on demand; with spot, the first worker too, and the others are task nodes that may vanish."""

    def group(name: str, role: str, market: str, count: int) -> dict[str, Any]:
        return {
            "Name": name,
            "InstanceRole": role,
            "Market": market,
            "InstanceType": instance_type_of(deployment),
            "InstanceCount": count,
        }

    core = 1 if deployment.spot else deployment.workers
    groups = [group("Primary", "MASTER", "ON_DEMAND", 1), group("Core", "CORE", "ON_DEMAND", core)]
    if deployment.spot:
        groups.append(group("Task", "TASK", "SPOT", deployment.workers - 1))
    return groups


def make_limits(deployment: Deployment, max_workers: int) -> dict[str, Any]:
    """Managed scaling counts core and task nodes, not the primary."""
    limits = {
        "UnitType": "Instances",
        "MinimumCapacityUnits": deployment.workers,
        "MaximumCapacityUnits": max_workers,
    }
    if deployment.spot:
        limits |= {"MaximumOnDemandCapacityUnits": 1, "MaximumCoreCapacityUnits": 1}
    return limits


def make_configurations(deployment: Deployment) -> list[dict[str, Any]]:
    # Event logs stay where EMR puts them, on HDFS: its persistent history server reads them only there. A step copies
    # them to S3 (steps.py).
    configurations: list[dict[str, Any]] = [
        {
            "Classification": "spark-env",
            "Properties": {},
            # EMR's own python3 is 3.9
            "Configurations": [{"Classification": "export", "Properties": {"PYSPARK_PYTHON": PYTHON}}],
        },
        {"Classification": "spark-defaults", "Properties": dict(EXECUTOR_SETTINGS)},
    ]
    if deployment.notebooks_bucket:
        configurations.append(
            {
                "Classification": "jupyter-s3-conf",
                "Properties": {
                    "s3.persistence.enabled": "true",
                    "s3.persistence.bucket": deployment.notebooks_bucket,
                },
            }
        )
    return configurations
