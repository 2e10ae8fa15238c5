"""Shared by the benchmarks: arguments, files, running contestants in turn with the core's peak, measuring commands.

Imports only the standard library: a measured child's peak memory starts at that of the Python that forks it.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
COULIS = BUILD / "bin" / "coulis"
PEAK_FMA = BUILD / "benchmarks" / "peak_fma"
HIDE_AVX512 = BUILD / "benchmarks" / "libhide_avx512.so"
SAMPLE_AVX512 = BUILD / "benchmarks" / "libsample_avx512.so"
ORIGINALS = ROOT / "tests" / "originals"
PUBLISHED_MODEL = ORIGINALS / "mobilenet_v2_1.0_224_ptq.tflite"  # the source of the built-in model's weights
RIVALS = ROOT / "benchmarks" / "rivals"
RIVALS_PYTHON = ROOT / ".venv-bench" / "bin" / "python"
ROUNDS = 5
PEAK = "multiply-add peak of a core"


def make_parser(protocol: str) -> argparse.ArgumentParser:
    """A parser with the options of every benchmark. `protocol`: the script's docstring."""
    parser = argparse.ArgumentParser(description=protocol, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, help=f"rounds in turn (default: {ROUNDS} or more)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the figures to FILE")
    parser.add_argument(
        "--quick", action="store_true", help="one small round, to check that it works; ignore its figures"
    )
    return parser


def parse(parser: argparse.ArgumentParser, rounds: int = ROUNDS) -> argparse.Namespace:
    arguments = parser.parse_args()
    if arguments.rounds is None:
        arguments.rounds = 1 if arguments.quick else rounds
    return arguments


def measure_peak(simd: str = "best") -> float:
    """float32 GMAC/s of one core, in 0.3 s."""
    return float(run_measured([PEAK_FMA, "300", simd]).stdout)


def run_in_turn(contestants: dict[Any, Callable[[], Any]], rounds: int, simd: str = "best") -> dict[Any, list[Any]]:
    """Runs each contestant once per round, after the core's peak. Every other round runs in reverse order, so that no
    contestant always follows the same one. `simd`: the instructions for the peak."""
    results: dict[Any, list[Any]] = {name: [] for name in [*contestants, PEAK]}
    for index in range(rounds):
        results[PEAK].append(measure_peak(simd))
        order = list(contestants.items())
        for name, run in reversed(order) if index % 2 else order:
            results[name].append(run())
    return results


@dataclass(frozen=True)
class Usage:
    """A command that has ended: its stdout, and the resources of the command and its children."""

    wall_s: float
    cpu_s: float  # user and system
    peak_rss_mb: float  # 1 MB = 10^6 bytes
    stdout: str


def run_measured(command: Sequence[str | Path], *, quiet: bool = False, **options: Any) -> Usage:
    """quiet: show stderr only if the command fails. options: those of subprocess.Popen."""
    words = [str(word) for word in command]
    start = time.perf_counter()
    with tempfile.TemporaryFile("w+") as said:
        if quiet:
            options["stderr"] = said
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, **options) as process:
            assert process.stdout
            stdout = process.stdout.read()
            _, status, usage = os.wait4(process.pid, 0)
            wall_s = time.perf_counter() - start
            process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            said.seek(0)
            sys.exit(f"{said.read()[-5000:]}\nexit status {process.returncode}: {' '.join(words)}")
    return Usage(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, stdout)


def make_onnx_model() -> Path:
    """The built-in model's weights in float32, for ONNX Runtime."""
    path = BUILD / "benchmarks" / "mobilenet_v2_1.0_224.onnx"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        run_measured([sys.executable, ORIGINALS / "published_model.py", path], quiet=True)
    return path


def find_missing(*files: Path) -> str:
    """Why a benchmark cannot run, or an empty string."""
    for file in files:
        if not file.exists():
            hint = " (make bench makes it)" if file.is_relative_to(ROOT) else ""
            return f"{os.path.relpath(file, ROOT)} does not exist{hint}"
    return ""
