"""The features of 16 photos are what they were, at each precision and SIMD level: README.md beside it."""

import cpu
import numpy as np
import pytest
from coulis import _core
from golden.make import FOLDER, KINDS, compute, tolerance_of
from originals.photos import FRUITS, read_photos
from safetensors import safe_open
from tolerance import assert_within


def read(name: str) -> tuple[np.ndarray, dict[str, str]]:
    with safe_open(FOLDER / f"{name}.safetensors", framework="np") as file:
        return file.get_tensor("features"), file.metadata()


def photos_of(metadata: dict[str, str]) -> np.ndarray:
    return read_photos([FRUITS / name for name in metadata["photos"].splitlines()])


@pytest.mark.parametrize("name", KINDS)
def test_rows_have_the_bits_that_this_level_gave_before(name):
    cpu.need(KINDS[name][0])
    if not (FOLDER / f"{name}.safetensors").exists():
        pytest.skip(f"no golden rows of {name} yet: tests/golden/make.py makes them on this CPU")
    rows, metadata = read(name)
    ours = compute(name, photos_of(metadata))
    assert ours.tobytes() == rows.tobytes(), f"they differ by up to {np.abs(ours - rows).max()}"


@pytest.mark.parametrize("name", [name for name in KINDS if name != "int8"])
def test_rows_of_float32_are_within_the_tolerance_of_every_other_level(name):
    cpu.need(KINDS[name][0])
    rows, metadata = read("fp32-portable")
    ours = compute(name, photos_of(metadata))
    if name == "bf16":
        assert np.abs(ours - rows).max() > float(metadata["tolerance"]), "these are rows of float32"
        assert_within(ours, rows, tolerance_of(name, rows))
    else:
        assert_within(ours, rows, float(metadata["tolerance"]))


@pytest.mark.parametrize("level", cpu.LEVELS)
def test_rows_of_int8_are_the_same_integers_on_every_level(level):
    cpu.need(level)
    rows, metadata = read("int8")
    _core.limit_simd(level)
    ours = _core.Network(precision="int8").features(photos_of(metadata))
    _core.limit_simd(cpu.ASKED_FOR)
    assert ours.tobytes() == rows.tobytes()
