from pathlib import Path

import pytest
from core.decode.oracle import difference, outcome, pillow

PHOTOS = Path(__file__).parents[4] / "shared" / "fruits-360" / "Test"
CLASSES = sorted(p.name for p in PHOTOS.iterdir()) if PHOTOS.is_dir() else []


@pytest.mark.skipif(not CLASSES, reason="../shared/fruits-360/Test is missing")
def test_there_are_2592_photos():
    assert sum(1 for _ in PHOTOS.glob("*/*.jpg")) == 2592


@pytest.mark.parametrize("name", CLASSES)
def test_every_photo_equals_pillow_to_the_byte(name):
    for path in (PHOTOS / name).glob("*.jpg"):
        data = path.read_bytes()
        assert difference(pillow(data), outcome(data)) is None, path.name
