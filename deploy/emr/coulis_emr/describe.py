"""An existing cluster's description as a request for another one like it."""

from __future__ import annotations

from typing import Any

CLUSTER_FIELDS = (
    "Name",
    "LogUri",
    "LogEncryptionKmsKeyId",
    "ReleaseLabel",
    "Configurations",
    "VisibleToAllUsers",
    "ServiceRole",
    "SecurityConfiguration",
    "AutoScalingRole",
    "ScaleDownBehavior",
    "CustomAmiId",
    "EbsRootVolumeSize",
    "StepConcurrencyLevel",
    "OSReleaseLabel",
)
INSTANCE_FIELDS = (
    "Ec2KeyName",
    "Ec2SubnetId",
    "EmrManagedMasterSecurityGroup",
    "EmrManagedSlaveSecurityGroup",
    "ServiceAccessSecurityGroup",
    "AdditionalMasterSecurityGroups",
    "AdditionalSlaveSecurityGroups",
)
GROUP_FIELDS = ("Name", "Market", "BidPrice", "InstanceType", "Configurations", "CustomAmiId")


def make_request_like(
    cluster: dict[str, Any],
    groups: list[dict[str, Any]],
    bootstrap_actions: list[dict[str, Any]],
    idle_policy: dict[str, Any] | None,
    scaling_policy: dict[str, Any] | None,
) -> dict[str, Any]:
    """From the answers of DescribeCluster, ListInstanceGroups, ListBootstrapActions and the two policies."""
    attributes = cluster.get("Ec2InstanceAttributes", {})
    request: dict[str, Any] = {
        **pick(cluster, CLUSTER_FIELDS),
        "Applications": [{"Name": application["Name"]} for application in cluster.get("Applications", [])],
        "Instances": {
            **pick(attributes, INSTANCE_FIELDS),
            "InstanceGroups": [make_group_like(group) for group in sorted(groups, key=find_rank)],
            "KeepJobFlowAliveWhenNoSteps": not cluster.get("AutoTerminate", False),
            "TerminationProtected": cluster.get("TerminationProtected", False),
        },
        "BootstrapActions": [
            {
                "Name": action["Name"],
                "ScriptBootstrapAction": {"Path": action["ScriptPath"], "Args": action.get("Args", [])},
            }
            for action in bootstrap_actions
        ],
        "JobFlowRole": attributes["IamInstanceProfile"],
        # aws: is AWS's own name space, and refused
        "Tags": [tag for tag in cluster.get("Tags", []) if not tag["Key"].startswith("aws:")],
    }
    if "LogUri" in request:
        request["LogUri"] = request["LogUri"].replace("s3n://", "s3://", 1)  # EMR reports the old scheme
    if idle_policy:
        request["AutoTerminationPolicy"] = idle_policy
    if scaling_policy:
        request["ManagedScalingPolicy"] = scaling_policy
    return request


def find_rank(group: dict[str, Any]) -> int:
    """ListInstanceGroups has no order of its own."""
    return ("MASTER", "CORE", "TASK").index(group["InstanceGroupType"])


def make_group_like(group: dict[str, Any]) -> dict[str, Any]:
    return {
        **pick(group, GROUP_FIELDS),
        "InstanceRole": group["InstanceGroupType"],
        "InstanceCount": max(1, group.get("RequestedInstanceCount", 1)),  # 0 once a cluster has ended
    }


def pick(source: dict[str, Any], fields: tuple[str, ...]) -> dict[str, Any]:
    return {field: source[field] for field in fields if source.get(field) not in (None, "", [])}
