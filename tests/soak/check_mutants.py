"""200,000 good files with flipped bits, under ASan and UBSan, then again over memory filled with other bytes."""

import os
import re

from soak.programs import ROOT, build, run
from soak.row import Row

COUNT = int(os.environ.get("SOAK_MUTANTS", "200000"))
SEED = os.environ.get("SOAK_SEED", "1")


def check() -> Row:
    fed = 0
    for preset in ("asan", "release"):  # release fills memory, which a sanitizer does not let us do
        build(preset, "mutants")
        done = run([ROOT / "build" / preset / "tests/fuzz/mutants", str(COUNT), SEED])
        counts = re.search(r"mutants (\d+) differing 0\b", done.stdout)
        assert done.returncode == 0 and counts, f"{preset}, seed {SEED}: see above"
        fed = int(counts[1])
    return Row(
        "mutants",
        "files with flipped bits (images, EXIF, models, manifest, part record, Parquet), under ASan and UBSan",
        f"{fed:,} files, seed {SEED}",
        "0 findings; each is refused, or read the same twice over memory filled with different bytes",
        "make soak CHECKS=mutants",
    )
