"""The life of a serverless application, by the same verbs as a cluster's."""

from __future__ import annotations

import uuid
from argparse import Namespace
from typing import Any

import boto3

from coulis_emr.arguments import deployment_of, job_of
from coulis_emr.cost import describe_job_cost, estimate_application, read_prices
from coulis_emr.logs import fetch_logs
from coulis_emr.options import UsageError
from coulis_emr.serverless_request import make_application_request, make_job_request, make_request_like
from coulis_emr.terminal import ask, hand_over, hand_over_json, say, wait_for

JOB_ENDS = ("SUCCESS", "FAILED", "CANCELLED")
RESTING = ("CREATED", "STOPPED")  # may be deleted


def up(arguments: Namespace) -> int:
    request = make_application_request(deployment_of(arguments))
    return start(arguments, {**request, "clientToken": str(uuid.uuid4())})


def clone(arguments: Namespace) -> int:
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    request = make_request_like(describe(emr, arguments.id), str(uuid.uuid4()))
    return start(arguments, {**request, "name": arguments.name} if arguments.name else request)


def start(arguments: Namespace, request: dict[str, Any]) -> int:
    say(estimate_application(request, read_prices(arguments.prices), arguments.region))
    if arguments.dry_run:
        hand_over_json(request)
        return 0
    if not ask("Make it?", arguments.yes):
        return 1
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    hand_over(emr.create_application(**request)["applicationId"])
    return 0


def run(arguments: Namespace) -> int:
    if not arguments.role:
        raise UsageError("--role: the ARN of the job's role (serverless_job.json)")
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    application = describe(emr, arguments.id)
    kit = arguments.kit or find_log_uri(application).removesuffix("/").removesuffix("/logs")
    architecture = application.get("architecture", "X86_64")
    request = make_job_request(kit, arguments.id, architecture, arguments.role, job_of(arguments))
    job_id = emr.start_job_run(**request)["jobRunId"]
    hand_over(job_id)
    if arguments.wait is None:
        return 0
    state = wait_for(job_id, lambda: str(read_job(emr, arguments.id, job_id)["state"]), JOB_ENDS, arguments.wait)
    if state != "SUCCESS":
        say(f"For its logs: coulis-emr logs {arguments.id} {job_id}")
    return 0 if state == "SUCCESS" else 1


def status(arguments: Namespace) -> int:
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    application = describe(emr, arguments.id)
    hand_over(f"{arguments.id}  {application['name']}  {application['releaseLabel']}  {application['state']}")
    for job in list_jobs(emr, arguments.id):
        hand_over(f"  {job['id']}  {job['state']}  {job.get('name', '')}")
    say(f"So far: {describe_cost(emr, arguments, application)}")
    return 0


def logs(arguments: Namespace) -> int:
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    log_uri = f"{arguments.kit}/logs/" if arguments.kit else find_log_uri(describe(emr, arguments.id))
    below = f"applications/{arguments.id}/jobs" + (f"/{arguments.step}" if arguments.step else "")
    return 0 if fetch_logs(boto3.client("s3", region_name=arguments.region), log_uri, below, arguments.to) else 1


def down(arguments: Namespace) -> int:
    emr = boto3.client("emr-serverless", region_name=arguments.region)
    if not ask(f"Delete {arguments.id}?", arguments.yes):
        return 1
    application = describe(emr, arguments.id)
    cost = describe_cost(emr, arguments, application)
    if application["state"] not in RESTING:
        emr.stop_application(applicationId=arguments.id)
    state = wait_for(arguments.id, lambda: str(describe(emr, arguments.id)["state"]), RESTING, arguments.wait)
    if state not in RESTING:
        say(f"Still stopping: say `coulis-emr down {arguments.id}` again to delete it.")
        return 1
    emr.delete_application(applicationId=arguments.id)
    say(cost)
    return 0


def describe(emr: Any, application_id: str) -> dict[str, Any]:
    application: dict[str, Any] = emr.get_application(applicationId=application_id)["application"]
    return application


def find_log_uri(application: dict[str, Any]) -> str:
    monitoring = application.get("monitoringConfiguration", {})
    log_uri = monitoring.get("s3MonitoringConfiguration", {}).get("logUri")
    if not log_uri:
        raise UsageError(f"{application['applicationId']} tells no log folder on S3; say --kit")
    return str(log_uri)


def list_jobs(emr: Any, application_id: str) -> list[dict[str, Any]]:
    pages = emr.get_paginator("list_job_runs").paginate(applicationId=application_id)
    return [job for page in pages for job in page["jobRuns"]]


def read_job(emr: Any, application_id: str, job_id: str) -> dict[str, Any]:
    job: dict[str, Any] = emr.get_job_run(applicationId=application_id, jobRunId=job_id)["jobRun"]
    return job


def describe_cost(emr: Any, arguments: Namespace, application: dict[str, Any]) -> str:
    jobs = [read_job(emr, arguments.id, job["id"]) for job in list_jobs(emr, arguments.id)]
    billed = [job.get("billedResourceUtilization") or {} for job in jobs]
    architecture = application.get("architecture", "X86_64")
    return describe_job_cost(billed, architecture, read_prices(arguments.prices), arguments.region)
