"""200,000 photos from a bucket: memory does not grow with them, and the last are read as fast as the first."""

import tempfile
import time
from pathlib import Path

import numpy as np
from cli.command import part_files
from soak.bucket_of_photos import serve_photos
from soak.row import Row
from storage.bucket import Coulis

COUNT = 200_000
FLAGS = ("-k", "50", "--precision", "int8", "-q", "--json")
MOST_MB_PER_100_000 = 1.0
SLOWEST_END = 0.95


def resident_mb(process: int) -> float:
    fields = dict(line.split(":", 1) for line in Path(f"/proc/{process}/status").read_text().splitlines())
    return int(fields["VmRSS"].split()[0]) * 1024 / 1e6


def check(count: int = COUNT) -> Row:
    with serve_photos(count) as (server, photos, _), tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        run = Coulis(server.url)
        started = run.start("run", photos.uri, output, *FLAGS)
        seen: list[tuple[float, int, float]] = []  # seconds, parts, MB
        while started.poll() is None:
            parts = len(part_files(output))
            if parts and not (output / "pca").exists():
                seen.append((time.monotonic(), parts, resident_mb(started.pid)))
            time.sleep(0.5)
        result = run.finish(started)
        assert result.code == 0, result.stderr
    times, parts, memory_mb = np.array(seen).T
    images = parts * 1024
    settled = (images > 0.1 * count) & (images < count)  # buffers have reached their size; the moments are not read yet
    slope = float(np.polyfit(images[settled] / 100_000, memory_mb[settled], 1)[0])

    def rate(first: float, last: float) -> float:
        within = (images >= first * count) & (images <= last * count)
        return float(np.polyfit(times[within], images[within], 1)[0])

    first, last = rate(0.05, 0.3), rate(0.7, 0.95)
    assert slope < MOST_MB_PER_100_000, f"memory grows by {slope:.2f} MB per 100,000 photos"
    assert last > SLOWEST_END * first, f"{first:.0f} photos/s at the start, {last:.0f} at the end"
    note = (
        f"memory {slope:+.2f} MB per 100,000, at most {memory_mb.max():.0f} MB; "
        f"{first:.0f} photos/s at the start, {last:.0f} at the end"
    )
    return Row(
        "bucket_memory",
        f"{count} photos from a bucket in one run",
        str(count),
        f"{count - result.json['ok']} photos; {note}",
        "make soak CHECKS=bucket_memory",
    )
