"""One Spark session on two cores for all tests of this folder, and one finished run to compare with."""

from pathlib import Path

import pytest
from cli.command import copy_photos, succeed
from spark import surroundings  # noqa: F401


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
