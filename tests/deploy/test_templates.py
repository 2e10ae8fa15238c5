"""cfn-lint, with the resource schemas of CloudFormation, finds nothing in any template."""

import json
from typing import Any

import pytest
from cfnlint.api import ManualArgs, lint
from coulis_emr.cloudformation import make_application_template, make_cluster_template
from coulis_emr.cluster_request import make_cluster_request
from coulis_emr.options import Deployment
from coulis_emr.policies import Places
from deploy.conftest import Command
from deploy.deployments import KIT

PLACES = Places("s3://in/photos", "s3://out/results")
DEPLOYMENTS = {
    "as it comes": Deployment(KIT),
    "all of EMR 7": Deployment(
        KIT,
        spot=True,
        workers=3,
        max_workers=8,
        notebooks_bucket="notebooks",
        subnet="subnet-0123456789abcdef0",
        key_pair="my-key",
    ),
    "EMR 8 on Graviton": Deployment(KIT, release="8", graviton=True),
}


def find_faults(template: dict[str, Any]) -> list[str]:
    matches = lint(json.dumps(template), config=ManualArgs(regions=["us-east-1", "eu-west-1"]))
    return [f"{match.rule.id} {match.message}" for match in matches]


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_cluster_s_template_is_without_fault(name: str) -> None:
    assert find_faults(make_cluster_template(DEPLOYMENTS[name], PLACES)) == []


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_an_application_s_template_is_without_fault(name: str) -> None:
    assert find_faults(make_application_template(DEPLOYMENTS[name], PLACES)) == []


def test_a_fault_is_noticed() -> None:
    template = make_cluster_template(Deployment(KIT), PLACES)
    properties = template["Resources"]["Cluster"]["Properties"]
    properties["IdleTimeout"] = 3600
    template["Resources"]["NodeRole"]["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"] = (
        "s3:Lst"
    )
    faults = find_faults(template)
    assert any("IdleTimeout" in fault for fault in faults)
    assert any("'lst' is not one of" in fault for fault in faults)


def test_a_stack_has_the_cluster_that_up_starts() -> None:
    deployment = DEPLOYMENTS["all of EMR 7"]
    request = make_cluster_request(deployment)
    properties = make_cluster_template(deployment, PLACES)["Resources"]["Cluster"]["Properties"]
    same = set(request) - {"Instances", "Configurations", "ServiceRole", "JobFlowRole"}
    assert {name: properties[name] for name in same} == {name: request[name] for name in same}
    groups = properties["Instances"]
    assert [groups["MasterInstanceGroup"]["InstanceCount"], groups["CoreInstanceGroup"]["InstanceCount"]] == [1, 1]
    assert [(group["Market"], group["InstanceCount"]) for group in groups["TaskInstanceGroups"]] == [("SPOT", 2)]


@pytest.mark.parametrize("what", ["cluster", "serverless"])
def test_the_command_prints_the_template(no_aws: None, coulis_emr: Command, what: str) -> None:
    said = coulis_emr("template", what, "--kit", KIT, "--input", "s3://in/photos", "--output", "s3://out/results")
    assert said.status == 0
    assert find_faults(json.loads(said.out)) == []
