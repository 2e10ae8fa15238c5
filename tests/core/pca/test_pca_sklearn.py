"""The PCA against scikit-learn's, in float64, on the same float32 rows."""

import numpy as np
import pytest
from bits import same_bits
from coulis import _core
from sklearn import decomposition
from tolerance import (
    assert_same_components,
    assert_within,
    covariance_bound,
    orthonormal_bound,
    pca_bounds,
    sum_bound,
)

SHAPES = [(300, 40), (40, 300), (1030, 64), (50, 50), (2, 30), (3, 3), (200, 1), (2, 1)]


def fit_sklearn(rows, k):
    return decomposition.PCA(n_components=k, svd_solver="covariance_eigh").fit(rows.astype(np.float64))


def assert_same_pca(rows, pca, k):
    expected, bounds = fit_sklearn(rows, k), pca_bounds(rows, k)
    assert_within(pca.mean, expected.mean_, bounds.mean)
    assert_within(pca.explained_variance, expected.explained_variance_, bounds.variance)
    assert_within(pca.explained_variance_ratio, expected.explained_variance_ratio_, bounds.ratio)
    signs = assert_same_components(pca.components, expected.components_, bounds)
    projected = pca.project(rows)
    assert projected.dtype == np.float64 and projected.shape == (len(rows), k)
    assert_within(projected * signs, expected.transform(rows.astype(np.float64)), bounds.projected)


def count_of_clear_components(rows):
    """Components whose eigenvalue stands clear of zero and of the next: others have no direction to compare."""
    values = np.linalg.eigvalsh(np.cov(rows.astype(np.float64), rowvar=False).reshape(rows.shape[1], -1))[::-1]
    values = np.append(values, 0)
    clear = (values[:-1] - values[1:] > 1e-6 * values[0]) & (values[:-1] > 1e-5 * values[0])
    return int(np.argmin(np.append(clear, False)))


@pytest.mark.parametrize("rows_per_part", [1024, 100, 7])
def test_features_of_real_photos_have_the_same_pca(photo_features, rows_per_part):
    assert_same_pca(photo_features, _core.fit_pca(photo_features, k=50, rows_per_part=rows_per_part), 50)


@pytest.mark.parametrize("shape", SHAPES)
def test_rows_of_any_shape_have_the_same_pca(make_low_rank_rows, shape):
    rows = make_low_rank_rows(*shape)
    k = count_of_clear_components(rows)
    assert k >= 1
    assert_same_pca(rows, _core.fit_pca(rows, k=k, rows_per_part=256), k)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.8, 0.95, 0.99])
@pytest.mark.parametrize("shape", [(300, 40), (40, 300)])
def test_a_share_of_variance_picks_the_same_k(make_low_rank_rows, shape, share):
    rows = make_low_rank_rows(*shape)
    reached = np.cumsum(fit_sklearn(rows, min(shape)).explained_variance_ratio_)
    assert np.abs(reached - share).min() > len(reached) * pca_bounds(rows, 1).ratio, "round-off would decide"
    assert _core.fit_pca(rows, variance=share).k == fit_sklearn(rows, share).n_components_


def test_most_of_the_variance_of_real_photos_takes_the_same_k(photo_features):
    pca = _core.fit_pca(photo_features, variance=0.95)
    assert pca.k == fit_sklearn(photo_features, 0.95).n_components_
    assert pca.explained_variance_ratio[:-1].sum() < 0.95 <= pca.explained_variance_ratio.sum()


def test_duplicated_columns_leave_the_eigenvalues_as_scikit_learn_has_them(make_low_rank_rows):
    rows = np.repeat(make_low_rank_rows(200, 12), 2, axis=1)
    pca = _core.fit_pca(rows, k=24)
    assert_within(pca.explained_variance, fit_sklearn(rows, 24).explained_variance_, covariance_bound(rows))
    assert np.all(pca.explained_variance >= 0)
    assert_within(pca.components @ pca.components.T, np.eye(24), orthonormal_bound(24))
    # The whole space is kept, so the rows come back, but for the components' loss of orthogonality.
    longest = np.linalg.norm(rows, axis=1).max()
    assert_within(pca.project(rows) @ pca.components + pca.mean, rows, 2 * orthonormal_bound(24) * longest)


def test_fewer_rows_than_columns_keep_every_row_apart(make_low_rank_rows):
    rows = make_low_rank_rows(20, 300)
    pca = _core.fit_pca(rows, k=300)
    assert pca.k == 20
    assert_within(pca.components @ pca.components.T, np.eye(20), orthonormal_bound(300))
    assert_within(pca.explained_variance_ratio.sum(), 1, 20 * pca_bounds(rows, 1).ratio)
    # X = U S V^T, and P the components' space. Of a covariance that is off by E, |(1 - P) C| <= 2 |E|: what a row loses
    # is |X (1 - P)| <= 2 |E| sqrt((n - 1) / the smallest eigenvalue that is not zero).
    smallest = pca.explained_variance[18]
    lost = 2 * covariance_bound(rows) * np.sqrt(19 / smallest)
    longest = np.linalg.norm(rows, axis=1).max()
    bound = lost + 2 * orthonormal_bound(300) * longest
    assert bound < 1e-3 * np.sqrt(smallest), "a lost component would be within the bound"
    assert_within(pca.project(rows) @ pca.components + pca.mean, rows, bound)


def test_the_spark_convention_differs_from_the_centred_one_by_the_projected_mean(photo_features):
    centred = _core.fit_pca(photo_features, k=20)
    spark = _core.fit_pca(photo_features, k=20, pca_convention="spark")
    assert same_bits(centred.components, spark.components)
    shift = spark.project(photo_features) - centred.project(photo_features)
    longest = np.linalg.norm(photo_features, axis=1).max()
    assert_within(shift, centred.components @ centred.mean, sum_bound(3 * 1280, longest))
