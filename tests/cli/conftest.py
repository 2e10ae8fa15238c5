"""One finished run that tests only read, and a small folder of photos that they may change."""

from pathlib import Path

import pytest
from cli.command import PHOTOS, copy_photos, succeed


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """192 photos, 6 parts, 20 components. Not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", PHOTOS, output, "-k", 20, "--images-per-part", 32)
    return output


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """12 photos of several labels."""
    return copy_photos(tmp_path / "photos", 12)
