"""coulis.PCA as scikit-learn wants its estimators, against scikit-learn's own PCA, and against the model of a run."""

import os
import pickle
import subprocess
import sys

import coulis
import numpy as np
import pytest
from bits import same_bits
from cli.command import coulis as command
from sklearn import decomposition
from sklearn.model_selection import GridSearchCV
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.utils.estimator_checks import parametrize_with_checks
from threadpoolctl import threadpool_limits
from tolerance import (
    EPS32,
    assert_same_components,
    assert_within,
    orthonormal_bound,
    pca_bounds,
    sum_bound,
    whitened_bounds,
)


@pytest.fixture(autouse=True)
def one_blas_thread():
    """scikit-learn's BLAS threads spin while other tests run beside them."""
    with threadpool_limits(1):
        yield


@parametrize_with_checks(
    [
        coulis.PCA(),
        coulis.PCA(n_components=2),
        coulis.PCA(n_components=0.9),
        coulis.PCA(None, convention="spark"),
        coulis.PCA(whiten=True),
    ]
)
def test_it_passes_the_checks_of_scikit_learn(estimator, check):
    check(estimator)


ALL_CHECKS = """
import coulis
from sklearn.utils.estimator_checks import check_estimator
print({result["status"] for result in check_estimator(coulis.PCA(), on_skip=None)})
"""


def test_none_of_the_checks_is_skipped():
    """Those of array libraries ask for this variable before SciPy is imported."""
    environment = {**os.environ, "SCIPY_ARRAY_API": "1", "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    command = [sys.executable, "-W", "ignore", "-c", ALL_CHECKS]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=120)
    assert done.stdout == "{'passed'}\n", done.stderr


@pytest.fixture(scope="module")
def rows():
    """[300, 40] float64 with directions of clearly different strength."""
    rng = np.random.default_rng(0)
    return rng.standard_normal((300, 40)) @ rng.standard_normal((40, 40)) * 0.8 ** np.arange(40) + rng.uniform(0, 1, 40)


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("n_components", [1, 7, 0.5, 0.95, None])
def test_it_has_the_attributes_and_rows_of_scikit_learn(rows, n_components, dtype):
    rows = rows.astype(dtype)
    ours = coulis.PCA(n_components).fit(rows)
    theirs = decomposition.PCA(n_components, svd_solver="full").fit(rows.astype(np.float64))
    for name in ("n_components_", "n_samples_", "n_features_in_"):
        assert getattr(ours, name) == getattr(theirs, name), name
    bounds = pca_bounds(rows, ours.n_components_)
    assert set(assert_same_components(ours.components_, theirs.components_, bounds)) == {1.0}
    assert_within(ours.explained_variance_, theirs.explained_variance_, bounds.variance)
    assert_within(ours.explained_variance_ratio_, theirs.explained_variance_ratio_, bounds.ratio)
    assert_within(ours.noise_variance_, theirs.noise_variance_, bounds.variance)
    assert_within(ours.mean_, theirs.mean_, bounds.mean)
    # s = sqrt((n - 1) variance): an error of the variance counts by the slope, 1 / (2 sqrt(variance))
    slope = np.sqrt(299 / theirs.explained_variance_) / 2
    assert_within(ours.singular_values_, theirs.singular_values_, 2 * slope * bounds.variance)
    projected = ours.transform(rows)
    assert projected.dtype == np.float64
    assert_within(projected, theirs.transform(rows.astype(np.float64)), bounds.projected)
    longest = np.linalg.norm(projected, axis=1).max()
    bound = longest * np.linalg.norm(bounds.components) + np.linalg.norm(bounds.mean)
    assert_within(ours.inverse_transform(projected), theirs.inverse_transform(projected), bound)


def test_float64_far_from_zero_is_not_rounded_to_float32(rows):
    far = rows + 1e7
    ours, theirs = coulis.PCA(5).fit(far), decomposition.PCA(5, svd_solver="full").fit(far)
    bounds = pca_bounds(far, 5)
    assert bounds.projected.max() < EPS32 * 1e7, "rounding to float32 would be within the bound"
    assert_within(ours.explained_variance_, theirs.explained_variance_, bounds.variance)
    assert_within(ours.transform(far), theirs.transform(far), bounds.projected)


def test_without_the_mean_the_points_of_the_plane_are_the_same(rows):
    centred, spark = coulis.PCA(5).fit(rows), coulis.PCA(5, convention="spark").fit(rows)
    longest = np.linalg.norm(rows, axis=1).max()
    assert same_bits(spark.components_, centred.components_)
    assert_within(spark.transform(rows), rows @ centred.components_.T, sum_bound(40, longest))
    points = centred.inverse_transform(centred.transform(rows))
    assert_within(spark.inverse_transform(spark.transform(rows)), points, orthonormal_bound(40) * longest)


@pytest.mark.parametrize("n_components", [5, 0.9, None])
def test_whitened_rows_are_those_of_scikit_learn(rows, n_components):
    ours = coulis.PCA(n_components, whiten=True).fit(rows)
    theirs = decomposition.PCA(n_components, svd_solver="full", whiten=True).fit(rows)
    expected = theirs.transform(rows)
    assert_within(ours.transform(rows), expected, whitened_bounds(rows, expected, theirs.explained_variance_))
    bounds, longest = pca_bounds(rows, ours.n_components_), np.linalg.norm(rows, axis=1).max()
    bound = 2 * longest * np.linalg.norm(bounds.components) + np.linalg.norm(bounds.mean)
    assert_within(ours.inverse_transform(expected), theirs.inverse_transform(expected), bound)


@pytest.mark.parametrize("convention", ["centred", "spark"])
def test_the_inverse_of_whitened_rows_is_in_the_plane_of_the_components(rows, convention):
    flat = rows.copy()
    flat[:, 3:] = 1  # all components but three have no variance
    longest = np.linalg.norm(flat, axis=1).max()
    pca = coulis.PCA(3, convention=convention, whiten=True).fit(flat)
    assert_within(pca.inverse_transform(pca.transform(flat)), flat, 2 * orthonormal_bound(40) * longest)


def test_a_saved_whitened_model_is_whitened(rows, tmp_path):
    pca = coulis.PCA(3, whiten=True).fit(rows)
    pca.save(tmp_path / "pca.safetensors")
    loaded = coulis.PCA.load(tmp_path / "pca.safetensors")
    assert loaded.whiten is True
    assert same_bits(loaded.transform(rows), pca.transform(rows))


def test_more_components_than_rows_or_columns_are_lowered(rows):
    assert coulis.PCA().fit(rows).n_components_ == 40
    assert coulis.PCA().fit(rows[:7]).n_components_ == 7


@pytest.mark.parametrize("n_components", [0, -1, 1.0, 0.0, 1.5, float("nan"), "mle", True])
def test_what_is_no_number_of_components_is_refused(rows, n_components):
    with pytest.raises(ValueError, match="n_components is"):
        coulis.PCA(n_components).fit(rows)


def test_a_photo_that_cannot_be_used_does_not_go_unnoticed(photos):
    features = coulis.featurize([*sorted(photos.rglob("*.jpg")), "/no/such/photo.jpg"])
    with pytest.raises(ValueError, match="contains NaN"):
        coulis.PCA(2).fit(features)
    assert coulis.PCA(2).fit_transform(features.values[features.ok]).shape == (24, 2)


def test_the_features_of_a_run_have_the_model_of_the_run_to_the_bit(photos, finished):
    ours = coulis.PCA(5).fit(coulis.featurize(photos))
    loaded = coulis.PCA.load(finished / "pca_model.safetensors")
    for name in ("components_", "explained_variance_", "mean_", "n_components_", "n_samples_", "noise_variance_"):
        assert same_bits(getattr(ours, name), getattr(loaded, name)), name
    output = coulis.open(finished)
    assert same_bits(ours.transform(output.matrix()).astype(np.float32), output.matrix("pca"))


def test_a_saved_model_is_taken_by_the_command_and_loads_as_it_was(rows, photos, tmp_path):
    pca = coulis.PCA(4).fit(coulis.featurize(photos))
    pca.save(tmp_path / "pca.safetensors")
    assert command("project", photos, tmp_path / "out", "--pca", tmp_path / "pca.safetensors").code == 0
    new = coulis.open(tmp_path / "out")
    assert same_bits(new.matrix("pca"), pca.transform(new.matrix()).astype(np.float32))
    again = coulis.PCA.load(tmp_path / "pca.safetensors")
    assert same_bits(again.transform(new.matrix()), pca.transform(new.matrix()))
    with pytest.raises(coulis.Error, match="PCA model"):
        coulis.PCA.from_bytes(b"something else")
    with pytest.raises(ValueError, match="40 features"):
        again.transform(rows)


def test_it_can_be_pickled(rows):
    pca = coulis.PCA(3).fit(rows)
    again = pickle.loads(pickle.dumps(pca))
    assert same_bits(again.transform(rows), pca.transform(rows))


def test_it_is_a_step_of_a_pipeline_that_a_grid_search_can_turn(photos):
    features = coulis.featurize(photos)
    labels = [path.split("/")[-2][0] for path in features.paths]
    pipeline = make_pipeline(coulis.PCA(5), KNeighborsClassifier(1))
    assert pipeline.fit(features, labels).score(features, labels) == 1
    search = GridSearchCV(pipeline, {"pca__n_components": [2, 0.8]}, cv=2).fit(features.values, np.arange(24) % 2)
    assert search.best_params_["pca__n_components"] in (2, 0.8)


def test_columns_have_names_in_pandas_and_polars(rows):
    names = ["pca0", "pca1", "pca2"]
    pca = coulis.PCA(3).fit(rows)
    assert list(pca.get_feature_names_out()) == names
    for library in ("pandas", "polars"):
        assert list(pca.set_output(transform=library).transform(rows).columns) == names
