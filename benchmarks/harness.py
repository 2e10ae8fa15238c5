"""What the benchmarks share: arguments, contestants in turn, figures with their spread, commands measured, the machine.

Imports the standard library only: a measured child's peak memory starts at that of the Python that forks it.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

ROOT = Path(__file__).resolve().parents[1]
BUILD = ROOT / "build" / "release"
COULIS = BUILD / "bin" / "coulis"
ONNX_MODEL = ROOT.parent / "shared" / "models" / "mobilenetv2_from_int8_fp32.onnx"  # the built-in model's weights

Result = TypeVar("Result")


def make_parser(protocol: str, rounds: int) -> argparse.ArgumentParser:
    """A parser with the options that every benchmark has. `protocol`: the script's docstring."""
    parser = argparse.ArgumentParser(description=protocol, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=rounds, help=f"rounds in turn (default: {rounds})")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the figures there too")
    parser.add_argument(
        "--quick", action="store_true", help="a small run, to see that it works: its figures mean little"
    )
    return parser


def run_in_turn(contestants: dict[str, Callable[[], Result]], rounds: int) -> dict[str, list[Result]]:
    """Each contestant once a round; every other round in reverse order, so that none always follows the same one."""
    results: dict[str, list[Result]] = {name: [] for name in contestants}
    for index in range(rounds):
        order = list(contestants.items())
        for name, run in reversed(order) if index % 2 else order:
            results[name].append(run())
    return results


def divide(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """A ratio for each round."""
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


@dataclass(frozen=True)
class Usage:
    """A command that has ended: its stdout, and what it and the children it waited for used."""

    wall_s: float
    cpu_s: float  # user and system
    peak_rss_mb: float  # 1 MB = 10^6 bytes
    stdout: str


def run_measured(command: Sequence[str | Path]) -> Usage:
    start = time.perf_counter()
    with subprocess.Popen([str(word) for word in command], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        stdout = process.stdout.read()
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.perf_counter() - start
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        sys.exit(f"exit status {process.returncode}: {' '.join(map(str, command))}")
    return Usage(wall_s, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, stdout)


def make_figure(
    name: str,
    unit: str,
    values: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> dict[str, Any]:
    """One row of the table: the values of all rounds, their median and spread, and the goal if there is one."""
    median = statistics.median(values)
    figure: dict[str, Any] = {"name": name, "unit": unit, "median": median, "min": min(values), "max": max(values)}
    if at_least is not None:
        figure |= {"goal": f">= {at_least:g}", "met": median >= at_least}
    if at_most is not None:
        figure |= {"goal": f"<= {at_most:g}", "met": median <= at_most}
    return figure | {"values": list(values)}


def format_value(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}" if abs(value) < 1000 else f"{value:.0f} {unit}"


def format_figure(figure: dict[str, Any]) -> str:
    text = format_value(figure["median"], figure["unit"])
    if len(figure["values"]) > 1:
        text += f" ({figure['min']:.4g} to {figure['max']:.4g})"
    if "goal" in figure:
        text += f"; goal {figure['goal']}: {'met' if figure['met'] else 'MISSED'}"
    return text


def describe_machine() -> dict[str, Any]:
    """The CPU, how much of it this process may use, how busy it was, and the instructions that coulis takes."""
    fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    trimmed = {key.strip(): value.strip() for key, value in fields.items()}
    checks = json.loads(subprocess.run([COULIS, "check", "--json"], check=True, capture_output=True, text=True).stdout)
    return {
        "cpu": trimmed.get("model name", "unknown"),
        "family": trimmed.get("cpu family", ""),
        "cores": len(os.sched_getaffinity(0)),
        "load_average": os.getloadavg()[0],
        "coulis": next(item["text"] for item in checks["checks"] if item["name"] == "cpu"),
        "version": (ROOT / "VERSION").read_text().strip(),
    }


def report(
    title: str, proof: str, arguments: argparse.Namespace, machine: dict[str, Any], figures: Sequence[dict[str, Any]]
) -> None:
    """Prints the figures, and writes them where --json says. `proof`: what was found equal before the timing."""
    print(title)
    print(f"  proved: {proof}; {arguments.rounds} rounds; load average {machine['load_average']:.1f} before")
    for figure in figures:
        print(f"  {figure['name']}: {format_figure(figure)}")
    if arguments.json:
        result = {
            "title": title,
            "proof": proof,
            "rounds": arguments.rounds,
            "quick": arguments.quick,
            "date": datetime.now(UTC).strftime("%Y-%m-%d"),
            "machine": machine,
            "figures": list(figures),
        }
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")
