"""From bytes to the network's input: the pixels are those of Pillow's own steps, by the bits of the features."""

import io

import coulis
import numpy as np
import pytest
from PIL import Image, ImageOps

SIZES = [
    (100, 100),
    (447, 448),
    (448, 448),
    (895, 897),
    (896, 900),
    (1800, 1793),
    (3590, 3601),
    (500, 4000),
    (4000, 300),
]


def make_photo(size: tuple[int, int], seed: int = 1) -> Image.Image:
    """Detail at all scales, so that each byte of a wrong step shows."""
    random = np.random.default_rng(seed)
    coarse = Image.fromarray(random.integers(0, 256, (24, 32, 3), dtype=np.uint8)).resize(
        size, Image.Resampling.BICUBIC
    )
    noise = random.integers(-20, 21, (size[1], size[0], 3))
    return Image.fromarray(np.clip(np.asarray(coarse) + noise, 0, 255).astype(np.uint8))


def jpeg(image: Image.Image, **options) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", **{"quality": 90, **options})
    return file.getvalue()


def input_of_network(data: bytes, *, scaled: bool = False, upright: bool = False) -> bytes:
    """As a PNG."""
    image = Image.open(io.BytesIO(data))
    if scaled:
        image.draft("RGB", (448, 448))
    if upright:
        image = ImageOps.exif_transpose(image)
    file = io.BytesIO()
    image.convert("RGB").resize((224, 224), Image.Resampling.BICUBIC).save(file, "PNG")
    return file.getvalue()


def rows(data: bytes, **options) -> bytes:
    return coulis.featurize([data], on_bad="raise", threads=1, **options).values.tobytes()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("options", [{}, {"subsampling": "4:4:4"}, {"subsampling": "4:2:2"}, {"progressive": True}])
def test_scaled_is_the_draft_of_pillow(size, options):
    data = jpeg(make_photo(size), **options)
    assert rows(data, decode="scaled") == rows(input_of_network(data, scaled=True))
    assert rows(data) == rows(input_of_network(data))


@pytest.mark.parametrize("mode", ["L", "CMYK"])
def test_scaled_grey_and_cmyk(mode):
    data = jpeg(make_photo((1800, 1793)).convert(mode))
    assert rows(data, decode="scaled") == rows(input_of_network(data, scaled=True)) != rows(data)


def test_scaled_leaves_other_formats_as_they_are():
    image = make_photo((1800, 900))
    for format in ("PNG", "WEBP", "TIFF", "BMP", "GIF"):
        file = io.BytesIO()
        image.save(file, format)
        assert (
            rows(file.getvalue(), decode="scaled") == rows(file.getvalue()) == rows(input_of_network(file.getvalue()))
        )


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("size", [(224, 224), (640, 480), (480, 640), (300, 2000), (2000, 300), (224, 500), (500, 224)])
def test_a_photo_on_its_side_is_resampled_as_if_it_were_upright(size, orientation):
    exif = Image.Exif()
    exif[0x0112] = orientation
    data = jpeg(make_photo(size, seed=orientation), exif=exif)
    assert rows(data, exif_orientation=True) == rows(input_of_network(data, upright=True))
    scaled = rows(input_of_network(data, scaled=True, upright=True))
    assert rows(data, exif_orientation=True, decode="scaled") == scaled


def test_a_way_of_decoding_that_does_not_exist_is_named():
    with pytest.raises(coulis.Error, match=r"use full or scaled"):
        coulis.featurize([jpeg(make_photo((10, 10)))], decode="fast")
