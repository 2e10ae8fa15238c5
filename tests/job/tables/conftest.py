"""A small finished run per compression, for other programs to open."""

from pathlib import Path

import pytest
from cli.command import copy_photos, succeed


@pytest.fixture(scope="session", params=["snappy", "zstd"])
def output(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """24 photos in 3 parts, 5 components."""
    folder = tmp_path_factory.mktemp(f"tables-{request.param}")
    photos = copy_photos(folder / "photos", 24)
    succeed("run", photos, folder / "out", "-k", 5, "--images-per-part", 8, "--compression", request.param)
    return folder / "out"
