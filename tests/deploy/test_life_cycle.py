"""A cluster from up to down, and its clone, against a moto server; moto runs no step and keeps neither policy."""

import gzip
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from coulis_emr.__main__ import describe_refusal
from coulis_emr.arguments import deployment_of, parse_arguments
from coulis_emr.cluster import read_all
from coulis_emr.cluster_request import make_cluster_request
from coulis_emr.describe import make_request_like
from deploy.conftest import REGION, SECRET, TOKEN, Command
from deploy.deployments import KIT

EMR_FOLDER = Path(__file__).parents[2] / "deploy/emr"


def start(coulis_emr: Command, *options: str) -> str:
    said = coulis_emr("up", "--kit", KIT, "--yes", *options)
    assert said.status == 0, said.err
    return said.result


def describe(cluster_id: str) -> dict[str, Any]:
    cluster: dict[str, Any] = boto3.client("emr").describe_cluster(ClusterId=cluster_id)["Cluster"]
    return cluster


def test_a_cluster_lives_from_up_to_down(aws: str, coulis_emr: Command) -> None:
    up = coulis_emr("up", "--kit", KIT, "--yes", "--wait", "1")
    assert up.status == 0
    cluster_id = up.result
    assert "About 0.72 USD an hour for 3 instances (m5.xlarge)" in up.err
    assert f"{cluster_id}: WAITING" in up.err

    run = coulis_emr("run", cluster_id, "s3://in/photos", "s3://out/results", "-k", "20")
    assert run.status == 0
    steps = boto3.client("emr").list_steps(ClusterId=cluster_id)["Steps"]
    [job] = [step for step in steps if step["Id"] == run.result]
    assert job["Config"]["Args"][-5:] == [f"{KIT}/coulis_job.py", "s3://in/photos", "s3://out/results", "-k", "20"]
    assert {step["ActionOnFailure"] for step in steps} == {"CONTINUE"}

    status = coulis_emr("status", cluster_id)
    assert status.status == 0
    assert status.out.splitlines()[0].split()[:4] == [cluster_id, "coulis", "emr-7.13.0", "RUNNING"]
    assert "  CORE: 2 of 2 m5.xlarge, ON_DEMAND" in status.out.splitlines()
    assert f"  {run.result}  RUNNING  coulis s3://in/photos" in status.out.splitlines()
    assert f"{REGION}.console.aws.amazon.com" in status.err

    down = coulis_emr("down", cluster_id, "--yes")
    assert down.status == 0
    assert f"{cluster_id}: TERMINATED" in down.err
    assert "hours of 3 instances" in down.err
    assert describe(cluster_id)["Status"]["State"] == "TERMINATED"


def test_the_job_that_waits_says_so_when_its_time_is_over(aws: str, coulis_emr: Command) -> None:
    cluster_id = start(coulis_emr)
    run = coulis_emr("run", cluster_id, "s3://in/photos", "s3://out/results", "--wait", "0")
    assert run.status == 1
    assert f"{run.result}: RUNNING" in run.err
    assert f"coulis-emr logs {cluster_id} {run.result}" in run.err


EVERY_OPTION = (
    ("--release", "8", "--graviton", "--spot", "--workers", "3", "--max-workers", "7"),
    ("--notebooks-bucket", "p8-data", "--key-pair", "my-key", "--idle-minutes", "30", "--name", "fruits"),
)


@pytest.mark.parametrize("options", [(), *EVERY_OPTION])
def test_the_description_of_a_cluster_gives_the_request_that_made_it(
    aws: str, coulis_emr: Command, options: tuple[str, ...]
) -> None:
    sent = make_cluster_request(deployment_of(parse_arguments(["up", "--kit", KIT, *options])))
    cluster_id = start(coulis_emr, *options)
    emr = boto3.client("emr")
    again = make_request_like(
        {**describe(cluster_id), "ScaleDownBehavior": sent["ScaleDownBehavior"]},  # which moto forgets too
        read_all(emr, "list_instance_groups", "InstanceGroups", cluster_id),
        read_all(emr, "list_bootstrap_actions", "BootstrapActions", cluster_id),
        sent["AutoTerminationPolicy"],
        sent.get("ManagedScalingPolicy"),
    )
    assert again == sent


def test_an_ended_cluster_is_cloned(aws: str, coulis_emr: Command) -> None:
    old = start(coulis_emr, "--workers", "4", "--name", "fruits")
    coulis_emr("down", old, "--yes")
    clone = coulis_emr("clone", old, "--name", "fruits again", "--idle-minutes", "20", "--yes")
    assert clone.status == 0, clone.err
    assert clone.result != old
    assert "About 1.20 USD an hour for 5 instances" in clone.err
    assert "ends after 20 idle minutes" in clone.err
    assert "ManagedScalingPolicy" in clone.err
    new = describe(clone.result)
    assert (new["Name"], new["Status"]["State"]) == ("fruits again", "WAITING")
    assert new["Configurations"] == describe(old)["Configurations"]


def test_a_dry_run_prints_the_request_and_sends_nothing(no_aws: None, coulis_emr: Command) -> None:
    said = coulis_emr("up", "--kit", KIT, "--spot", "--dry-run", "--region", REGION)
    assert said.status == 0
    assert json.loads(said.out)["Instances"]["InstanceGroups"][2]["Market"] == "SPOT"
    assert "spot instances counted at the full price" in said.err
    assert f"{REGION} may differ" in said.err


def test_nothing_starts_and_nothing_ends_unless_somebody_says_yes(
    aws: str, coulis_emr: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    cluster_id = start(coulis_emr)
    before = len(boto3.client("emr").list_clusters()["Clusters"])
    with Path("/dev/null").open() as nobody:
        monkeypatch.setattr(sys, "stdin", nobody)
        assert coulis_emr("up", "--kit", KIT).status == 2
        assert coulis_emr("clone", cluster_id).status == 2
        assert coulis_emr("down", cluster_id).status == 2
    assert len(boto3.client("emr").list_clusters()["Clusters"]) == before
    assert describe(cluster_id)["Status"]["State"] == "WAITING"


def test_step_logs_are_fetched_from_s3_and_unpacked(aws: str, coulis_emr: Command, tmp_path: Path) -> None:
    cluster_id = start(coulis_emr)
    s3 = boto3.client("s3")
    s3.create_bucket(Bucket="kits", CreateBucketConfiguration={"LocationConstraint": REGION})
    none_yet = coulis_emr("logs", cluster_id)
    assert none_yet.status == 1
    assert "no logs below s3://kits/coulis/logs/" in none_yet.err

    # As EMR lays them out: LOG_URI/CLUSTER/steps/STEP/NAME.gz
    for step, text in (("s-ONE", "192 photos: 192 with features"), ("s-TWO", "copied")):
        key = f"coulis/logs/{cluster_id}/steps/{step}/stdout.gz"
        s3.put_object(Bucket="kits", Key=key, Body=gzip.compress(text.encode()))
    one = coulis_emr("logs", cluster_id, "s-ONE")
    assert (one.status, one.result) == (0, "192 photos: 192 with features")
    assert coulis_emr("logs", cluster_id, "--to", str(tmp_path)).status == 0
    assert (tmp_path / "s-TWO/stdout").read_text() == "copied"


def test_a_cluster_that_is_not_there_is_one_sentence_and_status_5(aws: str, coulis_emr: Command) -> None:
    said = coulis_emr("status", "j-NOSUCHCLUSTER")
    assert said.status == 5
    assert "DescribeCluster" in said.err
    assert len(said.err.splitlines()) == 1


def test_the_request_that_aws_repeats_after_a_wrong_signature_is_not_said() -> None:
    message = f"The request signature we calculated does not match.\n\nPOST\n/\nx-amz-security-token:{TOKEN}"
    error = ClientError({"Error": {"Code": "InvalidSignatureException", "Message": message}}, "RunJobFlow")
    assert describe_refusal(error) == (
        "AWS refused RunJobFlow: InvalidSignatureException: The request signature we calculated does not match."
    )


def test_without_credentials_there_is_one_sentence_and_status_5(no_aws: None, coulis_emr: Command) -> None:
    said = coulis_emr("up", "--kit", KIT, "--yes", "--region", REGION)
    assert said.status == 5
    assert said.err.splitlines()[-1] == "coulis-emr: Unable to locate credentials"


def test_wrong_use_is_one_sentence_and_status_2(no_aws: None, coulis_emr: Command) -> None:
    assert coulis_emr("up", "--kit", "kits/coulis").status == 2
    assert coulis_emr("up").status == 2
    assert coulis_emr("status", "j-1", "--", "--fresh").status == 2


@pytest.mark.parametrize("command", [[sys.executable, "-m", "coulis_emr"], [sys.executable, "coulis-emr"]])
def test_it_runs_as_a_module_and_as_a_script(aws: str, command: list[str]) -> None:
    argv = [*command, "up", "--kit", KIT, "--yes"]
    done = subprocess.run(argv, cwd=EMR_FOLDER, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("j-")
    assert SECRET not in done.stderr
