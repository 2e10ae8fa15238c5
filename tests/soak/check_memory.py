"""200,000 photos through one process: memory does not grow with them, and the last are as fast as the first."""

import tempfile
import time
from pathlib import Path

import numpy as np
from cli.command import part_files, start
from soak.many_photos import link_photos
from soak.row import Row

IMAGES = 200_000
MOST_SLOPE_MB = 1.0  # per 100,000 photos
MOST_SLOWER = 0.05


def resident_mb(process: int) -> float:
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS:")), 0.0)


def watch(photos: Path, output: Path, parts: int) -> list[tuple[int, float]]:
    """Parts committed and MB of memory, twice a second while features are computed."""
    run = start("run", photos, output, "--precision", "int8", "-q")
    seen = []
    while run.poll() is None:
        committed = len(part_files(output))
        if 0 < committed < parts:
            seen.append((committed, resident_mb(run.pid)))
        time.sleep(0.5)
    _, stderr = run.communicate()
    assert run.returncode == 0, stderr.decode()
    return seen


def photos_per_second(output: Path, first: float, last: float) -> float:
    """Between two shares of the run, by the times of its part files."""
    times = sorted(part.stat().st_mtime_ns / 1e9 for part in part_files(output))
    begin, end = int(first * len(times)), int(last * len(times)) - 1
    return (end - begin) * 1024 / (times[end] - times[begin])


def check() -> Row:
    with tempfile.TemporaryDirectory() as folder:
        photos, output = Path(folder) / "photos", Path(folder) / "out"
        link_photos(photos, IMAGES)
        seen = watch(photos, output, parts=-(-IMAGES // 1024))
        at_start, at_end = photos_per_second(output, 0.05, 0.25), photos_per_second(output, 0.8, 1.0)
    warm = np.array(seen[len(seen) // 10 :])
    slope = float(np.polyfit(warm[:, 0] * 1024 / 100_000, warm[:, 1], 1)[0])
    figures = f"{slope:+.2f} MB per 100,000 photos, {warm[:, 1].max():.0f} MB at most"
    speed = f"{at_start:.0f} photos/s at the start, {at_end:.0f} at the end"
    print(f"{figures}; {speed}", flush=True)
    assert slope < MOST_SLOPE_MB, figures
    assert at_end > at_start * (1 - MOST_SLOWER), speed
    return Row(
        "memory",
        f"{IMAGES:,} photos in one run, int8",
        "1 run",
        f"0 rows; {figures}; {speed}",
        "make soak CHECKS=memory",
    )
