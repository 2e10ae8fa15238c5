"""_core.resample against the installed Pillow, to the byte, on every SIMD level of this CPU."""

import cpu
import numpy as np
import pytest
from coulis import _core
from hypothesis import example, given, settings
from hypothesis import strategies as st
from originals.photos import ALL
from PIL import Image

FILTERS = {
    "nearest": Image.Resampling.NEAREST,
    "bilinear": Image.Resampling.BILINEAR,
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
}

sizes = st.integers(1, 400)
targets = st.one_of(st.integers(1, 400), st.just(224))
contents = st.sampled_from(["random", "extreme", "checker", "white"])


@pytest.fixture(params=cpu.LEVELS, scope="module")
def level(request):
    cpu.need(request.param)
    _core.limit_simd(request.param)
    yield request.param
    _core.limit_simd(cpu.ASKED_FOR)


def make_image(width, height, content, seed=0):
    if content == "white":
        return np.full((height, width, 3), 255, np.uint8)
    if content == "checker":
        y, x, c = np.ogrid[:height, :width, :3]
        return ((x + y + c) % 2 * 255).astype(np.uint8)
    noise = np.random.default_rng([width, height, seed]).integers(0, 256, (height, width, 3), np.uint8)
    return noise if content == "random" else (noise >> 7) * np.uint8(255)


def assert_equals_pillow(image, width, height, name):
    expected = np.asarray(Image.fromarray(image).resize((width, height), FILTERS[name]))
    np.testing.assert_array_equal(_core.resample(image, width, height, name), expected, strict=True)


@settings(max_examples=80, deadline=None, derandomize=True, database=None)
@given(
    width=sizes,
    height=sizes,
    to_width=targets,
    to_height=targets,
    name=st.sampled_from(list(FILTERS)),
    content=contents,
)
@example(width=100, height=100, to_width=224, to_height=224, name="bicubic", content="extreme")
def test_any_size_and_filter_equals_pillow(level, width, height, to_width, to_height, name, content):
    assert_equals_pillow(make_image(width, height, content), to_width, to_height, name)


@pytest.mark.parametrize("name", FILTERS)
@pytest.mark.parametrize(
    ("width", "height"),
    [
        (1, 1),
        (1, 3000),
        (3000, 1),
        (2, 3),
        (100, 100),
        (223, 225),
        (224, 100),
        (100, 224),
        (224, 224),
        (20, 2500),
        (360, 640),
    ],
)
def test_awkward_sizes_to_224_equal_pillow(level, width, height, name):
    assert_equals_pillow(make_image(width, height, "random"), 224, 224, name)


@pytest.mark.parametrize("name", ["bicubic", "lanczos"])
@pytest.mark.parametrize(("width", "height"), [(3000, 2000), (2000, 3000), (5000, 17)])
def test_large_photos_to_224_equal_pillow(level, width, height, name):
    assert_equals_pillow(make_image(width, height, "extreme"), 224, 224, name)


def test_enlarging_beyond_the_input_of_a_camera_equals_pillow(level):
    assert_equals_pillow(make_image(301, 203, "random"), 3000, 2000, "bicubic")


@pytest.mark.parametrize(("width", "height"), [(300_000, 1), (1, 300_000), (300_000, 2)])
def test_absurdly_long_images_equal_pillow(level, width, height):
    assert_equals_pillow(make_image(width, height, "random"), 224, 224, "bicubic")


@pytest.mark.parametrize("to_width", [100, 101, 120, 130])
def test_the_order_of_the_passes_changes_where_pillow_changes_it(level, to_width):
    # The height shrinks by 40: columns go first once the width shrinks by less than 20.
    for to_height in (79, 80, 81):
        assert_equals_pillow(make_image(120, 120, "extreme"), to_width, to_height, "bicubic")


def test_real_photos_equal_pillow(level):
    for photo in ALL[::8]:
        assert_equals_pillow(np.asarray(Image.open(photo).convert("RGB")), 224, 224, "bicubic")


def test_an_unknown_filter_is_refused_by_name():
    with pytest.raises(_core.Error, match="unknown filter 'sharp'"):
        _core.resample(make_image(2, 2, "white"), 1, 1, "sharp")


@pytest.mark.parametrize(("width", "height"), [(0, 5), (5, 0), (-1, 5)])
def test_a_size_below_one_pixel_is_refused(width, height):
    with pytest.raises(_core.Error, match="below one pixel"):
        _core.resample(make_image(2, 2, "white"), width, height)


def test_an_empty_image_is_refused():
    with pytest.raises(_core.Error, match="no pixels"):
        _core.resample(np.zeros((0, 5, 3), np.uint8), 4, 4)
