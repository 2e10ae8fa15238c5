"""The int8 engine against LiteRT with XNNPACK on the published file: the same integers, on photos and on noise."""

import numpy as np
import pytest
from bits import same_bits
from core.network.pooled_by_litert import PooledByLiteRT
from coulis import _core
from originals.published_model import PUBLISHED


@pytest.fixture(scope="module")
def litert():
    return PooledByLiteRT(PUBLISHED)


@pytest.fixture(scope="module")
def expected(litert, photos):
    return litert.features(photos)


@pytest.fixture
def network_at(limit_simd):
    """A function: SIMD level -> the int8 network on it."""

    def make(level):
        limit_simd(level)
        return _core.Network(precision="int8")

    return make


# The portable level takes some 0.1 s for a photo: 20 photos for it.
@pytest.mark.parametrize(("level", "count"), [("avx512", 384), ("avx2", 384), ("portable", 16)])
def test_features_of_photos_equal_those_of_litert_integer_for_integer(photos, expected, network_at, level, count):
    step = len(photos) // count
    rows = network_at(level).features(photos[::step])
    assert len(rows) == count
    assert same_bits(rows, expected[::step])


@pytest.mark.parametrize("level", ["avx512", "avx2", "portable"])
def test_features_of_noise_and_of_flat_colours_equal_those_of_litert(litert, network_at, level):
    noise = np.random.default_rng(0).integers(0, 256, (2, 224, 224, 3), np.uint8)
    extremes = np.random.default_rng(1).integers(0, 2, (1, 224, 224, 3), np.uint8) * np.uint8(255)
    flat = np.stack([np.full((224, 224, 3), value, np.uint8) for value in (0, 255)])
    images = np.concatenate([noise, extremes, flat])
    assert same_bits(network_at(level).features(images), litert.features(images))


def test_features_resemble_those_of_float32(photos):
    rows = _core.Network(precision="int8").features(photos[::25])
    wanted = _core.Network().features(photos[::25])
    cosine = (rows * wanted).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(wanted, axis=1)
    assert cosine.mean() >= 0.98
