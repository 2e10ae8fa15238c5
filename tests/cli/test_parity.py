"""The numbers in OUTPUT are those of Pillow, ONNX Runtime and scikit-learn."""

import numpy as np
import pytest
from cli.command import PHOTOS, read_manifest, read_parts, rows_by_path, succeed
from originals import published_model
from originals.photos import read_photo
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits
from tolerance import (
    EPS32,
    assert_same_components,
    assert_within,
    float32_network_bound,
    pca_bounds,
    whitened_bounds,
)


def column(output, name: str) -> np.ndarray:
    return np.array(read_parts(output, name)[name].to_pylist(), np.float32)


@pytest.fixture(scope="module")
def sklearn_pca(finished):
    with threadpool_limits(1):
        return PCA(20, svd_solver="covariance_eigh").fit(column(finished, "features").astype(np.float64))


@pytest.fixture(scope="module")
def bounds(finished):
    return pca_bounds(column(finished, "features"), 20)


def test_mean_and_explained_variance_are_those_of_scikit_learn(finished, sklearn_pca, bounds):
    ours = load_file(finished / "pca_model.safetensors")
    assert_within(ours["mean"], sklearn_pca.mean_, bounds.mean)
    assert_within(ours["explained_variance"], sklearn_pca.explained_variance_, bounds.variance)
    assert_within(ours["explained_variance_ratio"], sklearn_pca.explained_variance_ratio_, bounds.ratio)
    ratio = read_manifest(finished)["pca"]["explained_variance_ratio"]
    assert_within(ratio, sklearn_pca.explained_variance_ratio_, bounds.ratio)


def test_components_are_those_of_scikit_learn_with_a_positive_largest_entry(finished, sklearn_pca, bounds):
    components = load_file(finished / "pca_model.safetensors")["components"]
    assert_same_components(components, sklearn_pca.components_, bounds)
    assert (components[range(20), np.abs(components).argmax(axis=1)] > 0).all()


def test_projections_are_those_of_scikit_learn_rounded_to_float32(finished, sklearn_pca, bounds):
    components = load_file(finished / "pca_model.safetensors")["components"]
    sign = np.sign((components * sklearn_pca.components_).sum(axis=1))
    wanted = sklearn_pca.transform(column(finished, "features").astype(np.float64)) * sign
    assert_within(column(finished, "pca"), wanted, bounds.projected + EPS32 * np.abs(wanted))


def test_whitened_columns_are_those_of_scikit_learn(tmp_path):
    succeed("run", PHOTOS / "Kiwi", tmp_path, "-k", 3, "--pca-whiten")
    features = column(tmp_path, "features").astype(np.float64)
    with threadpool_limits(1):
        theirs = PCA(3, svd_solver="covariance_eigh", whiten=True).fit(features)
    components = load_file(tmp_path / "pca_model.safetensors")["components"]
    sign = np.sign((components * theirs.components_).sum(axis=1))
    wanted = theirs.transform(features) * sign
    bound = whitened_bounds(features, wanted, theirs.explained_variance_)
    assert_within(column(tmp_path, "pca"), wanted, bound + EPS32 * np.abs(wanted))


def test_with_the_spark_convention_the_mean_is_not_subtracted(tmp_path):
    photos = PHOTOS / "Kiwi"
    succeed("run", photos, tmp_path, "-k", 3, "--pca-convention", "spark")
    features = column(tmp_path, "features").astype(np.float64)
    components = load_file(tmp_path / "pca_model.safetensors")["components"]
    bounds, wanted = pca_bounds(features, 3, "spark"), features @ components.T
    assert_within(column(tmp_path, "pca"), wanted, bounds.projected + EPS32 * np.abs(wanted))
    with threadpool_limits(1):
        theirs = PCA(3, svd_solver="covariance_eigh").fit(features).components_
    assert_same_components(components, theirs, bounds)
    assert read_manifest(tmp_path)["pca"]["convention"] == "spark"


def test_features_of_thirty_photos_are_those_of_pillow_and_onnx_runtime(finished):
    rows = rows_by_path(finished)
    paths = sorted(rows)[::6][:30]
    wanted = published_model.features(np.stack([read_photo(path) for path in paths]))
    bound = float32_network_bound(published_model.sum_terms(), wanted.max())
    assert_within([rows[path][1] for path in paths], wanted, bound)
