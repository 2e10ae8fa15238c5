"""The job on a bucket: tasks read and write it natively, without a jar, and the OUTPUT is that of the command."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest
from cli.command import REPOSITORY
from coulis import _core
from coulis.spark import run
from coulis_emr.steps import JOB_FILE, JOB_IN_WHEEL, Job, make_spark_submit
from spark.cluster import SETTINGS, make_spark_home
from spark.surroundings import CREDENTIALS
from storage.bucket import Coulis, Place, make_bucket, put_some_photos
from storage.seaweedfs import KEYS, READ_WRITE, SeaweedFs

FLAGS = ("-k", "5", "--images-per-part", "4", "--no-thumbnails")
OPTIONS = {"k": 5, "images_per_part": 4, "no_thumbnails": True}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with SeaweedFs(tmp_path_factory.mktemp("seaweedfs")) as server:
        yield server


@pytest.fixture(scope="module")
def photos(server) -> Place:
    return put_some_photos(server)


def give_credentials(secret: str, spark=None) -> None:
    """To this process and to those of Spark: tests of other folders move the place, before it starts and after."""
    told = spark and spark._jvm.java.lang.System.getenv("AWS_SHARED_CREDENTIALS_FILE")
    for file in {CREDENTIALS, Path(os.environ["AWS_SHARED_CREDENTIALS_FILE"]), Path(told or CREDENTIALS)}:
        file.write_text(f"[default]\naws_access_key_id={READ_WRITE}\naws_secret_access_key={secret}\n")


def objects_of(place: Place) -> dict[str, bytes]:
    """All that two runs of the same photos share."""
    own = ("manifest.json", "report.html", ".coulis-lock")
    return {name: place.bucket.get(place.key(name)) for name in place.names() if name not in own}


def test_the_output_in_a_bucket_is_that_of_the_command(spark, server, photos):
    results = make_bucket(server, "results")
    by_command, by_spark = Place(results, "command"), Place(results, "spark")
    Coulis(server.url).succeed("run", photos.uri, by_command.uri, *FLAGS)
    give_credentials(KEYS[READ_WRITE], spark)
    summary = run(spark, photos.uri, by_spark.uri, endpoint_url=server.url, **OPTIONS)
    assert (summary["ok"], summary["parts"]) == (24, 6)
    assert objects_of(by_spark) == objects_of(by_command)
    assert run(spark, photos.uri, by_spark.uri, endpoint_url=server.url, **OPTIONS)["up_to_date"]


def test_wrong_credentials_end_the_run_with_their_cause(spark, server, photos):
    give_credentials("wrong", spark)
    with pytest.raises(_core.Error, match="secret key") as raised:
        run(spark, photos.uri, "s3://results/refused", endpoint_url=server.url, **OPTIONS)
    assert raised.value.code == 5


def test_the_step_of_an_emr_cluster_writes_the_output_of_the_command(server, photos, tmp_path):
    """Its very arguments, but for YARN: two executors with the four CPUs that a task of the step asks for."""
    results = make_bucket(server, "of-the-step")
    by_command, by_step = Place(results, "command"), Place(results, "step")
    Coulis(server.url).succeed("run", photos.uri, by_command.uri, *FLAGS)
    give_credentials(KEYS[READ_WRITE])
    shutil.copy(REPOSITORY / "python" / JOB_IN_WHEEL, tmp_path / JOB_FILE)
    flags = (*FLAGS[2:], "--endpoint-url", server.url)
    program, *arguments = make_spark_submit(str(tmp_path), Job(photos.uri, by_step.uri, k=5, extra=flags))
    arguments[arguments.index("yarn")] = "local-cluster[2,4,2048]"
    home = make_spark_home(tmp_path / "spark")
    settings = [f"{name} {value}\n" for name, value in SETTINGS.items() if name != "spark.master"]
    (tmp_path / "spark-defaults.conf").write_text("".join(settings))
    done = subprocess.run(
        [home / "bin" / program, *arguments],
        env={**os.environ, "SPARK_HOME": str(home), "SPARK_CONF_DIR": str(tmp_path)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-5000:]
    assert json.loads(done.stdout.splitlines()[-1])["ok"] == 24
    assert objects_of(by_step) == objects_of(by_command)
