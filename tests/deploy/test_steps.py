"""The step's command is one that spark-submit and coulis_job.py understand."""

import importlib.util
import shlex
import subprocess
from pathlib import Path

import pytest
from coulis_emr.options import UsageError
from coulis_emr.serverless_request import make_job_request
from coulis_emr.steps import EVENT_LOGS, JOB_FILE, Job, make_spark_submit, make_steps
from deploy.deployments import KIT

JOB = Job("s3://in/photos", "s3://out/results")
OTHER_JOB = Job("s3://in/my photos", "s3://out/r", variance=0.95, model="lite0.safetensors", extra=("--fresh",))


def find_spark() -> Path:
    pyspark = importlib.util.find_spec("pyspark")
    assert pyspark and pyspark.origin
    return Path(pyspark.origin).parent


def parse_by_spark(argv: list[str]) -> list[str]:
    """The java command that spark-submit makes of its arguments; Spark's own launcher refuses unknown options."""
    launcher = ["java", "-cp", f"{find_spark()}/jars/*", "org.apache.spark.launcher.Main"]
    environment = {"SPARK_HOME": str(find_spark()), "PATH": "/usr/bin:/bin", "SPARK_SCALA_VERSION": "2.13"}
    done = subprocess.run(
        [*launcher, "org.apache.spark.deploy.SparkSubmit", *argv[1:]],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    command = [part for part in done.stdout.split("\0") if part.strip()]
    assert "--usage-error" not in command, done.stderr
    assert done.returncode == 0, done.stderr
    return command


def test_the_command_is_the_one_that_the_guide_shows() -> None:
    assert shlex.join(make_spark_submit(KIT, JOB)) == (
        "spark-submit --master yarn --deploy-mode client --conf spark.task.cpus=4 "
        "s3://kits/coulis/coulis_job.py s3://in/photos s3://out/results -k 50"
    )


@pytest.mark.parametrize("job", [JOB, OTHER_JOB])
def test_spark_takes_every_option_and_leaves_the_rest_to_the_job(job: Job) -> None:
    argv = make_spark_submit(KIT, job)
    command = parse_by_spark(argv)
    cut = command.index(f"{KIT}/{JOB_FILE}")
    assert command[cut + 1 :] == argv[argv.index(f"{KIT}/{JOB_FILE}") + 1 :]
    assert command[cut + 1 : cut + 3] == [job.input, job.output]
    assert "spark.task.cpus=4" in command[:cut]


def test_spark_refuses_an_option_that_it_does_not_know() -> None:
    with pytest.raises(AssertionError, match="no-such"):
        parse_by_spark(["spark-submit", "--no-such", "x", "job.py"])


def test_variance_replaces_k_and_a_model_is_a_file_of_the_kit() -> None:
    argv = make_spark_submit(KIT, OTHER_JOB)
    assert argv[-5:] == ["--variance", "0.95", "--model", "/opt/coulis/models/lite0.safetensors", "--fresh"]
    assert "-k" not in argv
    with pytest.raises(UsageError, match="models/"):
        make_spark_submit(KIT, Job("s3://in", "s3://out", model="s3://elsewhere/model.safetensors"))


def test_a_step_after_the_job_copies_the_event_logs_to_s3(tmp_path: Path) -> None:
    """Its shell command, run with a `hadoop` that tells how it was called."""
    [_, copy] = make_steps(KIT, "j-ABC", JOB)
    program, *arguments = copy["HadoopJarStep"]["Args"]
    hadoop = tmp_path / "hadoop"
    hadoop.write_text('#!/bin/sh\nprintf "%s\\n" "$*"\n')
    hadoop.chmod(0o755)
    environment = {"PATH": f"{tmp_path}:/usr/bin:/bin"}
    done = subprocess.run([program, *arguments], env=environment, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == [
        "fs -mkdir -p s3://kits/coulis/events/j-ABC/",
        f"fs -cp -f {EVENT_LOGS}/* s3://kits/coulis/events/j-ABC/",
    ]


def test_a_serverless_job_has_the_same_arguments_and_an_environment_of_its_own() -> None:
    request = make_job_request(KIT, "00f1", "ARM64", "arn:aws:iam::123456789012:role/coulis-job", OTHER_JOB)
    submit = request["jobDriver"]["sparkSubmit"]
    assert submit["entryPointArguments"] == [
        "s3://in/my photos",
        "s3://out/r",
        "--variance",
        "0.95",
        "--model",
        "environment/models/lite0.safetensors",
        "--fresh",
    ]
    settings = dict(
        one.split("=", 1) for one in submit["sparkSubmitParameters"].removeprefix("--conf ").split(" --conf ")
    )
    assert settings["spark.archives"] == f"{KIT}/environment-ARM64.tar.gz#environment"
    assert settings["spark.executorEnv.PYSPARK_PYTHON"] == "./environment/bin/python"
