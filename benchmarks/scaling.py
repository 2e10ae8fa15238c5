"""A whole run of 100 million photos, simulated on 8 to 1,000 workers from costs that are measured here.

    python benchmarks/scaling.py [FOLDER] [--photos 2592] [--images 100000000] [--precision int8] [--rounds 5]

Measured here: the seconds of each stage in the manifest of `coulis run` and `coulis fit` with one thread, times the
share of the time that the process had a core (CPU divided by wall clock), so that a busy machine counts less. Read from
driver_costs.json, where each cost says what measured it: listing, and what one core does for all workers.

benchmarks/simulate_run.cpp runs the stages one after another in virtual time: 8, 64 and 192 workers are threads of one
process and take photos from the real PartQueue; 1,000 workers are tasks of a cluster, which one driver gives parts. A
photo takes the measured time on average; one in a hundred takes about twenty times as long, one in two thousand eighty
times.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import harness
import photos
import report

WORKERS = (8, 64, 192, 1000)
MOST_THREADS = 192  # of one machine; more workers are a cluster
GOALS = {64: 95, 192: 90, 1000: 80}  # percent of the time that workers are busy, for shards
IMAGES_PER_PART = 1024
SIBLINGS, PROJECTED_AT_ONCE, PARTS_OF_A_PIECE = 32, 8, 64  # parts of a task: moments, projection, tables
CSV_MS = 0.003  # a photo's lines, made again for a piece: docs/decisions/0027-matrix-csv-in-pieces.md
INSTANCE, VCPUS, DRIVER = "m5.4xlarge", 16, "m5.xlarge"
START_UP_S = 600  # of an EMR cluster: cli/cluster_price.cpp
PRICES = harness.ROOT / "deploy" / "emr" / "coulis_emr" / "prices.json"
SIMULATE = harness.BUILD / "benchmarks" / "simulate_run"


@dataclass(frozen=True)
class Costs:
    """Of a photo in ms, unless the name says otherwise."""

    listing: dict[str, float]  # by storage
    driver: dict[str, float]  # of the driver of a cluster, by stage
    photo: float  # read, decode, resample, network
    write: float
    moments: float  # in memory
    moments_again: float  # of a part that is read
    projection: float
    fixed_s: dict[str, float]  # by stage

    def stages(self, images: int, workers: int) -> list[dict]:
        """Without the listing."""
        parts = -(-images // IMAGES_PER_PART)

        def alone(name: str, seconds: float) -> dict:
            return {"name": name, "alone_s": seconds}

        def tasks(name: str, parts_of_a_task: int, task: float, driver: float, image: float = 0) -> dict:
            size = parts_of_a_task * IMAGES_PER_PART
            return {
                "name": name,
                "tasks": -(-parts // parts_of_a_task),
                "images_per_task": size if image else 0,
                "image_ms": image,
                "task_ms": task * size,
                "driver_ms": driver * size,
            }

        before = [
            alone("start", self.fixed_s["start"]),
            alone("planning", self.driver["planning"] * images / 1000),
        ]
        pca = alone("pca", self.fixed_s["pca"])
        after = alone(
            "report and manifest", self.fixed_s["report"] + self.driver["report and manifest"] * images / 1000
        )
        if workers <= MOST_THREADS:
            features = {
                "name": "features",
                "images": images,
                "images_per_part": IMAGES_PER_PART,
                "image_ms": self.photo,
                "commit_ms": (self.write + self.moments) * IMAGES_PER_PART,
            }
            return [*before, features, pca, tasks("projection", 1, self.projection, self.driver["projection"]), after]
        by_tasks = [
            tasks("features", 1, self.write, self.driver["features"], self.photo),
            tasks("moments", SIBLINGS, self.moments_again, self.driver["projection"]),  # sums stay with the workers
            tasks("moments merged", SIBLINGS**2, self.driver["moments"], self.driver["moments"] / SIBLINGS),
            pca,
            tasks("projection", PROJECTED_AT_ONCE, self.projection, self.driver["projection"]),
            tasks("tables", PARTS_OF_A_PIECE, CSV_MS, self.driver["tables"]),
        ]
        return [*before, *by_tasks, after]


@dataclass(frozen=True)
class Simulated:
    stages: list[dict]  # name, wall_s, busy_s
    workers: int

    @property
    def seconds(self) -> float:
        return sum(stage["wall_s"] for stage in self.stages)

    @property
    def busy(self) -> float:
        """Percent of the workers' time."""
        return 100 * sum(stage["busy_s"] for stage in self.stages) / (self.workers * self.seconds)

    def idle(self) -> dict[str, float]:
        """Percent of the workers' time in which they wait, by stage; the largest first."""
        shares = {
            one["name"]: 100 * (one["wall_s"] - one["busy_s"] / self.workers) / self.seconds for one in self.stages
        }
        return dict(sorted(shares.items(), key=lambda item: -item[1]))


def simulate(costs: Costs, images: int, workers: int) -> dict[str, Simulated]:
    """By storage. All but the listing is the same for each."""
    run = {"workers": workers, "stages": costs.stages(images, workers)}
    done = subprocess.run([SIMULATE], input=json.dumps(run), capture_output=True, text=True, check=True)
    others = json.loads(done.stdout)
    listings = {
        storage: {"name": "listing", "wall_s": ms * images / 1000, "busy_s": 0} for storage, ms in costs.listing.items()
    }
    return {storage: Simulated([listing, *others], workers) for storage, listing in listings.items()}


def usd(simulated: Simulated, images: int, storage: str, bytes_per_photo: float) -> tuple[float, float]:
    """For machines, and for requests. As in `coulis plan`, a worker is two vCPUs; driver and start count."""
    prices = json.loads(PRICES.read_text())

    def hour(instance: str) -> float:
        return sum(prices["instance_hour"][instance].values())

    machines = -(-2 * simulated.workers // VCPUS)
    hours = (simulated.seconds + START_UP_S) / 3600
    if storage == "folder":
        return hours * (machines * hour(INSTANCE) + hour(DRIVER)), 0
    parts = images / IMAGES_PER_PART
    gets = images if storage == "bucket" else images * bytes_per_photo / 8e6
    lists = images / 1000 if storage == "bucket" else 0
    requests = {"million_gets": gets, "million_lists": lists, "million_puts": 3 * parts}
    return hours * (machines * hour(INSTANCE) + hour(DRIVER)), sum(
        count / 1e6 * prices["s3"][name] for name, count in requests.items()
    )


def run_seconds(folder: Path, count: int, output: Path, verb: str, precision: str) -> dict[str, float]:
    """CPU seconds by stage, and "whole": one thread works on one stage at a time."""
    places, options = [output], []
    if verb == "run":
        options = ["--fresh", "--precision", precision]
        places = [folder, output]
    usage = harness.run_measured(
        [harness.COULIS, verb, *places, *options, "-k", "50", "--threads", "1", "--json", "-q"]
    )
    seconds = {**json.loads(usage.stdout)["seconds"], "whole": usage.wall_s}
    return {stage: wall_s * min(1.0, usage.cpu_s / usage.wall_s) for stage, wall_s in seconds.items()}


def gather_costs(results: dict[str, list[dict[str, float]]], count: int) -> Costs:
    known = json.loads(Path(__file__).with_name("driver_costs.json").read_text())

    def median(name: str, stage: str) -> float:
        return statistics.median(seconds[stage] for seconds in results[name])

    def ms(name: str, stage: str) -> float:
        return 1000 * median(name, stage) / count

    stages = [stage for stage in results["run"][0] if stage != "whole" and not stage.startswith("workers: ")]
    start_s = median("run", "whole") - sum(median("run", stage) for stage in stages)
    return Costs(
        listing={storage: us / 1000 for storage, us in known["listing_us"].items() if storage != "from"},
        driver={stage: us / 1000 for stage, us in known["driver_us"].items() if stage != "from"},
        photo=sum(ms("run", f"workers: {stage}") for stage in ("read", "decode", "resample", "network")),
        write=ms("run", "workers: write"),
        moments=ms("run", "workers: moments"),
        moments_again=ms("fit", "moments"),
        projection=ms("fit", "projection and tables"),
        fixed_s={"start": max(0.0, start_s), "pca": median("run", "pca"), "report": median("run", "report")},
    )


def make_figures(costs: Costs, images: int, bytes_per_photo: float) -> list[dict]:
    figures = []
    for workers in WORKERS:
        for storage, simulated in simulate(costs, images, workers).items():
            name = f"{workers} workers, {storage}"
            goal = GOALS.get(workers) if storage == "shards" else None
            figures.append(report.make_figure(f"{name}: busy", "%", [simulated.busy], at_least=goal))
            figures.append(report.make_figure(f"{name}: whole run", "min", [simulated.seconds / 60]))
            machines_usd, requests_usd = usd(simulated, images, storage, bytes_per_photo)
            price = f"{machines_usd:.2f} USD for machines, {requests_usd:.2f} USD for requests"
            figures.append(report.make_note(f"{name}: price", price))
            waits = [f"{stage} {share:.1f} %" for stage, share in list(simulated.idle().items())[:3]]
            figures.append(report.make_note(f"{name}: they wait for", ", ".join(waits)))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=photos.default_folder(), help="JPEG files")
    parser.add_argument("--photos", type=int, default=2592, help="measured here (default: 2592)")
    parser.add_argument("--images", type=int, default=100_000_000, help="of the run simulated (default: 100000000)")
    parser.add_argument("--precision", default="int8", help="of the network (default: int8)")
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos, arguments.images = 192, 1_000_000

    machine = report.describe_machine()
    with tempfile.TemporaryDirectory() as temporary:
        folder, output = Path(temporary) / "photos", Path(temporary) / "output"
        photos.link_photos(arguments.folder, arguments.photos, folder)
        measure = partial(run_seconds, folder, arguments.photos, output, precision=arguments.precision)
        measure("run")
        results = harness.run_in_turn({verb: partial(measure, verb) for verb in ("run", "fit")}, arguments.rounds)
        sizes = [file.stat().st_size for file in folder.rglob("*.jpg")]
    bytes_per_photo = statistics.mean(sizes)
    costs = gather_costs(results, arguments.photos)
    measured = statistics.median(seconds["whole"] for seconds in results["run"])
    simulated = simulate(costs, arguments.photos, 1)["folder"].seconds
    figures = [
        report.make_figure("a photo: read, decode, resample, network", "ms", [costs.photo]),
        report.make_figure("a photo: write, moments", "us", [1000 * (costs.write + costs.moments)]),
        report.make_figure("a photo: moments of a part that is read", "us", [1000 * costs.moments_again]),
        report.make_figure("a photo: projection and lines of matrix.csv", "us", [1000 * costs.projection]),
        *(report.make_figure(f"once: {name}", "s", [seconds]) for name, seconds in costs.fixed_s.items()),
        *make_figures(costs, arguments.images, bytes_per_photo),
    ]
    proof = (
        f"the simulation gives {simulated:.2f} s for the run here with one thread, which took {measured:.2f} s of CPU"
    )
    title = f"A whole run of {arguments.images:,} photos, {arguments.precision}, simulated"
    report.publish(title, proof, arguments, machine, [*figures, report.make_peak_figure(results)])


if __name__ == "__main__":
    main()
