"""Python workers that import the installed PySpark instead of Spark's zip. both_doors.py has runs with such workers."""

import sys
import zipfile
from pathlib import Path

import pyspark
import pytest
from coulis.spark.daemon import VERSION, installed_first

INSTALLED = str(Path(pyspark.__file__).parents[1])


@pytest.fixture
def make_zip(tmp_path):
    def make(version: bytes) -> str:
        with zipfile.ZipFile(tmp_path / "pyspark.zip", "w") as archive:
            archive.writestr(VERSION, version)
        return str(tmp_path / "pyspark.zip")

    return make


def test_the_installed_pyspark_comes_before_zips_of_its_version(make_zip):
    zips = ["/spark/py4j-0.10.9.9-src.zip", make_zip(Path(INSTALLED, VERSION).read_bytes())]
    assert installed_first(["", *zips, INSTALLED, "/mine.zip"]) == ["", INSTALLED, "/mine.zip", *zips]


@pytest.mark.parametrize("version", [b"__version__ = '1.2.3'", None])
def test_another_version_stays_where_it_is(make_zip, version):
    path = [make_zip(version) if version else "/no/pyspark.zip", INSTALLED]
    assert installed_first(path) == path


def test_zips_stay_first_where_pyspark_is_not_installed(make_zip, tmp_path):
    path = [make_zip(b""), str(tmp_path), *(entry for entry in sys.path if "site-packages" not in entry)]
    assert installed_first(path) == path
