"""Photos to features: a whole `coulis run` against Pillow and ONNX Runtime in Python, both on two cores.

    python benchmarks/pipeline.py [FOLDER] [--rounds 5] [--json FILE]

Protocol: both use the same photos and the same float32 weights: coulis with 2 threads into a fresh OUTPUT, the rival
(benchmarks/rivals/pillow_onnxruntime.py) with 2 processes of one thread each. First the features of one run of each are
compared, photo by photo. Then they run in turn, and a ratio is taken within a round:

- whole process: from start to exit. coulis also lists, commits each part to disk, fits the PCA and writes all tables
  and the report; the rival stops at its features;
- loop: from the first photo to the last feature file, without start-up: coulis's stage "features", which includes the
  packing of the weights, against the slower of the rival's two processes after imports and the start of its session;
- CPU time, user and system, of the whole processes, which other load disturbs least.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import harness
import numpy as np
import photos
import pyarrow.parquet as pq
import report

RIVAL = Path(__file__).parent / "rivals" / "pillow_onnxruntime.py"
LARGEST_DIFFERENCE = 1e-4
LOWEST_COSINE = 0.999999


@dataclass(frozen=True)
class Run:
    usage: harness.Usage
    loop_s: float


def run_coulis(folder: Path, output: Path) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    usage = harness.run_measured([harness.COULIS, "run", folder, output, "--threads", "2", "--json", "-q"])
    result = json.loads(usage.stdout)
    assert result["computed"] == result["ok"], f"not a fresh run of good photos: {result}"
    return Run(usage, result["seconds"]["features"])


def run_rival(folder: Path, output: Path) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    usage = harness.run_measured([sys.executable, RIVAL, folder, output, "--model", harness.make_onnx_model()])
    return Run(usage, json.loads(usage.stdout)["loop_s"])


def read_features(folder: Path) -> dict[str, np.ndarray]:
    """path -> row, from all Parquet files of a folder."""
    rows: dict[str, np.ndarray] = {}
    for file in sorted(folder.glob("*.parquet")):
        table = pq.read_table(file, columns=["path", "features"])
        features = table["features"].combine_chunks().flatten().to_numpy().reshape(table.num_rows, -1)
        rows.update(zip(table["path"].to_pylist(), features, strict=True))
    return rows


def compare_features(ours: dict[str, np.ndarray], theirs: dict[str, np.ndarray]) -> str:
    """The proof of equality; ends the program if the rows differ."""
    if not ours or ours.keys() != theirs.keys():
        sys.exit(f"{len(ours)} photos against {len(theirs)}, not the same ones")
    a = np.stack([ours[path] for path in sorted(ours)]).astype(np.float64)  # [photos, 1280]
    b = np.stack([theirs[path] for path in sorted(ours)]).astype(np.float64)
    difference = float(np.abs(a - b).max())
    cosine = float((np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))).min())
    if difference > LARGEST_DIFFERENCE or cosine < LOWEST_COSINE:
        sys.exit(
            f"the features differ by up to {difference:.1e}, the lowest cosine is {cosine:.7f}: nothing to compare"
        )
    return f"{len(ours)} rows differ by at most {difference:.1e}, lowest cosine 1 - {1 - cosine:.0e}"


def make_figures(count: int, coulis: list[Run], rival: list[Run]) -> list[dict]:
    def values(runs: list[Run], read: Callable[[Run], float]) -> list[float]:
        return [read(run) for run in runs]

    def ratio(read: Callable[[Run], float]) -> list[float]:
        return report.divide(values(rival, read), values(coulis, read))

    measures: dict[str, Callable[[Run], float]] = {
        "whole process": lambda run: run.usage.wall_s,
        "loop": lambda run: run.loop_s,
        "CPU time": lambda run: run.usage.cpu_s,
    }
    figures = [
        report.make_figure(
            f"Pillow + ONNX Runtime / coulis, {name}", "x", ratio(read), at_least=None if name == "CPU time" else 1.2
        )
        for name, read in measures.items()
    ]
    for contestant, runs in {"coulis": coulis, "Pillow + ONNX Runtime": rival}.items():
        rates = [count / seconds for seconds in values(runs, measures["loop"])]
        figures.append(report.make_figure(f"{contestant}, loop", "img/s", rates))
        figures.append(report.make_figure(f"{contestant}, whole process", "s", values(runs, measures["whole process"])))
        figures.append(report.make_figure(f"{contestant}, CPU time", "s", values(runs, measures["CPU time"])))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 128
    title = f"Photos to features, {arguments.photos} photos"
    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        run_coulis(folder, work / "coulis")
        run_rival(folder, work / "rival")
        proof = compare_features(read_features(work / "coulis" / "features"), read_features(work / "rival"))
        runs = harness.run_in_turn(
            {"coulis": lambda: run_coulis(folder, work / "coulis"), "rival": lambda: run_rival(folder, work / "rival")},
            arguments.rounds,
        )
    figures = [*make_figures(arguments.photos, runs["coulis"], runs["rival"]), report.make_peak_figure(runs)]
    report.publish(title, proof, arguments, machine, figures)


if __name__ == "__main__":
    main()
