"""CloudFormation templates: the same cluster or application as the other commands make, with its roles."""

from __future__ import annotations

from typing import Any

from coulis_emr.cluster_request import make_cluster_request
from coulis_emr.options import Deployment
from coulis_emr.policies import Places, fill_policy, job_role_of
from coulis_emr.serverless_request import make_application_request

GROUP_KEYS = {"MASTER": "MasterInstanceGroup", "CORE": "CoreInstanceGroup"}


def make_cluster_template(deployment: Deployment, places: Places) -> dict[str, Any]:
    """One stack: roles, instance profile, cluster. Deleting the stack ends the cluster."""
    resources = {
        "ServiceRole": make_role(deployment.service_role, "service_role", "trust_emr", deployment, places),
        "NodeRole": make_role(deployment.instance_profile, "instance_profile", "trust_ec2", deployment, places),
        "NodeProfile": {
            "Type": "AWS::IAM::InstanceProfile",
            "Properties": {"InstanceProfileName": deployment.instance_profile, "Roles": [{"Ref": "NodeRole"}]},
        },
        "Cluster": {"Type": "AWS::EMR::Cluster", "Properties": make_cluster_properties(deployment)},
    }
    return make_template(f"{deployment.name}: coulis on an EMR cluster", resources, "Cluster")


def make_cluster_properties(deployment: Deployment) -> dict[str, Any]:
    """CloudFormation's names for RunJobFlow's parameters: two differ, and the groups have a place each."""
    request = make_cluster_request(deployment)
    instances = dict(request["Instances"])
    tasks = []
    for group in instances.pop("InstanceGroups"):
        role = group.pop("InstanceRole")
        if role in GROUP_KEYS:
            instances[GROUP_KEYS[role]] = group
        else:
            tasks.append(group)
    if tasks:
        instances["TaskInstanceGroups"] = tasks
    return {
        **request,
        "Instances": instances,
        "Configurations": [rename_properties(one) for one in request["Configurations"]],
        "ServiceRole": {"Ref": "ServiceRole"},
        "JobFlowRole": {"Ref": "NodeProfile"},
    }


def rename_properties(configuration: dict[str, Any]) -> dict[str, Any]:
    renamed = {
        "Classification": configuration["Classification"],
        "ConfigurationProperties": configuration["Properties"],
    }
    inner = configuration.get("Configurations")
    return {**renamed, "Configurations": [rename_properties(one) for one in inner]} if inner else renamed


def make_application_template(deployment: Deployment, places: Places) -> dict[str, Any]:
    request = make_application_request(deployment)
    tags = [{"Key": key, "Value": value} for key, value in request.pop("tags").items()]
    role = make_role(job_role_of(deployment), "serverless_job", "trust_serverless", deployment, places)
    resources = {
        "JobRole": role,
        "Application": {
            "Type": "AWS::EMRServerless::Application",
            "Properties": {**capitalise(request), "Tags": tags},
        },
    }
    return make_template(f"{deployment.name}: coulis on EMR Serverless", resources, "Application")


def capitalise(value: Any) -> Any:
    """EMR Serverless's API writes logUri where CloudFormation writes LogUri."""
    if isinstance(value, dict):
        return {key[:1].upper() + key[1:]: capitalise(inner) for key, inner in value.items()}
    return value


def make_role(name: str, policy: str, trust: str, deployment: Deployment, places: Places) -> dict[str, Any]:
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "RoleName": name,
            "AssumeRolePolicyDocument": substitute(fill_policy(trust, deployment, places)),
            "Policies": [
                {"PolicyName": "coulis", "PolicyDocument": substitute(fill_policy(policy, deployment, places))}
            ],
        },
    }


def substitute(value: Any) -> Any:
    """Strings with CloudFormation's placeholders, such as ${AWS::Region}, as it wants them."""
    if isinstance(value, dict):
        return {key: substitute(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [substitute(inner) for inner in value]
    return {"Fn::Sub": value} if isinstance(value, str) and "${" in value else value


def make_template(description: str, resources: dict[str, Any], result: str) -> dict[str, Any]:
    outputs: dict[str, Any] = {f"{result}Id": {"Value": {"Ref": result}}}
    if "JobRole" in resources:
        outputs["JobRoleArn"] = {"Value": {"Fn::GetAtt": ["JobRole", "Arn"]}}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": description,
        "Resources": resources,
        "Outputs": outputs,
    }
