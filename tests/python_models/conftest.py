"""Photos, SIMD levels and OpenVINO for the imported models."""

import importlib.util
from pathlib import Path

import numpy as np
import pytest
from coulis import _core
from PIL import Image

PHOTOS = Path(__file__).parents[2] / "examples" / "fruits"
LEVELS = ("avx512", "avx2", "portable")


@pytest.fixture(scope="session")
def photos() -> np.ndarray:
    """uint8 [24, 224, 224, 3], spread over the fruits."""
    paths = sorted(PHOTOS.rglob("*.jpg"))
    chosen = paths[:: len(paths) // 24][:24]
    images = [Image.open(path).convert("RGB").resize((224, 224), Image.Resampling.BICUBIC) for path in chosen]
    return np.stack([np.asarray(image) for image in images])


@pytest.fixture(params=LEVELS)
def level(request):
    """Each SIMD level that the CPU has, in force."""
    try:
        _core.limit_simd(request.param)
    except _core.Error as error:
        pytest.skip(str(error))
    yield request.param
    _core.limit_simd("best")


@pytest.fixture
def assert_parity():
    """The bounds that the built-in model is held to."""

    def check(rows: np.ndarray, expected: np.ndarray) -> None:
        rows, expected = rows.astype(np.float64), expected.astype(np.float64)
        assert rows.shape == expected.shape
        assert expected.std(0).max() > 1e-2, "features that do not depend on the photo would prove nothing"
        assert np.abs(rows - expected).max() <= 1e-4
        cosine = (rows * expected).sum(1) / np.linalg.norm(rows, axis=1) / np.linalg.norm(expected, axis=1)
        assert cosine.min() >= 0.999999

    return check


@pytest.fixture(autouse=True)
def openvino_of_this_python(monkeypatch):
    """_core lies in the build folder, not beside the package."""
    if spec := importlib.util.find_spec("openvino"):
        monkeypatch.setenv("COULIS_OPENVINO", str(Path(spec.submodule_search_locations[0]) / "libs"))
