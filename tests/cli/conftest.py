"""One finished run that tests only read, and a small folder of photos that they may change."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.command import PHOTOS, Result, copy_photos, coulis, succeed


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """192 photos, 6 parts, 20 components. Not to be changed."""
    output = tmp_path_factory.mktemp("finished") / "out"
    succeed("run", PHOTOS, output, "-k", 20, "--images-per-part", 32)
    return output


@dataclass(frozen=True)
class SmallRun:
    photos: Path
    flags: tuple
    output: Path

    def again(self, output: Path, *flags, **environment) -> Result:
        """The same command, for an output that may be a copy."""
        return coulis("run", self.photos, output, *self.flags, *flags, **environment)


@pytest.fixture(scope="session")
def small(tmp_path_factory: pytest.TempPathFactory) -> SmallRun:
    """24 photos, 6 parts, 5 components. Not to be changed."""
    folder = tmp_path_factory.mktemp("small")
    run = SmallRun(copy_photos(folder / "photos", 24), ("-k", 5, "--images-per-part", 4), folder / "out")
    assert run.again(run.output).code == 0
    return run


@pytest.fixture
def output(small: SmallRun, tmp_path: Path) -> Path:
    """A copy of the small run's output, to be changed."""
    shutil.copytree(small.output, tmp_path / "out")
    return tmp_path / "out"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """12 photos of several labels."""
    return copy_photos(tmp_path / "photos", 12)
