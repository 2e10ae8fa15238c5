"""A finished run of a few photos to compare with."""

from pathlib import Path

import pytest
from cli.command import copy_photos, succeed


@pytest.fixture(scope="session")
def photos(tmp_path_factory) -> Path:
    """24 photos of several labels. Not to be changed."""
    return copy_photos(tmp_path_factory.mktemp("photos") / "photos", 24)


@pytest.fixture(scope="session")
def finished(photos, tmp_path_factory) -> Path:
    """What the command makes of them: 1 part, 5 components. Not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", photos, output, "-k", 5)
    return output
