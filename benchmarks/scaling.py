"""A model of scaling: img/s on 8, 64 and 192 cores, from the costs of the stages measured here.

    python benchmarks/scaling.py [FOLDER] [--photos 2592] [--images 1000000] [--rounds 5] [--json FILE]

Measured: the seconds of each stage in the manifest, of `coulis run` with all cores, and of `coulis fit` with one thread
and with two. The model, for N photos on P cores:

    time = start-up + N * (list + plan + serial part of the reduction) + PCA     (one core works)
         + N * (read + decode + resample + network + write + parallel part of the reduction) / (P * busy)

`busy` is 0.95, which tests/job/features/part_queue_simulation_test.cpp requires of the queue. A stage of the reduction
(moments, projection and tables) that takes t1 with one thread and t2 with two counts as p = 2 (t1 - t2) parallel, and
the rest as serial. Besides the time, it computes what a machine must supply: bytes read and written per second, and
memory traffic, at most one read of the network's weights and widest activations per photo. The proof compares the model
with the measured run on this machine's cores.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import harness
import photos
import report

CORES = (8, 64, 192)
BUSY = 0.95
PARTS = 10
REDUCTION = ("projection and tables",)
MEMORY_BYTES_PER_PHOTO = 8.8e6 + 2 * 4.8e6  # weights; a write and a read of the tensor that overflows the cache
MEMORY_MB_S_PER_CORE = 460_000 / 96  # 12 channels of DDR5-4800 for 96 cores, as servers have them


@dataclass(frozen=True)
class Costs:
    """Seconds of the whole run, or per photo."""

    fixed_s: float  # start-up and PCA
    serial_s: dict[str, float]  # a photo, by stage
    parallel_s: float  # a photo
    read_bytes: float  # a photo
    written_bytes: float

    def seconds(self, photos: int, cores: int) -> float:
        serial_s = self.fixed_s + photos * sum(self.serial_s.values())
        return serial_s + photos * self.parallel_s / (cores * (BUSY if cores > 1 else 1))


def run_seconds(folder: Path, count: int, output: Path, verb: str, threads: int) -> dict[str, float]:
    """Seconds by stage, and "whole"."""
    places, options = [output], []
    if verb == "run":  # PARTS parts, so that the reduction has enough parts for its threads
        places, options = [folder, output], ["--fresh", "--images-per-part", str(count // PARTS)]
    words = [harness.COULIS, verb, *places, *options, "-k", "50", "--threads", str(threads), "--json", "-q"]
    usage = harness.run_measured(words)
    return {**json.loads(usage.stdout)["seconds"], "whole": usage.wall_s}


def median_costs(results: dict[str, list[dict[str, float]]], photos: int, sizes: tuple[float, float]) -> Costs:
    def median(name: str, stage: str) -> float:
        return statistics.median(seconds[stage] for seconds in results[name])

    workers = [stage for stage in results["run all"][0] if stage.startswith("workers: ")]
    parallel_s = sum(median("run all", stage) for stage in workers)
    serial_s = {stage: median("run all", stage) for stage in ("list", "plan")}
    for stage in REDUCTION:
        one, two = median("fit 1", stage), median("fit 2", stage)
        in_parallel_s = min(one, max(0.0, 2 * (one - two)))
        parallel_s += in_parallel_s
        serial_s[stage] = one - in_parallel_s
    stages = [stage for stage in results["run all"][0] if stage != "whole" and stage not in workers]
    start_up_s = median("run all", "whole") - sum(median("run all", stage) for stage in stages)
    fixed_s = max(0.0, start_up_s) + median("run all", "pca")
    per_photo = {stage: seconds / photos for stage, seconds in serial_s.items()}
    return Costs(fixed_s, per_photo, parallel_s / photos, *sizes)


def predict(costs: Costs, images: int, cores: int) -> list[dict]:
    seconds = costs.seconds(images, cores)
    rate = images / seconds
    memory = MEMORY_BYTES_PER_PHOTO * rate / 1e6
    shares = {f"one core at work: {stage}": images * s / seconds for stage, s in costs.serial_s.items()}
    shares["one core at work: start-up and PCA"] = costs.fixed_s / seconds
    shares["memory traffic"] = memory / (MEMORY_MB_S_PER_CORE * cores)
    first = max(shares, key=lambda name: shares[name])
    name = f"{cores} cores"
    alone = images / costs.seconds(images, 1)
    return [
        report.make_figure(f"{name}, predicted", "img/s", [rate]),
        report.make_figure(f"{name}, share of {cores} times one core", "%", [100 * rate / (cores * alone)]),
        report.make_note(f"{name}, comes first", f"{first}: {100 * shares[first]:.1f} %"),
        report.make_figure(f"{name}, photos to be read", "MB/s", [rate * costs.read_bytes / 1e6]),
        report.make_figure(f"{name}, results to be written", "MB/s", [rate * costs.written_bytes / 1e6]),
        report.make_figure(f"{name}, memory traffic at most", "GB/s", [memory / 1e3]),
    ]


def file_bytes(folder: Path) -> int:
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=photos.default_folder(), help="JPEG files")
    parser.add_argument("--photos", type=int, default=2592, help="measured here (default: 2592)")
    parser.add_argument("--images", type=int, default=1_000_000, help="of the run predicted (default: 1000000)")
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 192

    machine = report.describe_machine()
    cores = len(os.sched_getaffinity(0))
    with tempfile.TemporaryDirectory() as temporary:
        folder, output = Path(temporary) / "photos", Path(temporary) / "output"
        photos.link_photos(arguments.folder, arguments.photos, folder)
        contestants = {"run all": partial(run_seconds, folder, arguments.photos, output, "run", cores)}
        for threads in (1, 2):
            contestants[f"fit {threads}"] = partial(run_seconds, folder, arguments.photos, output, "fit", threads)
        run_seconds(folder, arguments.photos, output, "run", cores)
        results = harness.run_in_turn(contestants, arguments.rounds)
        sizes = (file_bytes(folder) / arguments.photos, file_bytes(output) / arguments.photos)
    costs = median_costs(results, arguments.photos, sizes)
    measured = statistics.median(seconds["whole"] for seconds in results["run all"])
    predicted = costs.seconds(arguments.photos, cores)
    figures = [report.make_figure("parallel work of a photo", "ms", [1000 * costs.parallel_s])]
    figures += [
        report.make_figure(f"one core's {stage}, a photo", "us", [1e6 * s]) for stage, s in costs.serial_s.items()
    ]
    figures.append(report.make_figure("start-up and PCA, once", "s", [costs.fixed_s]))
    for count in CORES:
        figures += predict(costs, arguments.images, count)
    proof = f"the model gives {predicted:.2f} s for the run here, which took {measured:.2f} s, {cores} threads"
    title = f"Scaling on paper, {arguments.images} photos"
    report.publish(title, proof, arguments, machine, [*figures, report.make_peak_figure(results)])


if __name__ == "__main__":
    main()
