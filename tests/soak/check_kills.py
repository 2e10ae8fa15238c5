"""kill -9 at 200 random moments of a run of 2,592 photos in 21 parts."""

import tempfile
from pathlib import Path

from faults.kills import STAGES, Job, kill_many
from soak.many_photos import link_photos
from soak.row import Row

PHOTOS = 2592
KILLS = 200


def check() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        photos = link_photos(Path(folder) / "photos", PHOTOS)
        job = Job(str(photos), ("--images-per-part", 128, "--precision", "int8"), parts=-(-PHOTOS // 128))
        tally = kill_many(job, str(Path(folder) / "out"), KILLS, seed=5)
    assert all(tally.by_stage()[stage] >= KILLS // 20 for stage in STAGES), f"kills are not spread: {tally}"
    return Row(
        "kills",
        f"kill -9 at a random moment of a run of {PHOTOS:,} photos in {job.parts} parts, then the same command",
        f"{KILLS} kills: {tally}",
        f"0 rows; {KILLS} of {KILLS} outputs byte-identical to the undisturbed one, and told from it before",
        "make soak CHECKS=kills",
    )
