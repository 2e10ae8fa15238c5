"""How far apart two correct computations may be: from sizes, condition and precision, not from what one CPU gave.

u is the unit roundoff, half of eps. A sum of n numbers is within n u sum|x| of the true one in any order of its
terms, fused or not (Higham, Accuracy and Stability of Numerical Algorithms, 2002, section 3.1); two of them differ by
twice that, n eps sum|x|.
"""

from dataclasses import dataclass

import numpy as np

EPS32, EPS64 = (float(np.finfo(kind).eps) for kind in (np.float32, np.float64))
LAPACK = 30  # LAPACK's own tests pass an eigensolver whose residual and loss of orthogonality are below 30 n eps


def sum_bound(terms, absolute_sum, eps=EPS64):
    """Of two sums of the same `terms` numbers, in any order."""
    return terms * eps * np.asarray(absolute_sum)


def mean_bound(rows):
    """[d], of two means of the same rows: n eps sum|x| / n, and a few roundings where parts are merged."""
    return sum_bound(len(rows) + 4, np.abs(rows, dtype=np.float64).mean(axis=0))


def orthonormal_bound(width):
    """Of the products of eigenvectors of length `width` with each other."""
    return LAPACK * width * EPS64


def covariance_bound(rows):
    """In the 2-norm, of two covariance matrices of the same rows [n, d], each as its eigensolver sees it."""
    rows = np.asarray(rows, np.float64)
    n, d = rows.shape
    centred = rows - rows.mean(axis=0)
    freedom = max(n - 1, 1)
    total = np.sum(centred**2) / freedom
    largest = np.linalg.norm(centred, 2) ** 2 / freedom
    raw = np.sqrt(np.sum(rows**2) / freedom)
    sums = n * total  # the 2-norm of |X|^T |X| is at most the square of X's Frobenius norm
    centring = 2 * np.sqrt(total) * raw  # each centred value is rounded by eps |x|
    mean = EPS64 * (n * raw) ** 2  # a wrong mean counts squared: its first order sums to zero
    solvers = 2 * LAPACK * d * largest  # a backward error each
    return float(EPS64 * (sums + centring + mean + solvers))


@dataclass
class PcaBounds:
    """Of two PCAs of the same rows."""

    mean: np.ndarray  # [d]
    variance: float  # each explained variance: Weyl's inequality
    ratio: float
    components: np.ndarray  # [k], length of the difference of two components: Yu, Wang, Samworth, 2015, corollary 1
    projected: np.ndarray  # [k], any row


def pca_bounds(rows, k, convention="centred") -> PcaBounds:
    rows = np.asarray(rows, np.float64)
    n, d = rows.shape
    centred = rows - rows.mean(axis=0)
    values = np.zeros(max(d, k) + 2)
    singular = np.linalg.svd(centred, compute_uv=False)
    values[1 : len(singular) + 1] = singular**2 / max(n - 1, 1)
    values[0] = np.inf
    total = values[1:].sum()
    variance = covariance_bound(rows)
    gap = np.minimum(values[:k] - values[1 : k + 1], values[1 : k + 1] - values[2 : k + 2])
    if d == 1:
        gap[:] = np.inf  # the one direction there is
    with np.errstate(divide="ignore"):
        components = np.minimum(2**1.5 * variance / gap, 2) + 2 * EPS64
    longest = np.linalg.norm(centred if convention == "centred" else rows, axis=1).max()
    mean = mean_bound(rows)
    projected = longest * (components + d * EPS64) + np.linalg.norm(mean)
    return PcaBounds(mean, variance, 2 * variance / total if total else 0.0, components, projected)


def whitened_bounds(rows, projected, variance, convention="centred") -> np.ndarray:
    """Of projected / sqrt(variance) [n, k]: an error of the variance counts by the slope, 1 / (2 sqrt(variance))."""
    bounds, scale = pca_bounds(rows, len(variance), convention), np.sqrt(variance)
    of_scale = bounds.variance / (2 * scale)
    return (bounds.projected + np.abs(projected) * of_scale) / scale * 2 + 4 * EPS64 * np.abs(projected)


def assert_within(actual, expected, bound, name=""):
    """|actual - expected| <= bound, element by element; the bound broadcasts."""
    difference = np.abs(np.asarray(actual, np.float64) - np.asarray(expected, np.float64))
    assert difference.shape == np.shape(actual), f"{name} has the shape {np.shape(actual)}"
    if difference.size == 0:
        return
    excess = difference - bound
    worst = np.unravel_index(np.argmax(excess), excess.shape)
    assert not np.isnan(difference).any() and excess[worst] <= 0, (
        f"{name} differs by {difference[worst]:.3g} at {worst}, beside a bound of "
        f"{np.broadcast_to(bound, difference.shape)[worst]:.3g}"
    )


def assert_same_components(ours, theirs, bounds: PcaBounds) -> np.ndarray:
    """Both [k, d], up to sign. -> [k], the sign of each."""
    signs = np.sign(np.sum(np.asarray(ours) * theirs, axis=1))
    assert set(signs) <= {-1.0, 1.0}
    assert_within(np.linalg.norm(ours * signs[:, None] - theirs, axis=1), 0, bounds.components, "a component")
    return signs


def distance_bound(rows, distances):
    """Of distances by scikit-learn's brute force, x^2 - 2 xy + y^2: the square is off by (d + 4) eps (|x| + |y|)^2."""
    square = (np.shape(rows)[1] + 4) * EPS64 * (2 * np.linalg.norm(rows, axis=1).max()) ** 2
    return square / np.maximum(distances, np.sqrt(square))


# A picture of one colour has the same sums at all positions, and so the same errors. The average over 7 x 7 positions
# makes independent errors sqrt(49) times smaller; these it keeps.
FLAT = 7


def float32_network_bound(terms, largest):
    """Of two float32 runs of a network whose layers sum `terms` products each, with values up to `largest`.

    A model, not a proof: rounding errors of different sums are independent, so that they add up as a random walk
    (Higham and Mary, 2019), and layers pass them on without making them larger. An error lies anywhere within u,
    a deviation of u / sqrt(3); two runs, times sqrt(2); five deviations, for the largest of a million values:
    2 eps sqrt(terms).

    Not of a picture of one colour: see FLAT.
    """
    return float(2 * EPS32 * np.sqrt(np.sum(terms)) * largest)
