"""Writes the golden rows that this CPU can make, and says which it cannot. README.md beside it says what they are.

PYTHONPATH=tests:build/release/python python tests/golden/make.py
"""

import platform
from pathlib import Path

import cpu
import numpy as np
from core.network.pooled_by_litert import PooledByLiteRT
from coulis import _core
from originals import published_model
from originals.photos import ALL, FRUITS, read_photos
from safetensors.numpy import save_file
from tolerance import float32_network_bound

FOLDER = Path(__file__).parent
PHOTOS = ALL[5::12]  # one of each fruit
# name -> what the CPU must have, precision
KINDS = {
    "fp32-portable": ("portable", "fp32"),
    "fp32-avx2": ("avx2", "fp32"),
    "fp32-avx512": ("avx512", "fp32"),
    "bf16": ("bf16", "bf16"),
    "int8": ("portable", "int8"),  # the same integers on every level
}


def compute(name: str, images: np.ndarray) -> np.ndarray:
    """[n, 1280] by coulis."""
    level, precision = KINDS[name]
    _core.limit_simd("best" if level == "bf16" else level)
    try:
        return _core.Network(precision=precision).features(images)
    finally:
        _core.limit_simd(cpu.ASKED_FOR)


def tolerance_of(name: str, original: np.ndarray) -> float:
    """Between two correct computations: coulis and the original, or two levels."""
    if name == "int8":
        return 0
    if name == "bf16":  # 53 roundings to 8 bits of weights and activations each, as a random walk; 4 times that
        return float(4 * np.sqrt(2 * 53) * 2**-9 * original.max())
    return float32_network_bound(published_model.sum_terms(), original.max())


def make(name: str, images: np.ndarray) -> str:
    if not cpu.has(KINDS[name][0]):
        return f"cannot be made here: this CPU lacks {KINDS[name][0]}"
    int8 = name == "int8"
    original = PooledByLiteRT(published_model.PUBLISHED).features(images) if int8 else published_model.features(images)
    rows, tolerance = compute(name, images), tolerance_of(name, original)
    difference = float(np.abs(rows - original).max())
    if difference > tolerance:
        return f"NOT WRITTEN: they differ from the original by {difference:.2g}, beside a tolerance of {tolerance:.2g}"
    metadata = {
        "photos": "\n".join(str(photo.relative_to(FRUITS)) for photo in PHOTOS),
        "tolerance": repr(tolerance),
        "original": "LiteRT" if int8 else "ONNX Runtime in float32",
        "difference": repr(difference),
        "machine": platform.machine(),
    }
    file = FOLDER / f"{name}.safetensors"
    save_file({"features": rows}, file, metadata)
    file.chmod(0o644)
    return f"written; they differ from the original by {difference:.2g}, beside a tolerance of {tolerance:.2g}"


if __name__ == "__main__":
    photos = read_photos(PHOTOS)
    for kind in KINDS:
        print(f"{kind}: {make(kind, photos)}", flush=True)
