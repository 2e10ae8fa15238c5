"""The numbers in OUTPUT are those of Pillow, ONNX Runtime and scikit-learn."""

import numpy as np
import pytest
from cli.command import PHOTOS, SHARED, read_manifest, read_parts, rows_by_path, succeed
from PIL import Image
from safetensors.numpy import load_file
from sklearn.decomposition import PCA
from threadpoolctl import threadpool_limits

NETWORK = SHARED / "models" / "mobilenetv2_from_int8_fp32.onnx"


def column(output, name: str) -> np.ndarray:
    return np.array(read_parts(output, name)[name].to_pylist(), np.float32)


@pytest.fixture(scope="module")
def sklearn_pca(finished):
    with threadpool_limits(1):
        return PCA(20, svd_solver="covariance_eigh").fit(column(finished, "features").astype(np.float64))


def test_mean_and_explained_variance_are_those_of_scikit_learn(finished, sklearn_pca):
    ours = load_file(finished / "pca_model.safetensors")
    np.testing.assert_allclose(ours["mean"], sklearn_pca.mean_, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(ours["explained_variance"], sklearn_pca.explained_variance_, rtol=1e-9)
    np.testing.assert_allclose(ours["explained_variance_ratio"], sklearn_pca.explained_variance_ratio_, rtol=1e-9)
    ratio = read_manifest(finished)["pca"]["explained_variance_ratio"]
    np.testing.assert_allclose(ratio, sklearn_pca.explained_variance_ratio_, rtol=1e-9)


def test_components_are_those_of_scikit_learn_up_to_sign_and_their_largest_entry_is_positive(finished, sklearn_pca):
    components = load_file(finished / "pca_model.safetensors")["components"]
    sign = np.sign((components * sklearn_pca.components_).sum(axis=1, keepdims=True))
    np.testing.assert_allclose(components, sign * sklearn_pca.components_, atol=1e-7)
    assert (components[range(20), np.abs(components).argmax(axis=1)] > 0).all()


def test_projections_are_those_of_scikit_learn_rounded_to_float32(finished, sklearn_pca):
    components = load_file(finished / "pca_model.safetensors")["components"]
    sign = np.sign((components * sklearn_pca.components_).sum(axis=1))
    wanted = sklearn_pca.transform(column(finished, "features").astype(np.float64)) * sign
    np.testing.assert_allclose(column(finished, "pca"), wanted, rtol=2**-23, atol=1e-6)


def test_with_the_spark_convention_the_mean_is_not_subtracted(tmp_path):
    photos = PHOTOS / "Kiwi"
    succeed("run", photos, tmp_path, "-k", 3, "--pca-convention", "spark")
    features = column(tmp_path, "features").astype(np.float64)
    components = load_file(tmp_path / "pca_model.safetensors")["components"]
    np.testing.assert_allclose(column(tmp_path, "pca"), features @ components.T, rtol=2**-22, atol=1e-6)
    with threadpool_limits(1):
        theirs = PCA(3, svd_solver="covariance_eigh").fit(features).components_
    np.testing.assert_allclose(np.abs(components), np.abs(theirs), atol=1e-7)
    assert read_manifest(tmp_path)["pca"]["convention"] == "spark"


@pytest.mark.skipif(not NETWORK.is_file(), reason="../shared has no network to compare with")
def test_features_of_thirty_photos_are_those_of_pillow_and_onnx_runtime(finished):
    onnxruntime = pytest.importorskip("onnxruntime")
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    session = onnxruntime.InferenceSession(str(NETWORK), options, providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    rows = rows_by_path(finished)
    for path in sorted(rows)[::6][:30]:
        pixels = np.asarray(Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC), np.float32)
        image = np.ascontiguousarray((pixels / 127.5 - 1).transpose(2, 0, 1)[np.newaxis])  # [1, 3, 224, 224]
        wanted = session.run(None, {name: image})[0].reshape(-1)
        np.testing.assert_allclose(rows[path][1], wanted, rtol=0, atol=1e-4, err_msg=path)
