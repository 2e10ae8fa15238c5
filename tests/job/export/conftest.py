"""One finished run of 48 photos in 4 parts, with a file that is no photo. Not to be changed."""

from dataclasses import dataclass
from pathlib import Path

import pytest
from cli.command import copy_photos, succeed


@dataclass(frozen=True)
class Finished:
    photos: Path
    output: Path

    def export(self, name: str, destination: Path, *flags: object) -> Path:
        succeed("export", self.output, destination, "--to", name, *flags)
        return destination


@pytest.fixture(scope="session")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    folder = tmp_path_factory.mktemp("finished")
    photos = copy_photos(folder / "photos", 48)
    (photos / "Kiwi" / "a_text.jpg").write_text("no photo")
    succeed("run", photos, folder / "out", "-k", 5, "--images-per-part", 14, "--no-thumbnails")
    return Finished(photos, folder / "out")
