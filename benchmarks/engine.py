"""The engine alone against ONNX Runtime: the same float32 weights, the same images, batch 1.

    cmake --build build/release --target peak_fma
    PYTHONPATH=build/release/python python benchmarks/engine.py [--rounds 5] [--seconds 2] [--json FILE]

Protocol: first the outputs are proved equal. Then the engines run in turn, for some seconds each, with one thread, and
with two threads that have an engine each; a ratio is taken within a round. Rates are per second of wall clock; `CPU
time` is per second of the threads' own time, which a busy machine disturbs less. Beside them, in each round, the
multiply-add peak of one core.
"""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import harness
import numpy as np
import onnxruntime
from coulis import _core

MACS_PER_IMAGE = 299.5e6
IMAGES = 8
PEAK_FMA = harness.BUILD / "benchmarks" / "peak_fma"
LARGEST_DIFFERENCE = 1e-4
ENGINES = ("coulis", "ONNX Runtime")
LOWEST_RATIO = 1.25  # the goal, with an engine on each of two cores


def make_onnx_runner(model: Path) -> Callable[[np.ndarray], np.ndarray]:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    return lambda image: session.run(None, {"input": image})[0][0]


def to_onnx_input(image: np.ndarray) -> np.ndarray:
    """uint8 [224, 224, 3] -> float32 [1, 3, 224, 224], outside the timing."""
    return np.ascontiguousarray((image.astype(np.float32) / np.float32(127.5) - np.float32(1)).transpose(2, 0, 1)[None])


def measure(runners: list[Callable[[], object]], seconds: float) -> tuple[float, float]:
    """Each runner in a thread of its own -> calls per second of wall clock, and per second of a thread's own time."""
    counts = [0] * len(runners)
    own_seconds = [0.0] * len(runners)

    def loop(i: int) -> None:
        own_start = time.thread_time()
        while time.perf_counter() < end:
            runners[i]()
            counts[i] += 1
        own_seconds[i] = time.thread_time() - own_start

    start = time.perf_counter()
    end = start + seconds
    threads = [threading.Thread(target=loop, args=(i,)) for i in range(len(runners))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start), sum(counts) / sum(own_seconds)


def measure_peak() -> float:
    """GMAC/s of one core."""
    return float(subprocess.run([PEAK_FMA], check=True, capture_output=True, text=True).stdout)


def cycle(run: Callable[[np.ndarray], object], inputs: list[np.ndarray]) -> Callable[[], object]:
    state = {"i": 0}

    def call() -> object:
        state["i"] = (state["i"] + 1) % len(inputs)
        return run(inputs[state["i"]])

    return call


def make_figures(rates: dict[str, list[tuple[float, float]]], peaks: list[float]) -> list[dict]:
    """rates: "coulis 1" and so on -> for each round, images per second of wall clock and of own time."""
    figures = []
    for threads in (1, 2):
        for i, clock in enumerate(("wall clock", "CPU time")):
            ratio = harness.divide(*([rate[i] for rate in rates[f"{name} {threads}"]] for name in ENGINES))
            goal = LOWEST_RATIO if threads == 2 else None
            figures.append(
                harness.make_figure(f"coulis / ONNX Runtime, {threads} x 1 thread, {clock}", "x", ratio, at_least=goal)
            )
    for name, values in rates.items():
        figures.append(harness.make_figure(f"{name} x 1 thread", "img/s", [wall for wall, _ in values]))
    shares = [100 * own * MACS_PER_IMAGE / 1e9 / max(peaks) for _, own in rates["coulis 1"]]
    figures.append(harness.make_figure("multiply-add peak of a core", "GMAC/s", peaks))
    figures.append(harness.make_figure("share of it that coulis reaches, one thread, CPU time", "%", shares))
    return figures


def main() -> None:
    parser = harness.make_parser(__doc__, rounds=5)
    parser.add_argument("--model", type=Path, default=harness.ONNX_MODEL)
    parser.add_argument("--seconds", type=float, default=2.0, help="of each measurement (default: 2)")
    parser.add_argument("--simd", default="best", help="portable, avx2, avx512 or best")
    arguments = parser.parse_args()
    if arguments.quick:
        arguments.rounds, arguments.seconds = 2, 0.3
    if not arguments.model.is_file():
        sys.exit(f"{arguments.model} is not there: ONNX Runtime needs the same weights")
    if not PEAK_FMA.is_file():
        sys.exit("build it first: cmake --build build/release --target peak_fma")

    _core.limit_simd(arguments.simd)
    images = list(np.random.default_rng(0).integers(0, 256, (IMAGES, 224, 224, 3), np.uint8))
    onnx_inputs = [to_onnx_input(image) for image in images]
    ours = [_core.Network() for _ in range(2)]
    theirs = [make_onnx_runner(arguments.model) for _ in range(2)]
    difference = max(
        float(np.abs(ours[0].features(a) - theirs[0](b)).max()) for a, b in zip(images, onnx_inputs, strict=True)
    )
    if not difference <= LARGEST_DIFFERENCE:
        sys.exit(f"the features differ by {difference}: nothing to compare")

    machine = harness.describe_machine()
    runners = {
        "coulis": [cycle(network.features, images) for network in ours],
        "ONNX Runtime": [cycle(run, onnx_inputs) for run in theirs],
    }
    contestants: dict[str, Callable[[], object]] = {"peak": measure_peak}
    for threads in (1, 2):
        for name in ENGINES:
            contestants[f"{name} {threads}"] = partial(measure, runners[name][:threads], arguments.seconds)
    rates = harness.run_in_turn(contestants, arguments.rounds)
    peaks = rates.pop("peak")
    figures = make_figures(rates, peaks)
    title = f"The engine alone against ONNX Runtime {onnxruntime.__version__}, coulis with {_core.simd_in_use()}"
    harness.report(title, f"features differ by at most {difference:.1e}", arguments, machine, figures)


if __name__ == "__main__":
    main()
