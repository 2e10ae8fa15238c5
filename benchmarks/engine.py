"""The engine alone against ONNX Runtime: the same float32 weights, the same photos, batch 1.

    python benchmarks/engine.py [--rounds 5] [--seconds 2] [--json FILE]

First proves the outputs equal. Then, in interleaved rounds, each engine runs with one thread, and with two threads
that have an engine each. Rates are medians over the rounds, per second of wall clock; `cpu` is per second of the
thread's own time, which a busy machine disturbs less. Beside them, in each round, the multiply-add peak of one core
(build target peak_fma).
"""

from __future__ import annotations

import argparse
import json
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnxruntime

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build" / "release"
sys.path.insert(0, str(BUILD / "python"))

from coulis import _core  # noqa: E402

MACS_PER_IMAGE = 299.5e6
IMAGES = 8


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
    return float(subprocess.run([BUILD / "benchmarks" / "peak_fma"], check=True, capture_output=True, text=True).stdout)


def cycle(run: Callable[[np.ndarray], object], inputs: list[np.ndarray]) -> Callable[[], object]:
    state = {"i": 0}

    def call() -> object:
        state["i"] = (state["i"] + 1) % len(inputs)
        return run(inputs[state["i"]])

    return call


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--model", type=Path, default=ROOT / ".." / "shared" / "models" / "mobilenetv2_from_int8_fp32.onnx"
    )
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=2.0)
    parser.add_argument("--simd", default="best", help="portable, avx2, avx512 or best")
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()

    _core.limit_simd(arguments.simd)
    images = list(np.random.default_rng(0).integers(0, 256, (IMAGES, 224, 224, 3), np.uint8))
    onnx_inputs = [to_onnx_input(image) for image in images]
    ours = [_core.Network() for _ in range(2)]
    theirs = [make_onnx_runner(arguments.model) for _ in range(2)]
    difference = max(
        float(np.abs(ours[0].features(a) - theirs[0](b)).max()) for a, b in zip(images, onnx_inputs, strict=True)
    )
    if difference > 1e-4:
        raise SystemExit(f"the features differ by {difference}: nothing to compare")

    contestants = {
        "coulis": [cycle(network.features, images) for network in ours],
        "onnxruntime": [cycle(run, onnx_inputs) for run in theirs],
    }
    samples: dict[str, list[float]] = {"peak": []}
    for _ in range(arguments.rounds):
        samples["peak"].append(measure_peak())
        for threads in (1, 2):
            for name, runners in contestants.items():
                wall, own = measure(runners[:threads], arguments.seconds)
                samples.setdefault(f"{name} {threads}", []).append(wall)
                samples.setdefault(f"{name} {threads} cpu", []).append(own)
    report(samples, difference, arguments)


def report(samples: dict[str, list[float]], difference: float, arguments: argparse.Namespace) -> None:
    medians = {name: statistics.median(values) for name, values in samples.items()}
    ratios = {
        key: statistics.median(
            a / b for a, b in zip(samples[f"coulis {key}"], samples[f"onnxruntime {key}"], strict=True)
        )
        for key in ("1", "1 cpu", "2", "2 cpu")
    }
    peak = max(samples["peak"])
    share = medians["coulis 1 cpu"] * MACS_PER_IMAGE / 1e9 / peak
    print(f"simd {_core.simd_in_use()}, onnxruntime {onnxruntime.__version__}, largest difference {difference:.1e}")
    for key, ratio in ratios.items():
        threads, *cpu = key.split()
        unit = "img per cpu second" if cpu else "img/s"
        ours, theirs = medians[f"coulis {key}"], medians[f"onnxruntime {key}"]
        print(f"{threads} thread(s): coulis {ours:6.1f}  onnxruntime {theirs:6.1f} {unit}, ratio {ratio:.2f}")
    print(f"multiply-add peak {peak:.1f} GMAC/s a core; coulis reaches {share:.0%} of it (one thread, its own time)")
    if arguments.json:
        result = {
            "simd": _core.simd_in_use(),
            "medians": medians,
            "ratios": ratios,
            "peak_share": share,
            "samples": samples,
        }
        arguments.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
