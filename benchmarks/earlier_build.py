"""This build against an earlier one, on the same photos: what was fast stays fast.

    git worktree add ../earlier COMMIT      # then build `coulis` and `engine_alone` there
    python benchmarks/earlier_build.py ../earlier/build/release [FOLDER] [--photos 2592] [--rounds 5] [--json FILE]

Protocol: first both run the photos, in fp32 and int8, and the values in their tables must be equal. Then the two builds
take turns. Ratios are taken within a round: above 1, this build is faster. All with two threads.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import harness
import photos
import pyarrow.parquet as pq
import report

THREADS = ("--threads", "2")
PRECISIONS = ("fp32", "int8")
FLOOR = 0.98


def run(build: Path, folder: Path, output: Path, precision: str) -> float:
    shutil.rmtree(output, ignore_errors=True)
    command = [build / "bin" / "coulis", "run", folder, output, "--precision", precision, *THREADS, "-q"]
    return harness.run_measured(command).wall_s


def call(build: Path, *words: str | Path) -> float:
    return harness.run_measured([build / "bin" / "coulis", *words]).wall_s


def engine(build: Path, folder: Path) -> float:
    done = harness.run_measured([build / "benchmarks" / "engine_alone", folder, "2"])
    return json.loads(done.stdout)["seconds"]


def values(output: Path) -> list[Any]:
    """Of all tables: what a later version writes beside them may differ."""
    folders = [sorted((output / name).glob("*.parquet")) for name in ("features", "pca")]
    tables = [pq.read_table(file).replace_schema_metadata(None) for files in folders for file in files]
    return [(output / "matrix.csv").read_bytes(), *tables]


def prove_equal(builds: dict[str, Path], folder: Path, work: Path) -> str:
    for precision in PRECISIONS:
        outputs = {name: work / f"{name}-{precision}" for name in builds}
        for name, build in builds.items():
            run(build, folder, outputs[name], precision)
        if values(outputs["this"]) != values(outputs["earlier"]):
            sys.exit(f"the two builds write other values in {precision}: nothing to compare")
    return "values of features, PCA and matrix.csv equal in fp32 and int8"


def contestants(build: Path, folder: Path, work: Path, name: str) -> dict[str, Callable[[], float]]:
    output = work / f"{name}-fp32"
    return {
        **{f"run, {it}": partial(run, build, folder, work / f"{name}-again", it) for it in PRECISIONS},
        "engine alone, fp32": partial(engine, build, folder),
        "fit": partial(call, build, "fit", output, "-k", "50", *THREADS, "-q"),
        "report": partial(call, build, "report", output, *THREADS, "-q"),
        "verify": partial(call, build, "verify", output, "-q"),
        "start": partial(call, build, "--version"),
    }


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("earlier", type=Path, help="the folder of the earlier build, such as ../earlier/build/release")
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 256
    builds = {"this": harness.BUILD, "earlier": arguments.earlier.absolute()}
    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        proof = prove_equal(builds, folder, work)
        calls = {name: contestants(build, folder, work, name) for name, build in builds.items()}
        order = {(what, name): calls[name][what] for what in calls["this"] for name in builds}
        results = harness.run_in_turn(order, arguments.rounds)
    figures = [
        report.make_figure(what, "x", report.divide(results[what, "earlier"], results[what, "this"]), at_least=FLOOR)
        for what in calls["this"]
    ]
    title = f"This build against an earlier one, {arguments.photos} photos, 2 threads"
    report.publish(title, proof, arguments, machine, [*figures, report.make_peak_figure(results)])


if __name__ == "__main__":
    main()
