"""Photos, SIMD levels and OpenVINO for the imported models."""

import importlib.util
from pathlib import Path

import cpu
import numpy as np
import pytest
from coulis import _core
from originals.photos import ALL, read_photos
from tolerance import assert_within, float32_network_bound


@pytest.fixture(scope="session")
def photos() -> np.ndarray:
    """uint8 [24, 224, 224, 3], spread over the fruits."""
    return read_photos(ALL[::8])


@pytest.fixture(params=cpu.LEVELS)
def level(request):
    """Each SIMD level that the CPU has, in force."""
    cpu.need(request.param)
    _core.limit_simd(request.param)
    yield request.param
    _core.limit_simd(cpu.ASKED_FOR)


@pytest.fixture
def assert_parity():
    """No network here has more terms in the sums of its layers than 40,000, one of each added up."""

    def check(rows: np.ndarray, expected: np.ndarray) -> None:
        rows, expected = rows.astype(np.float64), expected.astype(np.float64)
        assert rows.shape == expected.shape
        assert expected.std(0).max() > 1e-2, "features that do not depend on the photo would prove nothing"
        assert_within(rows, expected, float32_network_bound(40_000, np.abs(expected).max()))

    return check


@pytest.fixture(autouse=True)
def openvino_of_this_python(monkeypatch):
    """_core lies in the build folder, not beside the package."""
    if spec := importlib.util.find_spec("openvino"):
        monkeypatch.setenv("COULIS_OPENVINO", str(Path(spec.submodule_search_locations[0]) / "libs"))
