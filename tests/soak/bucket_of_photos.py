"""For the long checks: a server of one's own with the 2,592 photos in it, or with more, under other names again."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.command import ALL_PHOTOS, PHOTOS, SHARED
from storage.bucket import Bucket, Place, make_bucket, no_credentials_of_this_machine
from storage.seaweedfs import SeaweedFs

FRUITS_360 = SHARED / "fruits-360" / "Test"
FLAGS = ("-k", "50", "--images-per-part", "128", "--precision", "int8", "--no-thumbnails")
VOLATILE = {"report.html", "manifest.json", ".coulis-lock"}  # times of the last run
PUT_AT_ONCE = 2000


def find_photos() -> tuple[Path, list[Path]]:
    """All of Fruits-360's test set where it is there, else the 192 of the repository."""
    return (FRUITS_360, sorted(FRUITS_360.rglob("*.jpg"))) if FRUITS_360.is_dir() else (PHOTOS, ALL_PHOTOS)


@contextmanager
def serve_photos(count: int) -> Iterator[tuple[SeaweedFs, Place, Bucket]]:
    """The server, its photos, and an empty bucket for results."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with no_credentials_of_this_machine(folder), SeaweedFs(folder / "seaweedfs") as server:
            photos, results = make_bucket(server, "photos"), make_bucket(server, "results")
            root, files = find_photos()
            names = [f"Test/{i // len(files):03}/{files[i % len(files)].relative_to(root)}" for i in range(count)]
            for first in range(0, count, PUT_AT_ONCE):
                photos.put(
                    {
                        name: files[(first + i) % len(files)].read_bytes()
                        for i, name in enumerate(names[first : first + PUT_AT_ONCE])
                    }
                )
            yield server, Place(photos, "Test"), results


def fingerprints(place: Place) -> dict[str, str]:
    """MD5 of all that two runs must agree on."""
    return {name: etag for name, (etag, _) in place.bucket.etags(place.prefix).items() if name not in VOLATILE}
