"""coulis.spark.run on two cores (local[2]), compared with the reference on the same Spark and with `coulis run`.

    python benchmarks/spark.py [FOLDER] [--rounds 3] [--without-as-written] [--json FILE]

The reference is that of reference.py, as written and tuned. All use the same photos; coulis makes 8 parts of them, 4
tasks for each core. Protocol: coulis.spark.run must write the files of `coulis run`, to the byte (except the report and
times). The reference's features are compared photo by photo, and its projected rows as spaces. Then all run in turn,
and a ratio is taken within a round:

- whole process: from start to exit, including the JVM and the session;
- after the session's start: the rest of the first run in a session, which starts Python workers in a cold JVM;
- steady state: the stage "features" of a second run in the same session, against that of `coulis run`. The whole
  process excludes this second run.

The reference as written takes minutes, so it runs once before the rounds and is compared with the first round. Task
overhead: the seconds of the stage "features" in which a core had no photo to work on, averaged over the cores
(docs/spark.md).
"""

from __future__ import annotations

import importlib.util
import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import engine_process
import harness
import photos
import reference
import report

SCRIPT = Path(__file__).parent / "spark_process.py"
PARTS = 8
SPARK = "coulis.spark.run"
COMMAND = "coulis run"
TUNED = "reference, tuned"


@dataclass(frozen=True)
class SparkRun:
    wall_s: float  # of a process with only the first run
    session_s: float
    first: dict[str, Any]  # the result of coulis.spark.run, and run_s
    warm: dict[str, Any]


def run_spark(folder: Path, output: Path, images_per_part: int) -> SparkRun:
    shutil.rmtree(output, ignore_errors=True)
    environment = {**os.environ, "PYSPARK_PYTHON": sys.executable, "PYSPARK_DRIVER_PYTHON": sys.executable}
    words = [sys.executable, SCRIPT, folder, output, images_per_part]
    usage = harness.run_measured(words, quiet=True, env=environment)
    result = json.loads(usage.stdout.splitlines()[-1])
    return SparkRun(usage.wall_s - result["warm"]["run_s"], **result)


def run_command(folder: Path, output: Path, images_per_part: int) -> dict[str, Any]:
    shutil.rmtree(output, ignore_errors=True)
    words = [harness.COULIS, "run", folder, output, "-k", "50", "--threads", "2", "--images-per-part", images_per_part]
    usage = harness.run_measured([*words, "--json", "-q"])
    return {**json.loads(usage.stdout), "run_s": usage.wall_s}


def prove_equal(by_command: Path, by_spark: Path) -> str:
    from faults.outputs import content

    files = content(by_command)
    for output in (by_spark / "first", by_spark / "warm"):
        if content(output) != files:
            sys.exit(f"{output.name}: the files of coulis.spark.run are not those of coulis run: nothing to compare")
    return f"{len(files)} files of coulis run equal, to the byte"


def compare_with_reference(name: str, theirs: list[reference.ReferenceRun], ours: list[SparkRun], goal: float) -> list:
    """Figures of whole processes, and of the time after the session's start."""
    whole = report.divide([run.wall_s for run in theirs], [run.wall_s for run in ours])
    after = report.divide([run.work_s for run in theirs], [run.first["run_s"] for run in ours])
    return [
        report.make_figure(f"{name} / {SPARK}, whole process", "x", whole, at_least=goal),
        report.make_figure(f"{name} / {SPARK}, after the session's start", "x", after),
        report.make_figure(f"{name}, whole process", "s", [run.wall_s for run in theirs]),
    ]


def compare_with_command(command: list[dict[str, Any]], spark: list[SparkRun]) -> list[dict[str, Any]]:
    def features_s(summaries: list[dict[str, Any]]) -> list[float]:
        return [summary["seconds"]["features"] for summary in summaries]

    first, warm = [run.first for run in spark], [run.warm for run in spark]
    steady = report.divide(features_s(command), features_s(warm))
    cold = report.divide(features_s(command), features_s(first))
    whole = report.divide([run["run_s"] for run in command], [run.wall_s for run in spark])
    figures = [
        report.make_figure(f"{COMMAND} / {SPARK}, steady state", "x", steady, at_least=0.85),
        report.make_figure(f"{COMMAND} / {SPARK}, features of the first run", "x", cold),
        report.make_figure(f"{COMMAND} / {SPARK}, whole process", "x", whole),
        report.make_figure(f"{COMMAND}, whole process", "s", [run["run_s"] for run in command]),
        report.make_figure(f"{SPARK}, whole process", "s", [run.wall_s for run in spark]),
        report.make_figure(f"{SPARK}, start of the session", "s", [run.session_s for run in spark]),
    ]
    for name, summaries in {"first run": first, "steady state": warm}.items():
        rates = [summary["images_per_second_per_core"] for summary in summaries]
        lost = [summary["seconds"]["task overhead"] for summary in summaries]
        figures += [
            report.make_figure(f"{SPARK}, {name}", "s", [summary["run_s"] for summary in summaries]),
            report.make_figure(f"{SPARK}, {name}, features on each core", "img/s", rates),
            report.make_figure(f"{SPARK}, {name}, task overhead", "s", lost),
        ]
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    parser.add_argument("--without-as-written", action="store_true", help="the tuned reference only: saves 7 minutes")
    arguments = harness.parse(parser, rounds=3)
    if arguments.quick:
        arguments.folder, arguments.photos = photos.EXAMPLES, 64  # of several kinds, and more than components
    title = f"Photos to results on Spark, {arguments.photos} photos, two cores"
    if reason := find_missing():
        report.skip(title, reason, arguments)
    engine_process.make_models()
    sys.path.append(str(harness.ROOT / "tests"))  # for faults.outputs

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        by_spark, by_command, theirs = work / "spark", work / "coulis", work / "reference" / "out"
        images_per_part = -(-arguments.photos // PARTS)
        contestants: dict[str, Callable[[], Any]] = {
            SPARK: partial(run_spark, folder, by_spark, images_per_part),
            COMMAND: partial(run_command, folder, by_command, images_per_part),
            TUNED: partial(reference.run_reference, folder, theirs, reference.TUNED),
        }
        contestants[SPARK]()
        contestants[COMMAND]()
        proofs = [prove_equal(by_command, by_spark)]
        as_written: list[reference.ReferenceRun] = []
        if not arguments.without_as_written:
            as_written = [reference.run_reference(folder, theirs, reference.as_written_options(arguments.quick))]
            proofs.append(reference.compare(by_spark / "first", theirs, "as written"))
        runs = harness.run_in_turn(contestants, arguments.rounds)
        proofs.append(reference.compare(by_spark / "first", theirs, "tuned"))
    figures = compare_with_reference("reference as written", as_written, runs[SPARK][:1], 30) if as_written else []
    figures += compare_with_reference("reference tuned", runs[TUNED], runs[SPARK], 5)
    figures += [*compare_with_command(runs[COMMAND], runs[SPARK]), report.make_peak_figure(runs)]
    report.publish(title, "; ".join(proofs), arguments, machine, figures)


def find_missing() -> str:
    if importlib.util.find_spec("pyspark") is None:
        return "pyspark is not installed"
    return reference.find_missing()


if __name__ == "__main__":
    main()
