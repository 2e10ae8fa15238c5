"""The photos of the repository against Pillow, byte by byte."""

import pytest
from core.decode.oracle import difference, outcome, pillow
from originals.photos import ALL, FRUITS


def test_there_are_192_photos():
    assert len(ALL) == 192


@pytest.mark.parametrize("name", sorted(path.name for path in FRUITS.iterdir()))
def test_every_photo_equals_pillow_to_the_byte(name):
    for path in (FRUITS / name).glob("*.jpg"):
        data = path.read_bytes()
        assert difference(pillow(data), outcome(data)) is None, path.name
