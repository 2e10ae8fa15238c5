"""Figures with their spread, the machine that measured them, and the report of a benchmark: text and JSON."""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import harness
import idle


def divide(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """A ratio for each round."""
    return [a / b for a, b in zip(numerators, denominators, strict=True)]


def make_figure(
    name: str,
    unit: str,
    values: Sequence[float],
    *,
    at_least: float | None = None,
    at_most: float | None = None,
) -> dict[str, Any]:
    """One row of the table: the values of all rounds, their median and spread, and the goal, if any."""
    median = statistics.median(values)
    figure: dict[str, Any] = {"name": name, "unit": unit, "median": median, "min": min(values), "max": max(values)}
    if at_least is not None:
        figure |= {"goal": f">= {at_least:g}", "met": median >= at_least}
    if at_most is not None:
        figure |= {"goal": f"<= {at_most:g}", "met": median <= at_most}
    return figure | {"values": list(values)}


def make_note(name: str, text: str) -> dict[str, Any]:
    """A row that says why there is no figure."""
    return {"name": name, "text": text}


def make_peak_figure(results: dict[str, list[Any]]) -> dict[str, Any]:
    """The core's peak, from the results of harness.run_in_turn."""
    return make_figure(harness.PEAK, "GMAC/s", results[harness.PEAK])


def format_value(value: float, unit: str) -> str:
    return f"{value:.4g} {unit}" if abs(value) < 1000 else f"{value:.0f} {unit}"


def format_figure(figure: dict[str, Any]) -> str:
    if "text" in figure:
        return figure["text"]
    text = format_value(figure["median"], figure["unit"])
    if len(figure["values"]) > 1:
        text += f" ({figure['min']:.4g} to {figure['max']:.4g})"
    if "goal" in figure:
        text += f"; goal {figure['goal']}: {'met' if figure['met'] else 'MISSED'}"
    return text


def describe_machine() -> dict[str, Any]:
    """The CPU, its cores for this process, the cores that other work uses, and the instructions that coulis uses."""
    fields = dict(line.split(":", 1) for line in Path("/proc/cpuinfo").read_text().splitlines() if ":" in line)
    trimmed = {key.strip(): value.strip() for key, value in fields.items()}
    command = [harness.COULIS, "check", "--json"]
    checks = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return {
        "cpu": trimmed.get("model name", "unknown"),
        "family": trimmed.get("cpu family", ""),
        "cores": len(os.sched_getaffinity(0)),
        "busy_cores": idle.wait_until_idle(),
        "coulis": next(item["text"] for item in checks["checks"] if item["name"] == "cpu"),
        "version": (harness.ROOT / "VERSION").read_text().strip(),
    }


def publish(
    title: str, proof: str, arguments: argparse.Namespace, machine: dict[str, Any], figures: Sequence[dict[str, Any]]
) -> None:
    """Prints the figures, and writes them to the file of --json. `proof`: the equality proved before the timing."""
    print(title)
    print(f"  proved: {proof}; {arguments.rounds} rounds; {machine['busy_cores']:.1f} cores in use before")
    for figure in figures:
        print(f"  {figure['name']}: {format_figure(figure)}")
    result = {"proof": proof, "rounds": arguments.rounds, "quick": arguments.quick, "machine": machine}
    write_json(arguments, {"title": title, **result, "figures": list(figures)})


def skip(title: str, reason: str, arguments: argparse.Namespace) -> None:
    """Ends a benchmark that cannot run here, without failing: the table says why."""
    print(f"{title}: skipped: {reason}")
    write_json(arguments, {"title": title, "skipped": reason})
    sys.exit(0)


def write_json(arguments: argparse.Namespace, result: dict[str, Any]) -> None:
    if arguments.json:
        section = f" {arguments.section}" if "section" in arguments else ""
        result["command"] = f"benchmarks/{Path(sys.argv[0]).name}{section}"
        result["date"] = datetime.now(UTC).strftime("%Y-%m-%d")
        arguments.json.parent.mkdir(parents=True, exist_ok=True)
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")
