"""Real photos, as the built-in model takes them, and SIMD levels."""

import cpu
import pytest
from coulis import _core
from originals.photos import read_all_twice


@pytest.fixture(scope="module")
def photos():
    """uint8 [384, 224, 224, 3]"""
    return read_all_twice()


@pytest.fixture
def limit_simd():
    """A function that limits coulis to a level, or skips on a CPU without it."""

    def limit(level):
        cpu.need(level)
        _core.limit_simd(level)

    yield limit
    _core.limit_simd(cpu.ASKED_FOR)
