"""Keras's MobileNetV2 weight files against the network that they are of."""

import h5py
import numpy as np
import pytest
from bits import same_bits
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from python_models.networks import keras_weights, mobilenet_v2, tiny_mobilenet_v2, write_keras
from python_models.onnx_networks import Style, make_onnx, run_onnx

SCALE, OFFSET = 1 / 127.5, -1.0


@pytest.fixture(scope="module", params=[0.35, 1.4])
def imported(request, tmp_path_factory, photos):
    """A model file, and what ONNX Runtime makes of the same weights with their BatchNorm apart."""
    folder = tmp_path_factory.mktemp("keras")
    network = mobilenet_v2(request.param)
    path, card = import_model(
        write_keras(folder / "weights.h5", network, classes=3), folder / "model.safetensors", Wishes()
    )
    return path, card, request.param, run_onnx(make_onnx(network, Style()), photos, SCALE, OFFSET)


def test_features_equal_those_of_onnx_runtime(imported, photos, level, assert_parity):
    path, _, _, expected = imported
    step = 8 if level == "portable" else 1
    assert_parity(_core.Network(str(path)).features(photos[::step]), expected[::step])


def test_the_card_names_the_width_and_the_preprocessing_of_keras(imported):
    path, card, width, _ = imported
    assert card["name"] == f"mobilenet_v2_{width}_224"
    assert card["feature_width"] == (1792 if width == 1.4 else 1280)
    assert card["preprocessing"] == "rgb 224x224 bicubic, u8 * 0.00784313725490196 + -1"
    assert card["source"].startswith("weights.h5, sha256 ")
    assert _core.read_card(str(path)) == card


def test_features_equal_those_of_the_running_keras_model(tmp_path, photos, assert_parity):
    keras = pytest.importorskip("keras", reason="Keras is not installed")
    network = mobilenet_v2(0.35)
    model = keras.applications.MobileNetV2(
        weights=None, alpha=0.35, include_top=False, input_shape=(224, 224, 3), pooling="avg"
    )
    for name, weights in keras_weights(network):
        if weights:
            model.get_layer(name).set_weights(list(weights.values()))
    expected = model.predict(photos.astype(np.float32) / np.float32(127.5) - np.float32(1), verbose=0)
    model.save_weights(tmp_path / "v3.weights.h5")
    model.save(tmp_path / "whole.h5")
    ours, _ = import_model(write_keras(tmp_path / "ours.h5", network), tmp_path / "ours.safetensors", Wishes())
    assert_parity(_core.Network(str(ours)).features(photos), expected)
    for file in ("v3.weights.h5", "whole.h5"):
        theirs, _ = import_model(tmp_path / file, tmp_path / "theirs.safetensors", Wishes())
        weights, other = _core.read_model_weights(str(theirs)), _core.read_model_weights(str(ours))
        assert all(same_bits(weights[name], other[name]) for name in other)


def test_batchnorm_is_folded_in_float64_and_rounded_once(tmp_path):
    network = tiny_mobilenet_v2()
    path, _ = import_model(write_keras(tmp_path / "w.h5", network), tmp_path / "m.safetensors", Wishes())
    gamma, beta, mean, variance = (np.longdouble(values) for values in network.stem.norm)
    factor = gamma / np.sqrt(variance + np.longdouble("1e-3"))
    weights = _core.read_model_weights(str(path))
    stem = (np.longdouble(network.stem.weight) * factor[:, None, None, None]).transpose(0, 2, 3, 1)
    assert same_bits(weights["stem.weight"], stem.astype(np.float32))
    assert same_bits(weights["stem.bias"], (beta - mean * factor).astype(np.float32))


def refuse(path, match):
    with pytest.raises(ModelError, match=match):
        import_model(path, path.with_name("m.safetensors"), Wishes())
    assert not list(path.parent.glob("*.safetensors"))


def test_a_network_of_other_layers_is_refused(tmp_path):
    network = tiny_mobilenet_v2()
    network.blocks.pop()
    refuse(write_keras(tmp_path / "w.h5", network), "49 convolutions, but MobileNetV2 has 52")


def test_a_dataset_in_another_file_is_refused(tmp_path):
    secret = tmp_path / "secret"
    secret.write_bytes(bytes(4096))
    for spoil in ("external", "link"):
        path = write_keras(tmp_path / f"{spoil}.h5", tiny_mobilenet_v2())
        with h5py.File(path, "r+") as file:
            group = file["Conv1/Conv1"]
            del group["kernel:0"]
            if spoil == "external":
                group.create_dataset("kernel:0", (3, 3, 3, 2), np.float32, external=[(str(secret), 0, 216)])
            else:
                group["kernel:0"] = h5py.ExternalLink(
                    str(write_keras(tmp_path / "other.h5", tiny_mobilenet_v2())), "Conv1"
                )
        refuse(path, "lies in another file|of its own")


def test_a_dataset_that_declares_gigabytes_is_refused(tmp_path):
    path = write_keras(tmp_path / "w.h5", tiny_mobilenet_v2())
    with h5py.File(path, "r+") as file:
        del file["Conv1/Conv1/kernel:0"]
        file["Conv1/Conv1"].create_dataset("kernel:0", (3, 3, 3, 1 << 30), np.float32)  # nothing is written of it
    refuse(path, "declares 115964116992 bytes")


def test_weights_that_are_not_finite_are_refused(tmp_path):
    network = tiny_mobilenet_v2()
    network.blocks[3].layers[1].norm[1][0] = np.inf
    refuse(write_keras(tmp_path / "w.h5", network), "blocks.3.depthwise has weights that are not finite")
