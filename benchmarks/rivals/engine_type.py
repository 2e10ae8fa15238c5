"""The benchmark's interface of an engine, and conversions that several engines need."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

Runner = Callable[[np.ndarray], np.ndarray]


class MissingError(Exception):
    """This build or this CPU lacks the precision."""


@dataclass(frozen=True)
class Engine:
    version: str
    in_use: str  # read back from the engine if possible
    prepare: Callable[[np.ndarray], np.ndarray]  # of uint8 [224, 224, 3]
    make_runners: Callable[[int], list[Runner]]  # one per thread, for a number of threads


def to_floats(image: np.ndarray) -> np.ndarray:
    """float32 [1, 224, 224, 3] in [-1, 1]."""
    return (image.astype(np.float32) / np.float32(127.5) - np.float32(1))[None]


def to_planes(pixels: np.ndarray) -> np.ndarray:
    """[1, height, width, 3] -> [1, 3, height, width]."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))


def dequantise_row(row: np.ndarray, scale: float, zero: int) -> np.ndarray:
    return row if row.dtype == np.float32 else (row.astype(np.float32) - zero) * np.float32(scale)
