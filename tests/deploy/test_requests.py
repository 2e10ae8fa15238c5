"""Each request that is sent fits AWS's own description of it, as botocore carries it."""

from functools import cache
from typing import Any

import botocore.session
import pytest
from botocore.validate import ParamValidator
from coulis_emr.cluster_request import EMR_TAG, make_cluster_request
from coulis_emr.options import Deployment, UsageError, check
from coulis_emr.serverless_request import find_architecture, make_application_request, make_job_request
from coulis_emr.steps import Job, make_steps
from deploy.deployments import KIT, list_deployments

JOBS = [
    Job("s3://in/photos", "s3://out/results"),
    Job("s3://in/photos", "s3://out/results", k=20, model="efficientnet_lite0.safetensors"),
    Job("s3://in/photos", "s3://out/results", variance=0.95, extra=("--on-bad", "fail")),
]
ROLE = "arn:aws:iam::123456789012:role/coulis-job"


@cache
def find_shape(service: str, operation: str) -> Any:
    return botocore.session.get_session().get_service_model(service).operation_model(operation).input_shape


def find_faults(service: str, operation: str, request: dict[str, Any]) -> str:
    return str(ParamValidator().validate(request, find_shape(service, operation)).generate_report())


def test_every_cluster_that_can_be_asked_for_is_a_valid_request() -> None:
    deployments = list_deployments()
    assert len(deployments) > 150
    assert {find_faults("emr", "RunJobFlow", make_cluster_request(one)) for one in deployments} == {""}


def test_a_wrong_request_is_noticed() -> None:
    request = {**make_cluster_request(Deployment(KIT)), "IdleTimeout": 3600, "StepConcurrencyLevel": "1"}
    faults = find_faults("emr", "RunJobFlow", request)
    assert "IdleTimeout" in faults
    assert "StepConcurrencyLevel" in faults


@pytest.mark.parametrize("job", JOBS)
def test_every_step_is_a_valid_request(job: Job) -> None:
    request = {"JobFlowId": "j-ABC", "Steps": make_steps(KIT, "j-ABC", job)}
    assert find_faults("emr", "AddJobFlowSteps", request) == ""


def test_every_serverless_application_that_can_be_asked_for_is_a_valid_request() -> None:
    requests = [{**make_application_request(one), "clientToken": "t"} for one in list_deployments()]
    assert {find_faults("emr-serverless", "CreateApplication", request) for request in requests} == {""}


@pytest.mark.parametrize("job", JOBS)
def test_every_serverless_job_is_a_valid_request(job: Job) -> None:
    request = make_job_request(KIT, "00f1", "X86_64", ROLE, job)
    assert find_faults("emr-serverless", "StartJobRun", request) == ""


def test_a_cluster_ends_by_itself_after_an_idle_hour_even_if_nothing_else_is_ever_sent() -> None:
    assert make_cluster_request(Deployment(KIT))["AutoTerminationPolicy"] == {"IdleTimeout": 3600}


def test_a_cluster_is_one_primary_and_two_workers_of_m5_xlarge() -> None:
    groups = make_cluster_request(Deployment(KIT))["Instances"]["InstanceGroups"]
    assert [(group["InstanceRole"], group["InstanceCount"]) for group in groups] == [("MASTER", 1), ("CORE", 2)]
    assert {group["InstanceType"] for group in groups} == {"m5.xlarge"}
    assert {group["Market"] for group in groups} == {"ON_DEMAND"}


def test_spot_never_takes_the_primary_node_or_the_worker_that_keeps_hdfs() -> None:
    request = make_cluster_request(Deployment(KIT, workers=4, spot=True, max_workers=9))
    groups = {group["InstanceRole"]: group for group in request["Instances"]["InstanceGroups"]}
    assert [groups[role]["Market"] for role in ("MASTER", "CORE", "TASK")] == ["ON_DEMAND", "ON_DEMAND", "SPOT"]
    assert [groups[role]["InstanceCount"] for role in ("MASTER", "CORE", "TASK")] == [1, 1, 3]
    limits = request["ManagedScalingPolicy"]["ComputeLimits"]
    assert (limits["MinimumCapacityUnits"], limits["MaximumCapacityUnits"]) == (4, 9)
    assert (limits["MaximumOnDemandCapacityUnits"], limits["MaximumCoreCapacityUnits"]) == (1, 1)


def test_spark_uses_the_python_that_the_bootstrap_installs() -> None:
    configurations = make_cluster_request(Deployment(KIT))["Configurations"]
    [spark_env] = [one for one in configurations if one["Classification"] == "spark-env"]
    assert spark_env["Configurations"][0]["Properties"] == {"PYSPARK_PYTHON": "/opt/coulis/bin/python"}


def test_notebooks_are_kept_on_s3_as_the_reference_system_keeps_them() -> None:
    configurations = make_cluster_request(Deployment(KIT, notebooks_bucket="p8-data"))["Configurations"]
    assert {
        "Classification": "jupyter-s3-conf",
        "Properties": {"s3.persistence.bucket": "p8-data", "s3.persistence.enabled": "true"},
    } in configurations


def test_graviton_is_another_type_and_another_architecture() -> None:
    deployment = Deployment(KIT, graviton=True)
    groups = make_cluster_request(deployment)["Instances"]["InstanceGroups"]
    assert {group["InstanceType"] for group in groups} == {"m7g.xlarge"}
    assert find_architecture(deployment) == "ARM64"


def test_every_cluster_carries_the_tags_that_the_policies_ask_for() -> None:
    tags = {tag["Key"]: tag["Value"] for tag in make_cluster_request(Deployment(KIT))["Tags"]}
    assert tags == {EMR_TAG: "true", "application": "coulis"}


@pytest.mark.parametrize(
    "deployment",
    [
        Deployment("s3://kits"),
        Deployment("s3://kits/coulis/"),
        Deployment("/home/me/kit"),
        Deployment(KIT, release="6"),
        Deployment(KIT, workers=0),
        Deployment(KIT, workers=1, spot=True),
        Deployment(KIT, workers=3, max_workers=2),
        Deployment(KIT, idle_minutes=0),
        Deployment(KIT, release="8", notebooks_bucket="notebooks"),
        Deployment(KIT, graviton=True, instance_type="m5.xlarge"),
    ],
)
def test_what_cannot_work_is_refused_before_anything_is_sent(deployment: Deployment) -> None:
    with pytest.raises(UsageError):
        check(deployment)
