"""The network alone against other engines: the same weights, the same decoded photos, batch size 1.

    python benchmarks/engine.py [fp32|bf16|int8|fp32-avx2|int8-avx2] [--json FILE]

Protocol: each engine is a long-lived process. First all features are compared with the reference implementation's: ONNX
Runtime in float32 for fp32 and bf16, LiteRT on the published file for int8. Then the engines run in turn, some seconds
each, with one thread bound to one core, and with two threads, with a stream or session for each. A ratio is taken
within a round. OpenVINO's precision, streams, threads, pinning and kernels are read back and reported. `CPU time` is
images per second of the process's CPU time, which other load disturbs less. `avx2` hides AVX-512 from every engine
(hide_avx512.cpp). The instructions of each are sampled (sample_avx512.cpp): one that still uses AVX-512 is excluded.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import engine_process
import harness
import numpy as np
import photos
import report
from agreement import compare_rows
from engine_process import EngineProcess, Race

MACS_PER_IMAGE = 299.5e6
LOWEST_SHARE_OF_PEAK = 78  # percent
AVX2 = {
    "LD_AUDIT": str(harness.HIDE_AVX512),
    # The C library chooses its functions before it loads an auditor.
    "GLIBC_TUNABLES": "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX512DQ,-AVX512CD",
}

Contestant = tuple[str, str]  # engine, precision
OURS_FP32 = ("coulis", "fp32")


@dataclass(frozen=True)
class Section:
    ours: Contestant
    rivals: dict[Contestant, float | None]  # with the goal for the ratio on all cores
    original: Contestant  # whose rows are the reference
    simd: str = "best"


FP32 = ("ONNX Runtime", "fp32")
INT8 = ("LiteRT", "int8")
SECTIONS = {
    "fp32": Section(
        OURS_FP32, {FP32: 1.35, ("OpenVINO", "fp32"): 1.5, ("LiteRT", "fp32"): 1.2, ("TensorFlow", "fp32"): None}, FP32
    ),
    "bf16": Section(("coulis", "bf16"), {OURS_FP32: 1.6, ("OpenVINO", "bf16"): 1.3}, FP32),
    "int8": Section(
        ("coulis", "int8"),
        {OURS_FP32: 2.2, INT8: 1.2, ("OpenVINO", "int8"): None, ("ONNX Runtime", "int8"): None},
        INT8,
    ),
    "fp32-avx2": Section(
        OURS_FP32, {FP32: 1, ("OpenVINO", "fp32"): 1, ("LiteRT", "fp32"): 1, ("TensorFlow", "fp32"): 1}, FP32, "avx2"
    ),
    "int8-avx2": Section(
        ("coulis", "int8"),
        {OURS_FP32: None, INT8: 1, ("OpenVINO", "int8"): 1, ("ONNX Runtime", "int8"): 1},
        INT8,
        "avx2",
    ),
}


def start(section: Section, images: Path) -> tuple[dict[Contestant, EngineProcess], list[dict], list[str]]:
    """The contestants whose rows are right, notes on engines and excluded ones, and the proofs of equality."""
    reference = EngineProcess(*section.original, images, {})
    expected = reference.rows()
    reference.close()
    running: dict[Contestant, EngineProcess] = {}
    notes, proofs = [], []
    for contestant in [section.ours, *section.rivals]:
        name = " ".join(contestant)
        process = EngineProcess(*contestant, images, AVX2 if section.simd == "avx2" else {})
        if process.missing:
            notes.append(report.make_note(name, f"not in this build: {process.missing}"))
            continue
        good, text = compare_rows(process.rows(), expected, contestant[1], section.original[1])
        share = process.sample_avx512()
        in_use = f"{process.in_use}; {share:.0f} % of the instructions sampled are AVX-512"
        if section.simd == "avx2" and share > 0:
            good, text = False, in_use
        if good:
            running[contestant] = process
            proofs.append(f"{name}: {text}")
            notes.append(report.make_note(f"{name} {process.version} runs".replace(" this build", ""), in_use))
            continue
        if contestant == section.ours:
            sys.exit(f"{name}: {text}: nothing to compare")
        process.close()
        notes.append(report.make_note(name, f"left out: {text}"))
    return running, notes, proofs


def make_figures(section: Section, races: dict[tuple[Contestant, int], list[Race]], most: int) -> list[dict]:
    rows = []
    for rival, goal in section.rivals.items():
        for threads in range(1, most + 1):
            if (section.ours, threads) not in races or (rival, threads) not in races:
                continue
            ours, theirs = races[section.ours, threads], races[rival, threads]
            name = f"{' '.join(section.ours)} / {' '.join(rival)}, {threads} x 1 thread"
            ratio = report.divide([race.rate for race in ours], [race.rate for race in theirs])
            rows.append(report.make_figure(name, "x", ratio, at_least=goal if threads == most else None))
            ratio = report.divide([race.cpu_rate for race in ours], [race.cpu_rate for race in theirs])
            rows.append(report.make_figure(f"{name}, CPU time", "x", ratio))
    for (contestant, threads), values in races.items():
        name = f"{' '.join(contestant)}, {threads} x 1 thread"
        rows.append(report.make_figure(name, "img/s", [race.rate for race in values]))
    return rows


def main() -> None:
    parser = harness.make_parser(__doc__)
    parser.add_argument("section", nargs="?", choices=SECTIONS, default="fp32")
    parser.add_argument("--seconds", type=float, help="length of each measurement (default: 2)")
    parser.add_argument("--photos", type=int, default=32, help="number of decoded photos (default: 32)")
    arguments = harness.parse(parser)
    seconds = arguments.seconds or (0.3 if arguments.quick else 2)
    section = SECTIONS[arguments.section]
    title = f"The network alone, {arguments.section}"
    if reason := harness.find_missing(harness.RIVALS_PYTHON):
        report.skip(title, reason, arguments)
    engine_process.make_models()

    cores = sorted(os.sched_getaffinity(0))[:2]
    with tempfile.TemporaryDirectory() as temporary:
        images = Path(temporary) / "images.npy"
        np.save(images, engine_process.read_images(photos.default_folder(), arguments.photos))
        running, notes, proofs = start(section, images)
    machine = report.describe_machine()
    contestants = {
        (name, threads): partial(process.race, cores[:threads], seconds)
        for threads in range(1, len(cores) + 1)
        for name, process in running.items()
    }
    results = harness.run_in_turn(contestants, arguments.rounds, section.simd)
    for process in running.values():
        process.close()
    peak = report.make_peak_figure(results)
    races = {key: values for key, values in results.items() if key != harness.PEAK}
    rows = [*make_figures(section, races, len(cores)), *notes, peak]
    if section.ours == OURS_FP32:
        shares = [100 * race.cpu_rate * MACS_PER_IMAGE / 1e9 / peak["max"] for race in races[OURS_FP32, 1]]
        goal = LOWEST_SHARE_OF_PEAK
        rows.append(
            report.make_figure("share of it that coulis reaches, one thread, CPU time", "%", shares, at_least=goal)
        )
    report.publish(title, "; ".join(proofs), arguments, machine, rows)


if __name__ == "__main__":
    main()
