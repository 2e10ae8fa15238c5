"""The int8 engine against LiteRT with XNNPACK on the published file: the same integers, on photos and on noise."""

from pathlib import Path

import numpy as np
import pytest
from coulis import _core

pytest.importorskip("ai_edge_litert", reason="the PyPI package ai-edge-litert is missing")
pytest.importorskip("tflite", reason="the PyPI package tflite is missing")
from core.network.pooled_by_litert import PooledByLiteRT

SHARED = Path(__file__).parents[3] / ".." / "shared"
TFLITE = SHARED / "models" / "mobilenet_v2_1.0_224_ptq.tflite"
PHOTOS = SHARED / "fruits-360" / "Test"

pytestmark = pytest.mark.skipif(not TFLITE.exists(), reason=f"{TFLITE} is missing")
needs_photos = pytest.mark.skipif(not PHOTOS.exists(), reason=f"{PHOTOS} is missing")


@pytest.fixture(scope="module")
def litert():
    return PooledByLiteRT(TFLITE)


@pytest.fixture(scope="module")
def expected(litert, photos):
    return litert.features(photos)


@pytest.fixture
def network_at():
    """A function: SIMD level -> the int8 network on it."""

    def make(level):
        try:
            _core.limit_simd(level)
        except _core.Error as error:
            pytest.skip(str(error))
        return _core.Network(precision="int8")

    yield make
    _core.limit_simd("best")


# The portable level takes some 0.1 s for a photo: 20 photos for it.
@needs_photos
@pytest.mark.parametrize(("level", "count"), [("avx512", 500), ("avx2", 500), ("portable", 20)])
def test_features_of_photos_equal_those_of_litert_integer_for_integer(photos, expected, network_at, level, count):
    step = len(photos) // count
    rows = network_at(level).features(photos[::step])
    assert len(rows) == count
    assert np.array_equal(rows, expected[::step])


@pytest.mark.parametrize("level", ["avx512", "avx2", "portable"])
def test_features_of_noise_and_of_flat_colours_equal_those_of_litert(litert, network_at, level):
    noise = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), np.uint8)
    extremes = np.random.default_rng(1).integers(0, 2, (1, 224, 224, 3), np.uint8) * np.uint8(255)
    flat = np.stack([np.full((224, 224, 3), value, np.uint8) for value in (0, 255)])
    images = np.concatenate([noise, extremes, flat])
    assert np.array_equal(network_at(level).features(images), litert.features(images))


@needs_photos
def test_features_resemble_those_of_float32(photos):
    rows = _core.Network(precision="int8").features(photos[::25])
    wanted = _core.Network().features(photos[::25])
    cosine = (rows * wanted).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosine.mean() >= 0.98
