"""The driver of a run by tasks, at ten million photos: its CPU a photo by stage, and its peak memory.

    python -m soak.check_driver [PHOTOS [FEWER [FEATURES]]]

The photos are tiny links, and so is the model (tests/spark/many_parts.py). All else is the product's: the folder is
listed and planned, tasks compute the parts in processes of their own (tests/clusters/pool.py), and the driver does the
rest. A run of fewer photos is subtracted, so that starts do not count. Then `coulis run` does the same in one process,
for its memory.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from bisect import bisect
from dataclasses import dataclass, field
from pathlib import Path

from cli.command import COMMAND, REPOSITORY
from soak.row import Row
from spark.cluster import command_of, parents
from spark.many_parts import write_tiny_model, write_tiny_photos

PHOTOS, FEWER, FEATURES = 10_000_000, 1_000_000, 1280
PROCESSES = 2
COMPONENTS = 50
INTERVAL_S = 0.05
MOST_US = 1.0  # of the driver's CPU, a photo, after the features
MOST_MB = 1000
AFTER = ("moments", "pca", "projection", "tables", "report and manifest")  # the features


@dataclass
class Watched:
    """CPU seconds of a process over time, and its peak memory."""

    times: list[float] = field(default_factory=list)  # of the clock of time.monotonic()
    cpu_s: list[float] = field(default_factory=list)
    peak_mb: float = 0

    def look(self, process: int) -> bool:
        """False: it has ended."""
        try:
            words = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            peak = Path(f"/proc/{process}/status").read_text().partition("VmHWM:")[2].split()
        except OSError:
            return False
        if not peak:  # it has ended, and nobody has waited for it
            return False
        self.times.append(time.monotonic())
        self.cpu_s.append((int(words[11]) + int(words[12])) / os.sysconf("SC_CLK_TCK"))
        self.peak_mb = int(peak[0]) * 1024 / 1e6
        return True

    def between(self, begin: float, end: float) -> float:
        return self.until(end) - self.until(begin)

    def until(self, moment: float) -> float:
        """On the straight line between two looks."""
        i = bisect(self.times, moment)
        if i == 0:
            return 0.0
        if i == len(self.times):
            return self.cpu_s[-1]
        share = (moment - self.times[i - 1]) / (self.times[i] - self.times[i - 1])
        return self.cpu_s[i - 1] + share * (self.cpu_s[i] - self.cpu_s[i - 1])


@dataclass(frozen=True)
class Driven:
    cpu_s: dict[str, float]  # of the driver's coulis process, by stage
    python_cpu_s: float  # of the driver's Python process, which belongs to the cluster: it passes bytes on
    peak_mb: float
    python_peak_mb: float
    whole_run_peak_mb: float  # of `coulis run`


def serve_of(process: int) -> int | None:
    """Its child that does the driver's work. Those that work on parts are children of the pool's processes."""
    children = [child for child, parent in parents().items() if parent == process]
    return next((child for child in children if b"/coulis\0serve" in command_of(child)), None)


def run_by_tasks(photos: Path, output: Path, options: dict) -> tuple[dict, Watched, Watched]:
    """What the driver told, its coulis process, and its Python process."""
    command = [sys.executable, "-m", "soak.driver_process", photos, output, str(PROCESSES), json.dumps(options)]
    path = os.pathsep.join([str(REPOSITORY / "tests"), str(Path(COMMAND).parents[1] / "python")])
    driver, python = Watched(), Watched()

    def watch(process: int) -> None:
        serve = None
        while python.look(process):
            serve = serve or serve_of(process)
            if serve is not None:
                driver.look(serve)
            time.sleep(INTERVAL_S)

    environment = {**os.environ, "PYTHONPATH": path}
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment) as process:
        watching = threading.Thread(target=watch, args=(process.pid,))
        watching.start()
        assert process.stdout
        told = process.stdout.read()
        watching.join()
    assert process.returncode == 0
    return json.loads(told), driver, python


def cpu_by_stage(told: dict, driver: Watched) -> dict[str, float]:
    begins = {name: begin for name, begin, _ in told["stages"]}
    ends = {name: end for name, _, end in told["stages"]}
    seconds = told["summary"]["seconds"]
    bounds = {  # each ends where the next begins
        "listing": told["begin"],
        "planning": told["begin"] + seconds["list"],
        "features": begins["features"],
        "moments": begins["moments"],
        "pca": begins["projection"] - seconds["pca"],
        "projection": begins["projection"],
        "tables": begins.get("tables", ends["projection"]),  # the driver writes a small one
        "report and manifest": max(ends.values()),
    }
    moments = [*bounds.values(), told["end"]]
    return {name: driver.between(moments[i], moments[i + 1]) for i, name in enumerate(bounds)}


def peak_of_a_run(photos: Path, output: Path, options: dict) -> float:
    """MB of `coulis run`, in one process."""
    flags = [word for name, value in options.items() for word in (f"--{name}" if len(name) > 1 else f"-{name}", value)]
    process = subprocess.Popen([COMMAND, "run", photos, output, "-q", *map(str, flags)])
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0
    return usage.ru_maxrss * 1024 / 1e6


def sha256_of(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def drive(folder: Path, count: int, features: int) -> Driven:
    """Both runs give the same matrix.csv."""
    folder.mkdir()
    photos, output = write_tiny_photos(folder / "photos", count), folder / "out"
    options = {"k": COMPONENTS, "model": str(write_tiny_model(folder / "tiny.safetensors", features))}
    told, driver, python = run_by_tasks(photos, output, options)
    assert told["summary"]["ok"] == told["summary"]["computed"] == count
    cpu_s = cpu_by_stage(told, driver)
    print(f"{count:,} photos, seconds of the driver's CPU: {cpu_s}", flush=True)
    matrix = sha256_of(output / "matrix.csv")
    shutil.rmtree(output)  # two would not fit every disk
    whole_run_peak_mb = peak_of_a_run(photos, output, options)
    assert sha256_of(output / "matrix.csv") == matrix
    shutil.rmtree(folder)
    return Driven(cpu_s, python.cpu_s[-1], driver.peak_mb, python.peak_mb, whole_run_peak_mb)


def check(count: int = PHOTOS, fewer: int = FEWER, features: int = FEATURES) -> Row:
    with tempfile.TemporaryDirectory() as temporary:
        few, many = (drive(Path(temporary) / str(photos), photos, features) for photos in (fewer, count))

    def us_a_photo(at_few: float, at_many: float) -> float:
        return 1e6 * (at_many - at_few) / (count - fewer)

    by_stage = {name: us_a_photo(few.cpu_s[name], cpu_s) for name, cpu_s in many.cpu_s.items()}
    after = sum(by_stage[name] for name in AFTER)
    figures = ", ".join(f"{name} {us:.2f}" for name, us in by_stage.items())
    cpu = f"us of the driver's CPU a photo: {figures}; after the features {after:.2f}"
    python = f"its Python process, which passes bytes on, {us_a_photo(few.python_cpu_s, many.python_cpu_s):.2f}"
    memory = (
        f"MB of memory at most: the driver {many.peak_mb:.0f} (its Python {many.python_peak_mb:.0f}), "
        f"`coulis run` in one process {many.whole_run_peak_mb:.0f}"
    )
    print(f"{cpu}; {python}; {memory}", flush=True)
    assert after <= MOST_US, cpu
    assert max(many.peak_mb, many.whole_run_peak_mb) <= MOST_MB, memory
    return Row(
        "driver",
        f"{count:,} tiny photos, a model of one block, {features:,} features: a run by tasks in {PROCESSES} processes,"
        " and `coulis run`",
        "1 run each",
        f"0 rows, the same matrix.csv; {cpu}; {python}; {memory}",
        "make soak CHECKS=driver",
    )


if __name__ == "__main__":
    check(*map(int, sys.argv[1:]))
