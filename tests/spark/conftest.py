"""One Spark session on two cores for all tests of this folder, and one finished run to compare with."""

import os
import sys
import tempfile
from pathlib import Path

import pytest
from cli.command import REPOSITORY, copy_photos, succeed

PYTHON_PATHS = [str(REPOSITORY / "build" / "release" / "python"), str(REPOSITORY / "tests")]

# The environment of Spark's Python workers, which import what the driver imports.
os.environ["PYTHONPATH"] = os.pathsep.join([*PYTHON_PATHS, os.environ.get("PYTHONPATH", "")])
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
# Of buckets; the processes that Spark starts look there too. test_bucket writes the file.
CREDENTIALS = Path(tempfile.mkdtemp(prefix="coulis-spark-")) / "credentials"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(CREDENTIALS)
# A test is over before the second compiler of the JVM has made better code.
os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"


@pytest.fixture(scope="session")
def spark(tmp_path_factory):
    from pyspark import sql

    builder = sql.SparkSession.builder.master("local[2]").appName("coulis tests")
    settings = {
        "spark.ui.enabled": "false",
        "spark.driver.host": "127.0.0.1",
        "spark.sql.shuffle.partitions": "4",
        "spark.sql.warehouse.dir": str(tmp_path_factory.mktemp("warehouse")),
    }
    for name, value in settings.items():
        builder = builder.config(name, value)
    session = builder.getOrCreate()
    yield session
    session.stop()


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """24 photos of several labels. Not to be changed."""
    return copy_photos(tmp_path_factory.mktemp("photos") / "photos", 24)


@pytest.fixture(scope="session")
def finished(photos, tmp_path_factory) -> Path:
    """What the command makes of them: 6 parts, 5 components."""
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", photos, output, "-k", 5, "--images-per-part", 4)
    return output
