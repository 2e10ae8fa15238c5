"""For the long checks: a server of one's own with photos in it, as many as asked for."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soak.many_photos import names_of
from storage.bucket import Bucket, Place, make_bucket, no_credentials_of_this_machine
from storage.seaweedfs import SeaweedFs

FLAGS = ("-k", "50", "--images-per-part", "128", "--precision", "int8", "--no-thumbnails")
VOLATILE = {"report.html", "manifest.json", ".coulis-lock"}  # times of the last run
PUT_AT_ONCE = 2000


@contextmanager
def serve_photos(count: int) -> Iterator[tuple[SeaweedFs, Place, Bucket]]:
    """The server, its photos, and an empty bucket for results."""
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with no_credentials_of_this_machine(folder), SeaweedFs(folder / "seaweedfs") as server:
            photos, results = make_bucket(server, "photos"), make_bucket(server, "results")
            named = names_of(count)
            for first in range(0, count, PUT_AT_ONCE):
                some = named[first : first + PUT_AT_ONCE]
                photos.put({f"Test/{name}": photo.read_bytes() for photo, name in some})
            yield server, Place(photos, "Test"), results


def fingerprints(place: Place) -> dict[str, str]:
    """MD5 of all that two runs must agree on."""
    return {name: etag for name, (etag, _) in place.bucket.etags(place.prefix).items() if name not in VOLATILE}
