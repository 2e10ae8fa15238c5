"""The engine against ONNX Runtime: the same weights to the bit, the same features on photos."""

from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from coulis import _core
from onnx import numpy_helper

SHARED = Path(__file__).parents[3] / ".." / "shared"
ONNX_MODEL = SHARED / "models" / "mobilenetv2_from_int8_fp32.onnx"
PHOTOS = SHARED / "fruits-360" / "Test"
MODEL = Path(__file__).parents[3] / "models" / "mobilenet_v2_1.0_224.safetensors"

needs_onnx_model = pytest.mark.skipif(not ONNX_MODEL.exists(), reason=f"{ONNX_MODEL} is missing")
needs_photos = pytest.mark.skipif(not PHOTOS.exists(), reason=f"{PHOTOS} is missing")


@pytest.fixture(scope="module")
def expected(photos):
    """ONNX Runtime's features of the photos: float32 [500, 1280]."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    session = onnxruntime.InferenceSession(ONNX_MODEL, options, providers=["CPUExecutionProvider"])
    inputs = (photos.astype(np.float32) / np.float32(127.5) - np.float32(1)).transpose(0, 3, 1, 2)
    return np.concatenate([session.run(None, {"input": image[None]})[0] for image in inputs])


@pytest.fixture
def limit_simd():
    yield _core.limit_simd
    _core.limit_simd("best")


def make_network(precision):
    try:
        return _core.Network(precision=precision)
    except _core.Error as error:
        pytest.skip(str(error))


def cosines(rows, others):
    """float64 [n], of each row with its counterpart."""
    rows, others = rows.astype(np.float64), others.astype(np.float64)
    return (rows * others).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(others, axis=1)


# The portable level takes some 0.1 s for a photo: 20 photos for it.
@needs_onnx_model
@needs_photos
@pytest.mark.parametrize(("level", "count"), [("avx512", 500), ("avx2", 500), ("portable", 20)])
def test_features_equal_those_of_onnx_runtime(photos, expected, limit_simd, level, count):
    try:
        limit_simd(level)
    except _core.Error as error:
        pytest.skip(str(error))
    step = len(photos) // count
    rows = _core.Network().features(photos[::step])
    wanted = expected[::step]
    assert len(rows) == count
    assert np.abs(rows - wanted).max() <= 1e-4
    assert cosines(rows, wanted).min() >= 0.999999


@needs_onnx_model
@needs_photos
def test_bf16_features_have_nearly_the_direction_of_onnx_runtimes_in_fp32(photos, expected):
    rows = make_network("bf16").features(photos)
    assert not np.array_equal(rows, _core.Network().features(photos))
    cosine = cosines(rows, expected)
    assert cosine.mean() >= 0.9993  # 0.9996; rounding the published 8-bit weights would give 0.9987
    assert cosine.min() >= 0.997


@needs_photos
@pytest.mark.parametrize("precision", ["fp32", "bf16"])
def test_a_batch_gives_the_rows_of_its_images_in_any_order(photos, precision):
    network = make_network(precision)
    rows = network.features(photos[:8])
    assert np.array_equal(network.features(photos[:8][::-1].copy()), rows[::-1])
    assert np.array_equal(np.stack([network.features(photo) for photo in photos[:8]]), rows)
    assert network.features(photos[:0]).shape == (0, 1280)


@needs_onnx_model
def test_dequantised_weights_equal_the_onnx_initialisers_to_the_bit():
    weights = _core.read_model_weights()
    initialisers = {i.name: numpy_helper.to_array(i) for i in onnx.load(ONNX_MODEL).graph.initializer}
    layers = list(dict.fromkeys(name.rsplit(".", 1)[0] for name in weights))  # in the order of the network
    convolutions = sorted({name[:6] for name in initialisers if name.startswith("conv")})
    assert len(layers) == len(convolutions) == 52
    for layer, convolution in zip(layers, convolutions, strict=True):
        kernel = initialisers[f"{convolution}_w"]  # [out, in / group, k, k]
        if layer.endswith(".depthwise"):
            kernel = kernel[:, 0].transpose(1, 2, 0)
        elif layer == "stem":
            kernel = kernel.transpose(0, 2, 3, 1)
        else:
            kernel = kernel[:, :, 0, 0]
        assert kernel.shape == weights[f"{layer}.weight"].shape
        assert kernel.tobytes() == weights[f"{layer}.weight"].tobytes(), layer
        assert initialisers[f"{convolution}_b"].tobytes() == weights[f"{layer}.bias"].tobytes(), layer


def test_the_card_is_a_dict_that_names_licence_and_preprocessing():
    card = _core.Network().card
    assert card["name"] == "mobilenet_v2_1.0_224"
    assert card["licence"] == "Apache-2.0"
    assert (card["input_width_px"], card["input_height_px"], card["feature_width"]) == (224, 224, 1280)
    assert card["filter"] == "bicubic"


def test_a_model_file_gives_the_features_of_the_built_in_model():
    image = np.random.default_rng(0).integers(0, 256, (224, 224, 3), np.uint8)
    assert np.array_equal(_core.Network(str(MODEL)).features(image), _core.Network().features(image))


def test_images_of_another_size_are_a_value_error():
    network = _core.Network()
    for shape in [(223, 224, 3), (224, 224), (1, 224, 224, 4)]:
        with pytest.raises(ValueError, match="height, width, 3"):
            network.features(np.zeros(shape, np.uint8))


def test_an_unknown_model_is_an_error():
    with pytest.raises(_core.Error, match="no model 'resnet'"):
        _core.Network("resnet")
