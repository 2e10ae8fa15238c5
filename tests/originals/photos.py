"""The photos of examples/fruits as Pillow reads them: the originals' input."""

from pathlib import Path

import numpy as np
from PIL import Image

FRUITS = Path(__file__).parents[2] / "examples" / "fruits"
ALL = sorted(FRUITS.glob("*/*.jpg"))


def read_photo(path: Path | str) -> np.ndarray:
    """uint8 [224, 224, 3], as the built-in model takes it."""
    return np.asarray(Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC))


def read_photos(paths: list[Path]) -> np.ndarray:
    """uint8 [n, 224, 224, 3]"""
    return np.stack([read_photo(path) for path in paths])


def read_all_twice() -> np.ndarray:
    """uint8 [384, 224, 224, 3]: the 192 photos, and each turned by a quarter: other numbers everywhere."""
    photos = read_photos(ALL)
    return np.concatenate([photos, photos.swapaxes(1, 2)])
