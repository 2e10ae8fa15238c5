"""The engine against ONNX Runtime: the same weights to the bit, the same features on photos."""

from pathlib import Path

import cpu
import numpy as np
import pytest
from bits import same_bits
from coulis import _core
from originals import published_model
from tolerance import assert_within, float32_network_bound

MODEL = Path(__file__).parents[3] / "models" / "mobilenet_v2_1.0_224.safetensors"


@pytest.fixture(scope="module")
def expected(photos):
    """ONNX Runtime's features of the photos: float32 [384, 1280]."""
    return published_model.features(photos)


def make_network(precision):
    if precision == "bf16":
        cpu.need("bf16")
    return _core.Network(precision=precision)


def cosines(rows, others):
    """float64 [n], of each row with its counterpart."""
    rows, others = rows.astype(np.float64), others.astype(np.float64)
    return (rows * others).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(others, axis=1)


# The portable level takes some 0.1 s for a photo: 20 photos for it.
@pytest.mark.parametrize(("level", "count"), [("avx512", 384), ("avx2", 384), ("portable", 16)])
def test_features_equal_those_of_onnx_runtime(photos, expected, limit_simd, level, count):
    limit_simd(level)
    step = len(photos) // count
    rows, wanted = _core.Network().features(photos[::step]), expected[::step]
    assert len(rows) == count
    assert_within(rows, wanted, float32_network_bound(published_model.sum_terms(), wanted.max()))


def test_bf16_features_have_nearly_the_direction_of_onnx_runtimes_in_fp32(photos, expected):
    rows = make_network("bf16").features(photos)
    assert not np.array_equal(rows, _core.Network().features(photos))
    cosine = cosines(rows, expected)
    assert cosine.mean() >= 0.9993  # 0.9996; rounding the published 8-bit weights would give 0.9987
    assert cosine.min() >= 0.997


@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_batch_gives_the_rows_of_its_images_in_any_order(photos, precision):
    network = make_network(precision)
    rows = network.features(photos[:8])
    assert same_bits(network.features(photos[:8][::-1].copy()), rows[::-1])
    assert same_bits(np.stack([network.features(photo) for photo in photos[:8]]), rows)
    assert network.features(photos[:0]).shape == (0, 1280)


def test_dequantised_weights_equal_those_of_the_published_file_to_the_bit():
    weights = _core.read_model_weights()
    names = list(dict.fromkeys(name.rsplit(".", 1)[0] for name in weights))  # in the order of the network
    layers = published_model.read_layers()
    assert len(names) == len(layers) == 52
    for name, layer in zip(names, layers, strict=True):
        kernel = layer.weight  # [out, in / group, k, k]
        if name.endswith(".depthwise"):
            kernel = kernel[:, 0].transpose(1, 2, 0)
        elif name == "stem":
            kernel = kernel.transpose(0, 2, 3, 1)
        else:
            kernel = kernel[:, :, 0, 0]
        assert kernel.shape == weights[f"{name}.weight"].shape
        assert kernel.tobytes() == weights[f"{name}.weight"].tobytes(), name
        assert layer.bias.tobytes() == weights[f"{name}.bias"].tobytes(), name


def test_the_card_is_a_dict_that_names_licence_and_preprocessing():
    card = _core.Network().card
    assert card["name"] == "mobilenet_v2_1.0_224"
    assert card["licence"] == "Apache-2.0"
    assert (card["input_width_px"], card["input_height_px"], card["feature_width"]) == (224, 224, 1280)
    assert card["filter"] == "bicubic"


def test_a_model_file_gives_the_features_of_the_built_in_model():
    image = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    assert same_bits(_core.Network(str(MODEL)).features(image), _core.Network().features(image))


def test_images_of_another_size_are_a_value_error():
    network = _core.Network()
    for shape in [(223, 224, 3), (224, 224), (1, 224, 224, 4)]:
        with pytest.raises(ValueError, match="height, width, 3"):
            network.features(np.zeros(shape, np.uint8))


def test_an_unknown_model_is_an_error():
    with pytest.raises(_core.Error, match="no model 'resnet'"):
        _core.Network("resnet")
