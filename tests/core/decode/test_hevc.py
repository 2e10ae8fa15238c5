"""HEVC by libavcodec gives libde265's pixels, and damage that libde265 paints over is a failure."""

import numpy as np
import pytest
from core.decode.oracle import outcome

from core.decode import libheif, modern

SIZES = [(2, 2), (33, 21), (64, 48), (201, 130)]


def without_profile(heic: bytes) -> bytes:
    """The same pixels; their colours are described in the HEVC alone."""
    assert b"colrnclx" in heic
    return heic.replace(b"colrnclx", b"freenclx")


def files():
    for size in SIZES:
        for name, data in modern.heics(*size):
            if name != "10_bit_grey.heic":  # not converted by libheif
                yield f"{size}, {name}", data
                yield f"{size}, {name}, without profile", without_profile(data)
    for chroma in modern.CHROMAS:
        yield f"12 bits, {chroma}", modern.deep_heic(64, 48, "RGB;16", chroma=chroma, save_to_12bit=True)
    yield from modern.grids()


def test_the_pixels_equal_those_of_libde265():
    compared = [(name, np.array_equal(outcome(data), libheif.decode(data))) for name, data in files()]
    assert len(compared) > 150
    assert [name for name, equal in compared if not equal] == []


def is_accepted(data: bytes) -> bool:
    try:
        libheif.decode(data)
    except ValueError:
        return False
    return True


@pytest.mark.parametrize("name", ["420.heic", "grey.heic", "10_bit.heic", "rgba.heic"])
def test_damage_that_libde265_paints_over_is_refused(name):
    """And nothing is accepted that libde265 refuses. libheif keeps its own decoder for all others in the process."""
    dice = np.random.default_rng(3)
    whole = dict(modern.heics(33, 21))[name]
    pixels = whole.index(b"mdat") + 4
    found = 0
    for _ in range(200):
        mutant = bytearray(whole)
        mutant[dice.integers(pixels, len(mutant))] ^= 1 << dice.integers(0, 8)
        got = outcome(bytes(mutant))
        if isinstance(got, str):
            assert got in ("corrupt", "truncated")
            found += is_accepted(bytes(mutant))
        else:
            assert is_accepted(bytes(mutant))
            assert np.array_equal(got, outcome(bytes(mutant)))
    assert found > 10
