"""Real photos, as the built-in model takes them."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

PHOTOS = Path(__file__).parents[3] / ".." / "shared" / "fruits-360" / "Test"


@pytest.fixture(scope="module")
def photos():
    """uint8 [500, 224, 224, 3], spread evenly over the classes."""
    paths = sorted(PHOTOS.glob("*/*.jpg"))
    chosen = [paths[i * len(paths) // 500] for i in range(500)]
    images = [Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC) for path in chosen]
    return np.stack([np.asarray(image) for image in images])
