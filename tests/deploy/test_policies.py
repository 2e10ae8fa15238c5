"""The IAM policies are filled in whole, name real actions, and say why where they say *."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from coulis_emr.options import Deployment
from coulis_emr.policies import FOLDER, Places, fill_policy, list_policies
from deploy.conftest import Command
from deploy.deployments import KIT

PLACES = Places("s3://in/photos", "s3://out/results", "eu-west-1", "123456789012")
DEPLOYMENT = Deployment(KIT, notebooks_bucket="notebooks")


def statements(name: str) -> list[dict[str, Any]]:
    policy = fill_policy(name, DEPLOYMENT, PLACES)
    assert policy["Version"] == "2012-10-17"
    found: list[dict[str, Any]] = policy["Statement"]
    return found


def resources(statement: dict[str, Any]) -> list[str]:
    value = statement.get("Resource", [])
    return [value] if isinstance(value, str) else value


def read_reasons() -> set[tuple[str, str]]:
    rows = re.findall(r"^\| `(\w+)\.json` \| (\w+) \| \w.* \|$", (FOLDER / "README.md").read_text(), re.MULTILINE)
    return set(rows)


def test_every_star_has_a_written_reason_and_every_reason_a_star() -> None:
    stars = {(name, one["Sid"]) for name in list_policies() for one in statements(name) if "*" in resources(one)}
    assert stars == read_reasons()


@pytest.mark.parametrize("name", list_policies())
def test_a_policy_allows_no_action_by_a_star(name: str) -> None:
    for statement in statements(name):
        actions = statement["Action"]
        assert not [action for action in ([actions] if isinstance(actions, str) else actions) if "*" in action]


@pytest.mark.parametrize("name", list_policies())
def test_nothing_is_left_to_fill_in(name: str) -> None:
    assert "{{" not in json.dumps(fill_policy(name, DEPLOYMENT, PLACES))


@pytest.mark.parametrize("name", [name for name in list_policies() if not name.startswith("trust")])
def test_every_resource_is_of_this_account_or_of_a_named_bucket(name: str) -> None:
    for resource in [one for statement in statements(name) for one in resources(statement) if one != "*"]:
        account_or_bucket = (
            r"arn:aws:s3:::(kits|in|out|notebooks)(/.*)?|arn:aws:[a-z0-9-]+:(eu-west-1)?:123456789012:.+"
        )
        assert re.fullmatch(account_or_bucket + r"|arn:aws:ec2:eu-west-1::image/ami-\*", resource), resource


def test_photos_are_only_read() -> None:
    writers = [one for one in statements("instance_profile") if "s3:PutObject" in one["Action"]]
    assert not [resource for one in writers for resource in resources(one) if "photos" in resource]


def test_without_notebooks_no_statement_speaks_of_them() -> None:
    sids = [one["Sid"] for one in fill_policy("instance_profile", Deployment(KIT), PLACES)["Statement"]]
    assert sids == ["ListBuckets", "ReadKitAndInput", "WriteOutput", "WriteLogs"]


def test_the_command_writes_them_filled_in(no_aws: None, coulis_emr: Command, tmp_path: Path) -> None:
    places = ("--input", "s3://in", "--output", "s3://out/results")
    account = ("--account", "123456789012", "--region", "eu-west-1")
    said = coulis_emr("template", "policies", str(tmp_path / "policies"), "--kit", KIT, *places, *account)
    assert said.status == 0, said.err
    files = sorted((tmp_path / "policies").iterdir())
    assert [file.stem for file in files] == list_policies()
    whole = json.loads((tmp_path / "policies/instance_profile.json").read_text())
    assert "arn:aws:s3:::in/*" in whole["Statement"][1]["Resource"]


def test_policies_without_an_account_are_refused(no_aws: None, coulis_emr: Command) -> None:
    said = coulis_emr("template", "policies", "x", "--kit", KIT, "--input", "s3://in", "--output", "s3://out")
    assert said.status == 2
    assert "--account" in said.err
