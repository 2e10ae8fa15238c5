"""200,000 good files with flipped bits, under ASan and UBSan, then again over memory filled with other bytes."""

import os
import re

from soak.programs import ROOT, build, run

COUNT = int(os.environ.get("SOAK_MUTANTS", "200000"))
SEED = os.environ.get("SOAK_SEED", "1")


def check() -> dict:
    differing, fed = 0, 0
    for preset in ("asan", "release"):  # release fills memory, which a sanitizer does not let us do
        build(preset, "mutants")
        done = run([ROOT / "build" / preset / "tests/fuzz/mutants", str(COUNT), SEED])
        counts = re.search(r"mutants (\d+) differing (\d+)", done.stdout)
        if done.returncode != 0:
            differing += max(1, int(counts[2]) if counts else 1)
        fed = int(counts[1]) if counts else 0
    return {
        "what": "files with flipped bits (images, EXIF, models, manifest, part record, Parquet), under ASan and UBSan",
        "injected": fed,
        "lost": differing,
        "note": f"seed {SEED}; each mutant is refused, or read the same twice over memory filled with different bytes",
    }
