"""`coulis run` against its own network alone: the cost of everything around the network.

    cmake --build build/release --target engine_alone
    python benchmarks/run_versus_engine.py [FOLDER] [--rounds 5] [--json FILE]

Protocol: both use the same photos with 2 threads. `engine_alone` first decodes and resamples them into memory, untimed,
and then runs the network over them. Its rows must equal those in the part files of a run, bit for bit. Then the two run
in turn, and a ratio is taken within a round: 1 would mean that reading, decoding, resampling and writing are free.

- steady state: the network's time against the stage "features" of `coulis run`;
- whole process: the network's time against `coulis run` from start to exit, with list, moments, PCA and tables;
- CPU time, user and system: the network's against the whole process's, which other load disturbs least.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

import harness
import numpy as np
import photos
import pyarrow.parquet as pq
import report

ENGINE_ALONE = harness.BUILD / "benchmarks" / "engine_alone"
THREADS = 2
WORKERS = "workers: "  # before the name of a stage whose seconds are summed over the threads


@dataclass(frozen=True)
class Run:
    usage: harness.Usage
    seconds: dict[str, float]  # by stage


@dataclass(frozen=True)
class Engine:
    wall_s: float
    cpu_s: float


def run_coulis(folder: Path, output: Path) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    usage = harness.run_measured([harness.COULIS, "run", folder, output, "--threads", str(THREADS), "--json", "-q"])
    return Run(usage, json.loads(usage.stdout)["seconds"])


def run_engine(folder: Path, rows_file: Path | None = None) -> Engine:
    command = [ENGINE_ALONE, folder, str(THREADS), *([rows_file] if rows_file else [])]
    result = json.loads(harness.run_measured(command).stdout)
    return Engine(result["seconds"], result["cpu_seconds"])


def prove_equal(output: Path, rows_file: Path) -> str:
    """The rows of both are in listing order, which is the order of the part files' names."""
    tables = [pq.read_table(file, columns=["features"]) for file in sorted((output / "features").glob("*.parquet"))]
    ours = np.concatenate([table["features"].combine_chunks().flatten().to_numpy() for table in tables])
    alone = np.fromfile(rows_file, np.float32)
    if ours.size == 0 or not np.array_equal(ours, alone):
        sys.exit("the rows of the run are not those of the engine alone: nothing to compare")
    return f"{sum(table.num_rows for table in tables)} rows equal, bit for bit"


def make_figures(count: int, runs: list[Run], engines: list[Engine]) -> list[dict]:
    engine_s = [engine.wall_s for engine in engines]
    features_s = [run.seconds["features"] for run in runs]
    whole_s = [run.usage.wall_s for run in runs]
    cpu = report.divide([engine.cpu_s for engine in engines], [run.usage.cpu_s for run in runs])
    figures = [
        report.make_figure("run / engine alone, steady state", "x", report.divide(engine_s, features_s), at_least=0.95),
        report.make_figure("run / engine alone, whole process", "x", report.divide(engine_s, whole_s), at_least=0.9),
        report.make_figure("run / engine alone, CPU time", "x", cpu, at_least=0.9),
        report.make_figure("engine alone", "img/s", [count / seconds for seconds in engine_s]),
        report.make_figure("run, steady state", "img/s", [count / seconds for seconds in features_s]),
        report.make_figure("run, whole process", "img/s", [count / seconds for seconds in whole_s]),
    ]
    for stage in runs[0].seconds:
        threads = THREADS if stage.startswith(WORKERS) else 1
        shares = [100 * run.seconds[stage] / threads / run.usage.wall_s for run in runs]
        figures.append(report.make_figure(f"share of the whole: {stage}", "%", shares))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 256
    if not ENGINE_ALONE.is_file():
        sys.exit("build it first: cmake --build build/release --target engine_alone")

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        run_coulis(folder, work / "output")
        run_engine(folder, work / "rows")
        proof = prove_equal(work / "output", work / "rows")
        results = harness.run_in_turn(
            {"run": lambda: run_coulis(folder, work / "output"), "engine": lambda: run_engine(folder)},
            arguments.rounds,
        )
    figures = [*make_figures(arguments.photos, results["run"], results["engine"]), report.make_peak_figure(results)]
    title = f"The whole run against its own engine alone, {arguments.photos} photos, {THREADS} threads"
    report.publish(title, proof, arguments, machine, figures)


if __name__ == "__main__":
    main()
