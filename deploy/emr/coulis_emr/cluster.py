"""The life of a cluster: up, run, status, logs, clone, down."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime
from typing import Any

import boto3
from botocore.exceptions import ClientError

from coulis_emr.arguments import deployment_of, job_of
from coulis_emr.cluster_request import make_cluster_request
from coulis_emr.cost import Prices, describe_cluster_cost, estimate_cluster, measure_runs, read_prices
from coulis_emr.describe import make_request_like
from coulis_emr.logs import fetch_logs
from coulis_emr.options import UsageError
from coulis_emr.steps import make_steps
from coulis_emr.terminal import ask, hand_over, hand_over_json, say, wait_for

ENDED = ("TERMINATED", "TERMINATED_WITH_ERRORS")
STEP_ENDS = ("COMPLETED", "CANCELLED", "FAILED", "INTERRUPTED")


def up(arguments: Namespace) -> int:
    return start(arguments, make_cluster_request(deployment_of(arguments)))


def clone(arguments: Namespace) -> int:
    emr = boto3.client("emr", region_name=arguments.region)
    cluster_id = arguments.id
    request = make_request_like(
        describe(emr, cluster_id),
        read_all(emr, "list_instance_groups", "InstanceGroups", cluster_id),
        read_all(emr, "list_bootstrap_actions", "BootstrapActions", cluster_id),
        read_policy(emr.get_auto_termination_policy, "AutoTerminationPolicy", cluster_id),
        read_policy(emr.get_managed_scaling_policy, "ManagedScalingPolicy", cluster_id),
    )
    if arguments.name:
        request["Name"] = arguments.name
    if "AutoTerminationPolicy" not in request:
        say(f"The new cluster ends after {arguments.idle_minutes} idle minutes: {cluster_id} tells no such time.")
        request["AutoTerminationPolicy"] = {"IdleTimeout": arguments.idle_minutes * 60}
    return start(arguments, request)


def start(arguments: Namespace, request: dict[str, Any]) -> int:
    say(estimate_cluster(request, read_prices(arguments.prices), arguments.region))
    if arguments.dry_run:
        hand_over_json(request)
        return 0
    if not ask("Start it?", arguments.yes):
        return 1
    emr = boto3.client("emr", region_name=arguments.region)
    cluster_id = emr.run_job_flow(**request)["JobFlowId"]
    hand_over(cluster_id)
    if arguments.wait is None:
        say(f"Starting, ten minutes or so. See: coulis-emr status {cluster_id}")
        return 0
    state = wait_for(cluster_id, lambda: read_state(emr, cluster_id), ("WAITING", "RUNNING", *ENDED), arguments.wait)
    return 0 if state in ("WAITING", "RUNNING") else 1


def run(arguments: Namespace) -> int:
    emr = boto3.client("emr", region_name=arguments.region)
    kit = arguments.kit or find_kit(emr, arguments.id)
    steps = make_steps(kit, arguments.id, job_of(arguments))
    step_id = emr.add_job_flow_steps(JobFlowId=arguments.id, Steps=steps)["StepIds"][0]
    hand_over(step_id)
    if arguments.wait is None:
        return 0
    state = wait_for(step_id, lambda: read_step_state(emr, arguments.id, step_id), STEP_ENDS, arguments.wait)
    if state != "COMPLETED":
        say(f"For its logs: coulis-emr logs {arguments.id} {step_id}")
    return 0 if state == "COMPLETED" else 1


def status(arguments: Namespace) -> int:
    prices = read_prices(arguments.prices)
    emr = boto3.client("emr", region_name=arguments.region)
    cluster = describe(emr, arguments.id)
    reason = cluster["Status"].get("StateChangeReason", {}).get("Message") or ""
    hand_over(f"{arguments.id}  {cluster['Name']}  {cluster['ReleaseLabel']}  {cluster['Status']['State']}  {reason}")
    for group in read_all(emr, "list_instance_groups", "InstanceGroups", arguments.id):
        count = f"{group['RunningInstanceCount']} of {group['RequestedInstanceCount']}"
        hand_over(f"  {group['InstanceGroupType']}: {count} {group['InstanceType']}, {group['Market']}")
    for step in reversed(read_all(emr, "list_steps", "Steps", arguments.id)):
        hand_over(f"  {step['Id']}  {step['Status']['State']}  {step['Name']}")
    say(f"So far: {describe_cost(emr, cluster, prices, arguments.region)}")
    region = emr.meta.region_name
    say(
        "Console, with the Spark history server under Applications, also after the end: "
        f"https://{region}.console.aws.amazon.com/emr/home?region={region}#/clusterDetails/{arguments.id}"
    )
    return 0


def logs(arguments: Namespace) -> int:
    emr = boto3.client("emr", region_name=arguments.region)
    log_uri = f"{arguments.kit}/logs/" if arguments.kit else describe(emr, arguments.id).get("LogUri")
    if not log_uri:
        raise UsageError(f"{arguments.id} keeps no logs on S3")
    below = f"{arguments.id}/steps/{arguments.step}" if arguments.step else f"{arguments.id}/steps"
    return 0 if fetch_logs(boto3.client("s3", region_name=arguments.region), log_uri, below, arguments.to) else 1


def down(arguments: Namespace) -> int:
    prices = read_prices(arguments.prices)  # before it ends: a table that cannot be read is said first
    emr = boto3.client("emr", region_name=arguments.region)
    if not ask(f"End {arguments.id}? What is not on S3 is lost.", arguments.yes):
        return 1
    emr.terminate_job_flows(JobFlowIds=[arguments.id])
    state = wait_for(arguments.id, lambda: read_state(emr, arguments.id), ENDED, arguments.wait)
    if state not in ENDED:
        say(f"Still ending; until it has, it costs money. See: coulis-emr status {arguments.id}")
    say(describe_cost(emr, describe(emr, arguments.id), prices, arguments.region))
    return 0


def describe(emr: Any, cluster_id: str) -> dict[str, Any]:
    cluster: dict[str, Any] = emr.describe_cluster(ClusterId=cluster_id)["Cluster"]
    return cluster


def read_state(emr: Any, cluster_id: str) -> str:
    return str(describe(emr, cluster_id)["Status"]["State"])


def read_step_state(emr: Any, cluster_id: str, step_id: str) -> str:
    return str(emr.describe_step(ClusterId=cluster_id, StepId=step_id)["Step"]["Status"]["State"])


def read_all(emr: Any, operation: str, field: str, cluster_id: str) -> list[dict[str, Any]]:
    pages = emr.get_paginator(operation).paginate(ClusterId=cluster_id)
    return [item for page in pages for item in page[field]]


def read_policy(call: Any, field: str, cluster_id: str) -> dict[str, Any] | None:
    """None where there is none, or where it may not be read: then that is said."""
    try:
        policy: dict[str, Any] | None = call(ClusterId=cluster_id).get(field)
    except ClientError as error:
        say(f"The {field} of {cluster_id} could not be read ({error.response['Error']['Code']}) and is left out.")
        return None
    return policy


def find_kit(emr: Any, cluster_id: str) -> str:
    """The kit that the cluster was made with: its bootstrap action's folder."""
    for action in read_all(emr, "list_bootstrap_actions", "BootstrapActions", cluster_id):
        if action["ScriptPath"].endswith("/bootstrap.sh"):
            return str(action["ScriptPath"]).removesuffix("/bootstrap.sh")
    raise UsageError(f"{cluster_id} was not made with a kit of coulis; say --kit")


def describe_cost(emr: Any, cluster: dict[str, Any], prices: Prices, region: str | None) -> str:
    instances = read_all(emr, "list_instances", "Instances", cluster["Id"])
    end = cluster["Status"].get("Timeline", {}).get("EndDateTime")
    runs = measure_runs(instances, end, datetime.now(UTC))
    return describe_cluster_cost(runs, prices, region)
