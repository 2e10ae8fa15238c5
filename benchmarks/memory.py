"""Peak memory of `coulis run`, on some photos and on ten times as many: it must not grow with the input.

    python benchmarks/memory.py [FOLDER] [--rounds 2] [--json FILE]

Protocol: links to the photos are made in a temporary folder, once and ten times over. Each is run with 2 threads into a
fresh OUTPUT, and every photo must be good. Both have more than the 4,000 photos of the largest report
(docs/decisions/0010-report-of-a-sample.md), as its sample grows with the input below that. The peak is the kernel's
largest resident set (`ru_maxrss`), including shared libraries and the built-in model. Two rounds suffice, because other
load does not change it.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path

import harness
import photos
import report

TIMES = 10
LEAST = 5184  # photos


def measure_peak_mb(folder: Path, count: int, output: Path) -> float:
    shutil.rmtree(output, ignore_errors=True)
    usage = harness.run_measured([harness.COULIS, "run", folder, output, "--threads", "2", "--json", "-q"])
    ok = json.loads(usage.stdout)["ok"]
    if ok != count:
        sys.exit(f"{ok} of {count} photos have features: nothing to compare")
    return usage.peak_rss_mb


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    arguments = harness.parse(parser, rounds=2)
    once = 256 if arguments.quick else max(arguments.photos, LEAST)
    often = TIMES * once

    machine = report.describe_machine()
    floor_mb = harness.run_measured(["/bin/true"]).peak_rss_mb  # of the fork, before exec
    with tempfile.TemporaryDirectory() as temporary:
        work = Path(temporary)
        folders = {count: photos.link_photos(arguments.folder, count, work / str(count)) for count in (once, often)}
        peaks = harness.run_in_turn(
            {
                str(n): lambda n=n, folder=folder: measure_peak_mb(folder, n, work / "output")
                for n, folder in folders.items()
            },
            arguments.rounds,
        )
    if min(peaks[str(once)]) <= floor_mb:
        sys.exit(f"the peak is that of this Python, {floor_mb:.0f} MB: nothing was measured")
    growth = report.divide(peaks[str(often)], peaks[str(once)])
    figures = [
        report.make_figure(f"{often} photos / {once} photos", "x", growth, at_most=1.1),
        report.make_figure(f"peak, {once} photos", "MB", peaks[str(once)], at_most=500),
        report.make_figure(f"peak, {often} photos", "MB", peaks[str(often)], at_most=500),
        report.make_peak_figure(peaks),
    ]
    report.publish("Memory of a run, 2 threads", "every photo has its row", arguments, machine, figures)


if __name__ == "__main__":
    main()
