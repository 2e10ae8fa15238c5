"""A TIFF whose pixels are sound is read as Pillow reads it, whatever its other tags say."""

import numpy as np
import pytest
from core.decode.oracle import difference, outcome, pillow

from core.decode import handmade_tiff, odd_tiff

SIZES_AND_PLACES = {256, 257, 273, 278, 322, 323, 324}  # with other values, other bytes would be taken for pixels
COUNTS_OF_BYTES = {279, 325}  # the same, where the bytes are compressed
FORMS = ("_missing", "_twice", "_twice_odd_first", "_first", "_last")
# Pillow fails while it follows these to EXIF that nobody asked for.
POINTERS = {"34665_minus_1", "34853_minus_1"}


def is_compared(name: str, compression: str) -> bool:
    if name.endswith("_type_ifd") and compression != "raw":
        return False  # libtiff 4.5 does not take it for a number, Pillow's libtiff does
    if name in POINTERS:
        return False
    tag = name.split("_", 1)[0]
    needed = SIZES_AND_PLACES if compression == "raw" else SIZES_AND_PLACES | COUNTS_OF_BYTES
    return not tag.isdigit() or int(tag) not in needed or name.removeprefix(tag) in FORMS


def want_of(data: bytes) -> np.ndarray | None:
    try:
        return pillow(data)
    except Exception:  # Pillow raises many kinds
        return None


@pytest.mark.parametrize("tiled", [False, True], ids=["strips", "tiles"])
@pytest.mark.parametrize("compression", odd_tiff.COMPRESSIONS)
def test_one_odd_tag_is_no_matter_unless_it_is_one_to_pillow(compression, tiled):
    every = {"raw": 1, "deflate": 2}.get(compression, 5)
    read = 0
    wrong = {}
    for name, data in odd_tiff.variants(compression, tiled, odd_tiff.TAGS[::every]):
        if not is_compared(name, compression):
            continue
        want, got = want_of(data), outcome(data)
        read += want is not None
        if want is None:
            wrong[name] = None if isinstance(got, str) else "read, and Pillow does not"
        else:
            wrong[name] = difference(want, got)
    assert {name: what for name, what in wrong.items() if what} == {}
    assert read > len(wrong) // 2


COUNTS = {
    "missing": None,
    "zero": lambda counts: [0] * len(counts),
    "of_whole_sectors": lambda counts: [-(-count // 512) * 512 for count in counts],
    "of_the_first": lambda counts: [counts[0]] * len(counts),
    "of_gigabytes": lambda counts: [1 << 31] * len(counts),
    "one_alone": lambda counts: counts[:1],
    "one_too_many": lambda counts: [*counts, 9],
}


@pytest.mark.parametrize("counts", COUNTS)
@pytest.mark.parametrize("tiled", [False, True], ids=["strips", "tiles"])
@pytest.mark.parametrize("order", "<>")
def test_how_many_bytes_an_uncompressed_strip_has_follows_from_its_size(order, tiled, counts):
    rng = np.random.default_rng(5)
    tag = 325 if tiled else 279
    kinds = {"grey": (1, 1, 8), "grey_1bit": (1, 1, 1), "rgb": (3, 2, 8), "rgb_16bit": (3, 2, 16), "cmyk": (4, 5, 8)}
    for name, (samples, photometric, bits) in kinds.items():
        pixels = rng.integers(0, 1 << bits, (37, 41, samples), dtype=np.uint16 if bits > 8 else np.uint8)
        cut = {"tile": 16} if tiled else {"rows": 5}
        for planar in (False, True) if name == "rgb" else (False,):
            options = {"order": order, "compression": handmade_tiff.NONE, "planar": planar, **cut}
            good = handmade_tiff.encode(pixels, photometric, bits, **options)
            data = handmade_tiff.with_counts(good, tag, COUNTS[counts], order)
            assert difference(pillow(good), outcome(data)) is None, (name, planar)
            assert difference(pillow(data), outcome(data)) is None, (name, planar)


@pytest.mark.parametrize("colour", [(0, 128, 128), (255, 128, 128), (90, 20, 240)])
def test_ycbcr_of_one_colour_is_read_in_one_large_strip(colour):
    """The strip unpacks to 500 times its size."""
    pixels = np.full((3000, 3000, 3), colour, dtype=np.uint8)
    data = handmade_tiff.encode(pixels, 6, 8, more={530: ("H", [1, 1])})
    assert len(data) < pixels.nbytes // 500
    assert difference(pillow(data), outcome(data)) is None


@pytest.mark.parametrize("share", [(1, 1), (2, 1), (1, 2), (2, 2), (4, 1), (4, 2), (4, 4)], ids=str)
@pytest.mark.parametrize("tiled", [False, True], ids=["strips", "tiles"])
def test_ycbcr_with_fewer_chroma_samples_equals_pillow(share, tiled):
    rng = np.random.default_rng(7)
    if share == (4, 4) and not tiled:
        return  # libtiff cuts the last units of such a strip, and Pillow takes what is missing for black
    for w, h in ((33, 21), (4, 4), (7, 30)):
        data = handmade_tiff.subsampled(rng, w, h, share, tile=16 if tiled else None)
        assert difference(pillow(data), outcome(data)) is None, (w, h)
        levels = {532: ("f", [16, 235, 128, 240, 128, 240]), 529: ("f", [0.2126, 0.7152, 0.0722])}
        data = handmade_tiff.subsampled(rng, w, h, share, tile=16 if tiled else None, more=levels)
        assert difference(pillow(data), outcome(data)) is None, (w, h)
    unknown = handmade_tiff.subsampled(rng, 33, 21, (3, 1))
    assert want_of(unknown) is None
    assert isinstance(outcome(unknown), str)
