"""Whitened projections: those of scikit-learn's whiten=True, and of the formula where the mean is not subtracted."""

import numpy as np
import pytest
from bits import same_bits
from coulis import _core
from sklearn import decomposition
from tolerance import EPS64, assert_same_components, assert_within, pca_bounds, whitened_bounds


@pytest.fixture
def rows(make_low_rank_rows):
    return make_low_rank_rows(300, 40)


def fit_sklearn(rows, k):
    return decomposition.PCA(k, svd_solver="covariance_eigh", whiten=True).fit(rows.astype(np.float64))


def test_whitened_rows_are_those_of_scikit_learn(rows):
    pca, theirs = _core.fit_pca(rows, k=5, pca_whiten=True), fit_sklearn(rows, 5)
    expected = theirs.transform(rows.astype(np.float64))
    signs = assert_same_components(pca.components, theirs.components_, pca_bounds(rows, 5))
    assert_within(pca.project(rows) * signs, expected, whitened_bounds(rows, expected, theirs.explained_variance_))
    assert_within(pca.project(rows).var(axis=0, ddof=1), 1, 1e-6)


def test_with_the_spark_convention_rows_are_divided_too(rows):
    pca = _core.fit_pca(rows, k=5, pca_convention="spark", pca_whiten=True)
    expected = rows.astype(np.float64) @ pca.components.T / np.sqrt(pca.explained_variance)
    assert_within(pca.project(rows), expected, whitened_bounds(rows, expected, pca.explained_variance, "spark"))
    plain = _core.fit_pca(rows, k=5, pca_convention="spark")
    assert same_bits(pca.project(rows), plain.project(rows) / np.sqrt(plain.explained_variance))


def test_whitening_leaves_components_and_variances_as_they_are(rows):
    plain, whitened = _core.fit_pca(rows, k=5), _core.fit_pca(rows, k=5, pca_whiten=True)
    for name in ("components", "explained_variance", "explained_variance_ratio", "mean"):
        assert same_bits(getattr(plain, name), getattr(whitened, name)), name


def test_a_component_without_variance_is_divided_by_the_epsilon_of_scikit_learn():
    flat = np.array([[1, 0], [-1, 0], [2, 0], [-2, 0]], np.float32)  # the second component has no variance
    new = np.array([[1, 0], [0, 1], [3, -2]], np.float32)
    pca, theirs = _core.fit_pca(flat, k=2, pca_whiten=True), fit_sklearn(flat, 2)
    assert theirs.explained_variance_[1] == pca.explained_variance[1] == 0
    expected = theirs.transform(new.astype(np.float64))
    assert np.abs(expected[1, 1]) == 1 / EPS64
    signs = np.sign(np.sum(pca.components * theirs.components_, axis=1))
    assert_within(pca.project(new) * signs, expected, 8 * EPS64 * np.abs(expected))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_equal_rows_are_whitened_to_zero(count):
    rows = np.full((count, 4), 0.5, np.float32)
    assert not _core.fit_pca(rows, k=3, pca_whiten=True).project(rows).any()


def test_a_model_file_remembers_it_and_one_from_before_has_none(rows):
    pca = _core.fit_pca(rows, k=5, pca_whiten=True)
    data = pca.to_safetensors()
    again = _core.Pca.from_safetensors(data)
    assert again.projection == {"convention": "centred", "whiten": True}
    assert same_bits(again.project(rows), pca.project(rows))
    earlier = data.replace(b',"whiten":"true"', b" " * len(b',"whiten":"true"'))
    assert earlier != data
    assert _core.Pca.from_safetensors(earlier).projection == {"convention": "centred", "whiten": False}
