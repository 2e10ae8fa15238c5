"""Nearest rows and their distances, against scikit-learn's brute force."""

import numpy as np
import pytest
from coulis import _core
from sklearn.neighbors import NearestNeighbors
from tolerance import EPS32, assert_within, distance_bound


def theirs(rows: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    search = NearestNeighbors(n_neighbors=count, algorithm="brute").fit(rows.astype(np.float64))
    distances, indices = search.kneighbors()  # without an argument a row is not its own neighbour
    return indices, distances


@pytest.mark.parametrize(("n", "d", "count"), [(2, 1, 1), (50, 3, 49), (400, 64, 5), (700, 1280, 10)])
def test_neighbours_are_those_of_scikit_learn(n, d, count):
    rows = np.random.default_rng(n).gamma(0.5, size=(n, d)).astype(np.float32)  # as features are: many near zero
    indices, distances = (np.reshape(values, (n, count)) for values in _core.find_neighbours(rows, count))
    their_indices, their_distances = theirs(rows, count)
    np.testing.assert_array_equal(indices, their_indices)
    assert_within(distances, their_distances, distance_bound(rows, their_distances) + EPS32 * their_distances)


def test_near_copies_are_told_from_copies():
    rows = np.random.default_rng(1).normal(5, 1, size=(60, 200)).astype(np.float32)
    rows[10], rows[20] = rows[0], rows[0]
    rows[20, 0] = np.nextafter(rows[20, 0], np.float32(9))
    indices, distances = (np.reshape(values, (60, 2)) for values in _core.find_neighbours(rows, 2))
    assert indices[0].tolist() == [10, 20]
    assert distances[0].tolist() == [0, rows[20, 0] - rows[0, 0]]  # neighbouring floats: exact


def test_more_neighbours_than_rows_are_refused():
    with pytest.raises(_core.Error, match="fewer than 3"):
        _core.find_neighbours(np.zeros((3, 2), np.float32), 3)
