"""A few photos and a finished OUTPUT of them, from which each test starts with a copy."""

import shutil
from pathlib import Path

import pytest
from cli.command import copy_photos, succeed
from options.every_option import other_values
from spark.conftest import spark  # noqa: F401


@pytest.fixture(scope="session")
def few_photos(tmp_path_factory) -> Path:
    folder = copy_photos(tmp_path_factory.mktemp("options") / "photos", 6)
    first = min(folder.rglob("*.jpg"))
    first.rename(first.with_name("0.jpg"))
    return folder


@pytest.fixture(scope="session")
def finished_output(few_photos, tmp_path_factory) -> Path:
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", few_photos, output)
    return output


@pytest.fixture
def output(finished_output, tmp_path) -> Path:
    return Path(shutil.copytree(finished_output, tmp_path / "out"))


@pytest.fixture(scope="session")
def values(tmp_path_factory) -> dict:
    return other_values(tmp_path_factory.mktemp("model"))
