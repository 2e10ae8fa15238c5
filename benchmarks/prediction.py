"""Checks coulis's predictions of time: `coulis plan` against the run, and the time left in the bar against the end.

    python benchmarks/prediction.py [FOLDER] [--photos 5184] [--rounds 5] [--json FILE]

Protocol: plan, then run, in each precision, round by round. The bar is read from a pseudo-terminal. Each time it is
drawn after the first fifth of the stage "features", the elapsed time plus the time left is compared with the end of
that stage.
"""

from __future__ import annotations

import json
import os
import pty
import re
import struct
import subprocess
import tempfile
import termios
import time
from dataclasses import dataclass
from fcntl import ioctl
from functools import partial
from pathlib import Path

import harness
import photos
import report

BAR = re.compile(rb"features \[[= ]*\] (\d+)/(\d+) [^\r\n]*?(?:(?:(\d+):)?(\d+):(\d\d)|(\d\.\d) s) left")


@dataclass(frozen=True)
class Prediction:
    planned_s: float
    took_s: float
    worst_left: float  # share of the stage


def watch_bar(command: list[str | Path]) -> tuple[float, float]:
    """Seconds from start to exit, and how far off the bar was at worst."""
    ours, theirs = pty.openpty()
    ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 120, 0, 0))
    start = time.perf_counter()
    said: list[tuple[float, float, float]] = []  # seconds gone, seconds said to be left, share done
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.DEVNULL, stderr=theirs) as run:
        os.close(theirs)
        end_s = 0.0
        while piece := read_or_nothing(ours):
            now_s = time.perf_counter() - start
            for done, total, *left in BAR.findall(piece):
                hours, minutes, seconds, tenths = (float(number or 0) for number in left)
                left_s = 3600 * hours + 60 * minutes + seconds + tenths
                said.append((now_s, left_s, int(done) / int(total)))
                end_s = now_s
    os.close(ours)
    assert run.returncode == 0
    took_s = time.perf_counter() - start
    return took_s, max(abs(gone + left - end_s) / end_s for gone, left, share in said if share >= 0.2)


def read_or_nothing(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65536)
    except OSError:  # the other end is closed
        return b""


def predict(folder: Path, precision: str) -> Prediction:
    with tempfile.TemporaryDirectory() as output:
        flags = [folder, output, "-k", "50", "--precision", precision]
        planned = json.loads(harness.run_measured([harness.COULIS, "plan", *flags, "--json"]).stdout)
        return Prediction(planned["seconds"], *watch_bar([harness.COULIS, "run", *flags]))


def main() -> None:
    parser = harness.make_parser(__doc__)
    photos.add_arguments(parser)
    parser.set_defaults(photos=5184)
    arguments = harness.parse(parser)
    if arguments.quick:
        arguments.photos = 600

    with tempfile.TemporaryDirectory() as temporary:
        folder = photos.link_photos(arguments.folder, arguments.photos, Path(temporary) / "photos")
        machine = report.describe_machine()
        contestants = {precision: partial(predict, folder, precision) for precision in ("fp32", "int8")}
        predictions = harness.run_in_turn(contestants, arguments.rounds)
    figures = []
    for precision in contestants:
        runs: list[Prediction] = predictions[precision]
        off = [abs(run.planned_s / run.took_s - 1) for run in runs]
        bar_off = [run.worst_left for run in runs]
        figures += [
            report.make_figure(f"{precision}: plan off by", "of the run", off, at_most=0.2),
            report.make_figure(f"{precision}: bar off by, at worst", "of the stage", bar_off, at_most=0.1),
            report.make_figure(f"{precision}: run", "s", [run.took_s for run in runs]),
        ]
    figures.append(report.make_peak_figure(predictions))
    report.publish(f"Time foretold, {arguments.photos} photos", "every run ended well", arguments, machine, figures)


if __name__ == "__main__":
    main()
