"""coulis.spark.run with thousands of parts on local-cluster[2,1,1024]: what a part costs besides its photos.

    python benchmarks/spark_at_size.py [--parts 2000] [--images-per-part 64] [--features 1280] [--json FILE]

Protocol: the photos are tiny, and the model has one block and 1/3000 of MobileNetV2's multiply-adds
(tests/spark/many_parts.py). All else is the product's: listing, orders, tasks, part files, moments, projection, tables.
coulis.spark.run must write the files of `coulis run`, to the byte. It runs with 256 parts and with all of them, each in
a Spark of its own. A part costs the difference in CPU divided by the difference in parts, so starts do not count. The
driver's memory must not grow with the parts. With 256 parts it merges the most sums of moments: with more, tasks merge
them first. Its JVM contains the master and the workers of local-cluster.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import report

sys.path[0] = str(harness.ROOT / "tests")  # instead of this folder, whose spark.py would hide tests/spark

from faults.outputs import content
from spark import surroundings  # noqa: F401  the environment of Spark's processes
from spark.cluster import Cluster
from spark.driver_usage import DRIVER, TASKS, Usage
from spark.many_parts import write_tiny_model, write_tiny_photos

SETTINGS = {"spark.master": "local-cluster[2,1,1024]"}
FEW_PARTS = 256
MOST_GROWTH = 1.1


@dataclass(frozen=True)
class SizedRun:
    parts: int
    usage: Usage
    heap_mb: float | None
    seconds: dict[str, float]


def run_sized(parts: int, images_per_part: int, features: int, folder: Path) -> SizedRun:
    folder.mkdir()
    photos = write_tiny_photos(folder / "photos", parts * images_per_part)
    model = write_tiny_model(folder / "tiny.safetensors", features)
    with Cluster(folder, SETTINGS) as cluster:
        with Usage(cluster.driver) as usage:
            summary = cluster.succeed(
                photos, folder / "out", k=10, images_per_part=images_per_part, model=str(model), no_thumbnails=True
            )
        run = SizedRun(summary["parts"], usage, usage.heap_mb(), summary["seconds"])
    flags = ["-k", "10", "--images-per-part", images_per_part, "--model", model, "--no-thumbnails", "-q"]
    harness.run_measured([harness.COULIS, "run", photos, folder / "command", *flags])
    if content(folder / "out") != content(folder / "command"):
        sys.exit(f"{parts} parts: the files of coulis.spark.run are not those of coulis run: nothing to measure")
    shutil.rmtree(folder)
    return run


def list_costs(few: SizedRun, many: SizedRun) -> list[dict[str, Any]]:
    parts = many.parts - few.parts

    def per_part(at_few: float, at_many: float) -> list[float]:
        return [1000 * (at_many - at_few) / parts]

    cpu = {"driver": DRIVER, "tasks": TASKS, **{role: (role,) for role in (*DRIVER, *TASKS)}}
    figures = [
        report.make_figure(f"{name}, CPU", "ms a part", per_part(few.usage.sum_cpu_s(roles), many.usage.sum_cpu_s(roles)))
        for name, roles in cpu.items()
    ]
    figures += [
        report.make_figure(f"{stage}, two tasks at a time", "ms a part", per_part(few.seconds[stage], many.seconds[stage]))
        for stage in ("features", "moments", "projection and tables")
    ]
    return figures


def list_peaks(few: SizedRun, many: SizedRun) -> list[dict[str, Any]]:
    figures = []
    for role in DRIVER[:2]:
        peaks = [run.usage.peak_mb[role] for run in (few, many)]
        figures += [
            report.make_figure(f"{role}, peak memory, {many.parts} parts", "MB", peaks[1:]),
            report.make_figure(f"{role}, against {few.parts} parts", "x", [peaks[1] / peaks[0]], at_most=MOST_GROWTH),
        ]
    if many.heap_mb is None or few.heap_mb is None:
        return [*figures, report.make_note("driver: JVM, heap", "not measured: jcmd and jstat are not installed")]
    return [
        *figures,
        report.make_figure(f"driver: JVM, heap after a collection, {many.parts} parts", "MB", [many.heap_mb]),
        report.make_figure(
            f"driver: JVM, against {few.parts} parts", "x", [many.heap_mb / few.heap_mb], at_most=MOST_GROWTH
        ),
    ]


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("--parts", type=int, default=2000)
    parser.add_argument("--images-per-part", type=int, default=64)
    parser.add_argument("--features", type=int, default=1280, help="numbers of a row (default: 1280)")
    arguments = harness.parse(parser, rounds=1)
    if arguments.quick:
        arguments.parts = 80
    title = f"Spark at size: {arguments.parts} parts of {arguments.images_per_part} photos, {arguments.features} features"
    try:
        import pyspark  # noqa: F401
    except ImportError:
        report.skip(title, "pyspark is not installed", arguments)

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        few, many = (
            run_sized(parts, arguments.images_per_part, arguments.features, Path(temporary) / str(parts))
            for parts in (min(FEW_PARTS, arguments.parts // 2), arguments.parts)
        )
    proof = "the files of coulis run, to the byte"
    report.publish(title, proof, arguments, machine, [*list_costs(few, many), *list_peaks(few, many)])


if __name__ == "__main__":
    main()
