"""The IAM policies of ../policies, with buckets and names filled in."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coulis_emr.options import Deployment, split_s3

FOLDER = Path(__file__).parent.parent / "policies"


@dataclass(frozen=True)
class Places:
    """Where a policy holds. Region and account may be CloudFormation's own placeholders."""

    input: str  # s3://bucket/prefix
    output: str
    region: str = "${AWS::Region}"
    account: str = "${AWS::AccountId}"


def job_role_of(deployment: Deployment) -> str:
    return f"{deployment.name}-job"


def list_policies() -> list[str]:
    return sorted(file.stem for file in FOLDER.glob("*.json"))


def fill_policy(name: str, deployment: Deployment, places: Places) -> dict[str, Any]:
    values = {
        "Region": places.region,
        "Account": places.account,
        "ServiceRole": deployment.service_role,
        "NodeRole": deployment.instance_profile,
        "JobRole": job_role_of(deployment),
        "Notebooks": deployment.notebooks_bucket or "",
        "KitFolder": "/".join(split_s3(deployment.kit)),
    }
    for key, uri in (("Kit", deployment.kit), ("Input", places.input), ("Output", places.output)):
        bucket, prefix = split_s3(uri)
        values[f"{key}Bucket"] = bucket
        values[f"{key}Objects"] = f"{bucket}/{prefix}/*" if prefix else f"{bucket}/*"
    text = (FOLDER / f"{name}.json").read_text()
    for key, value in values.items():
        text = text.replace("{{" + key + "}}", value)
    policy: dict[str, Any] = json.loads(text)
    if not deployment.notebooks_bucket:
        policy["Statement"] = [one for one in policy["Statement"] if not one.get("Sid", "").startswith("Notebooks")]
    return policy
