"""Whether feature rows are close enough to the reference implementation's to compare speeds."""

from __future__ import annotations

import numpy as np

LARGEST_DIFFERENCE = 1e-4  # float32 against float32
LOWEST_MEAN_COSINE = 0.98  # of rows in a lower precision
QUANTUM = 0.019077831879258156  # of the features in the published int8 file


def cosines(rows: np.ndarray, expected: np.ndarray) -> np.ndarray:
    """The cosine of each row with its counterpart, float64 [rows]."""
    a, b = rows.astype(np.float64), expected.astype(np.float64)
    return np.sum(a * b, axis=1) / (np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1))


def compare_rows(rows: np.ndarray, expected: np.ndarray, precision: str, original_precision: str) -> tuple[bool, str]:
    """Whether the rows are close enough, and a description of how close."""
    difference = float(np.abs(rows - expected).max())
    if precision == original_precision == "fp32":
        return difference <= LARGEST_DIFFERENCE, f"rows differ by at most {difference:.1e}"
    cosine = cosines(rows, expected)
    text = f"mean cosine {cosine.mean():.5f}, lowest {cosine.min():.5f}"
    if precision == original_precision == "int8":
        quanta = np.rint(np.abs(rows - expected) / QUANTUM)
        text += f", {100 * np.mean(quanta == 0):.1f} % of values equal, at most {quanta.max():.0f} quanta apart"
    return bool(cosine.mean() >= LOWEST_MEAN_COSINE), text
