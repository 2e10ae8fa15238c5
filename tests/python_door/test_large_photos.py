"""A photo of twelve megapixels goes from its decoder to the network in bands of rows: no picture stands in memory."""

import subprocess
import sys
from pathlib import Path

import coulis
import pytest
from PIL import Image

WIDTH, HEIGHT = 4032, 3024
PICTURE_BYTES = WIDTH * HEIGHT * 3

MEASURE = """
import resource, sys
sys.path.insert(0, sys.argv[1])
import coulis
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
small, large = (open(path, "rb").read() for path in sys.argv[2:])
options = {"threads": 1, "on_bad": "raise", "exif_orientation": True}
featurizer = coulis.Featurizer(**options)
featurizer.featurize([small])
before = peak()
featurizer.featurize([large])
print(peak() - before)
"""


def picture_in_pieces(size: tuple[int, int]) -> Image.Image:
    return Image.radial_gradient("L").convert("RGB").resize(size)


def exif(orientation: int) -> Image.Exif:
    tags = Image.Exif()
    tags[0x0112] = orientation
    return tags


# Shares of the picture. What a decoder keeps itself: of a progressive JPEG all coefficients, 2 bytes for each of half
# as many samples as the picture has; of a WebP the picture.
FILES = {
    "baseline.jpg": ({}, 0.25),
    "444.jpg": ({"subsampling": "4:4:4"}, 0.25),
    "turned_3.jpg": ({"exif": exif(3)}, 0.25),
    "turned_6.jpg": ({"exif": exif(6)}, 0.25),
    "turned_8.jpg": ({"exif": exif(8)}, 0.25),
    "progressive.jpg": ({"progressive": True}, 1.25),
    "plain.png": ({"compress_level": 1}, 0.25),
    "plain.bmp": ({}, 0.25),
    "raw.tiff": ({}, 0.25),
    "deflated.tiff": ({"compression": "tiff_deflate"}, 0.25),
    "plain.webp": ({"method": 0}, 2),
}


@pytest.fixture(scope="module")
def small(tmp_path_factory) -> Path:
    path = tmp_path_factory.mktemp("small") / "small.jpg"
    picture_in_pieces((100, 100)).save(path)
    return path


def rise(small: Path, large: Path) -> int:
    """Of the peak memory of a process that has computed a small photo before."""
    build = str(Path(coulis.__file__).parents[1])
    command = [sys.executable, "-c", MEASURE, build, str(small), str(large)]
    return int(subprocess.run(command, capture_output=True, text=True, check=True, timeout=120).stdout)


@pytest.mark.parametrize("name", FILES)
def test_a_large_photo_costs_a_share_of_its_picture(name, small, tmp_path):
    options, share = FILES[name]
    picture_in_pieces((WIDTH, HEIGHT)).save(tmp_path / name, **options)
    assert rise(small, tmp_path / name) < share * PICTURE_BYTES


def test_a_picture_that_shrinks_in_height_first_does_not_stand_either(small, tmp_path):
    size = (1000, 12000)  # Pillow resamples its columns first
    picture_in_pieces(size).save(tmp_path / "tall.jpg")
    assert rise(small, tmp_path / "tall.jpg") < 0.25 * size[0] * size[1] * 3
