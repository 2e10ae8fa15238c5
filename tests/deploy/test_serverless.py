"""A serverless application from up to down against a moto server; moto runs no job."""

import gzip
import json
from pathlib import Path

import boto3
from deploy.conftest import REGION, Command
from deploy.deployments import KIT

ROLE = "arn:aws:iam::123456789012:role/coulis-job"


def test_an_application_lives_from_up_to_down(aws: str, coulis_emr: Command) -> None:
    up = coulis_emr("up", "--serverless", "--kit", KIT, "--yes")
    assert up.status == 0, up.err
    assert "Nothing while no job runs" in up.err
    application = up.result

    run = coulis_emr(
        "run", application, "s3://in/photos", "s3://out/results", "--kit", KIT, "--role", ROLE, "--", "--on-bad", "fail"
    )
    assert run.status == 0, run.err
    job = boto3.client("emr-serverless").get_job_run(applicationId=application, jobRunId=run.result)["jobRun"]
    submit = job["jobDriver"]["sparkSubmit"]
    assert submit["entryPoint"] == f"{KIT}/coulis_job.py"
    assert submit["entryPointArguments"] == ["s3://in/photos", "s3://out/results", "-k", "50", "--on-bad", "fail"]
    assert f"spark.archives={KIT}/environment-X86_64.tar.gz#environment" in submit["sparkSubmitParameters"]

    status = coulis_emr("status", application)
    assert status.status == 0
    assert run.result in status.out

    clone = coulis_emr("clone", application, "--name", "again", "--yes")
    assert clone.status == 0, clone.err
    down = coulis_emr("down", application, "--yes")
    assert down.status == 0
    assert "of 1 jobs" in down.err
    assert boto3.client("emr-serverless").get_application(applicationId=application)["application"]["state"] == (
        "TERMINATED"
    )


def test_job_logs_are_fetched_from_s3(aws: str, coulis_emr: Command, tmp_path: Path) -> None:
    application = coulis_emr("up", "--serverless", "--kit", KIT, "--yes").result
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="serverless", CreateBucketConfiguration={"LocationConstraint": REGION})
    key = f"kit/logs/applications/{application}/jobs/00j1/SPARK_DRIVER/stdout.gz"
    s3.put_object(Bucket="serverless", Key=key, Body=gzip.compress(b"192 images"))
    said = coulis_emr("logs", application, "00j1", "--kit", "s3://serverless/kit")
    assert (said.status, said.result) == (0, "192 images")


def test_a_job_needs_a_role(aws: str, coulis_emr: Command) -> None:
    application = coulis_emr("up", "--serverless", "--kit", KIT, "--yes").result
    said = coulis_emr("run", application, "s3://in/photos", "s3://out/results", "--kit", KIT)
    assert said.status == 2
    assert "--role" in said.err


def test_a_dry_run_says_how_large_it_may_grow(no_aws: None, coulis_emr: Command) -> None:
    said = coulis_emr("up", "--serverless", "--kit", KIT, "--workers", "3", "--graviton", "--dry-run")
    request = json.loads(said.out)
    assert request["maximumCapacity"] == {"cpu": "16 vCPU", "memory": "64 GB"}
    # 16 * 0.042094 + 64 * 0.004628
    assert "at most 0.97 USD an hour, for 16 vCPUs and 64 GB" in said.err
