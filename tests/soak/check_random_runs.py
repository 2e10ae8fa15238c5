"""Runs and increments on random collections beside a second implementation, tests/oracle. 20 are in `make test`."""

import shutil
import tempfile
from pathlib import Path

from oracle.random_runs import check_seed
from soak.row import Row

SEEDS = range(1000, 1500)


def check() -> Row:
    for seed in SEEDS:
        folder = Path(tempfile.mkdtemp(prefix="coulis-random-"))
        check_seed(folder, seed)  # left there if it fails
        shutil.rmtree(folder)
    return Row(
        "random_runs",
        "collections of random formats, labels, options and broken files, changed twice",
        f"{len(SEEDS)} collections, 5 runs of each",
        "0: listing, errors, labels, features, PCA and tables are those of a second implementation",
        "make soak CHECKS=random_runs",
    )
