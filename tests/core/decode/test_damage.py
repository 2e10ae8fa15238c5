"""Damaged files: cut at every byte, or with flipped bits. Never a crash, and never half an image."""

from pathlib import Path

import numpy as np
import pytest
from core.decode.oracle import difference, outcome, pillow

GOOD = sorted((Path(__file__).parent / "good").iterdir())


def mutants(data: bytes, count: int, seed: int):
    rng = np.random.default_rng(seed)
    for _ in range(count):
        mutant = bytearray(data)
        for at in rng.integers(0, len(data), rng.integers(1, 9)):
            mutant[at] ^= 1 << rng.integers(0, 8)
        yield bytes(mutant)


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.name)
def test_a_good_file_equals_pillow(path):
    assert difference(pillow(path.read_bytes()), outcome(path.read_bytes())) is None


@pytest.mark.parametrize("path", GOOD, ids=lambda p: p.name)
def test_a_file_cut_at_any_byte_is_refused_or_whole(path):
    data = path.read_bytes()
    whole = outcome(data)
    refused = 0
    for length in range(len(data)):
        cut = outcome(data[:length])
        if isinstance(cut, str):
            refused += 1
        else:
            assert difference(whole, cut) is None, f"cut at {length} of {len(data)}"
    assert refused > len(data) // 3


@pytest.mark.parametrize("format_", ["jpg", "png", "webp", "gif", "bmp", "tiff", "heic", "avif", "jxl"])
def test_300_mutants_are_refused_or_have_the_size_that_pillow_finds(format_):
    paths = [p for p in GOOD if p.suffix == f".{format_}"]
    accepted = 0
    for seed, path in enumerate(paths):
        for mutant in mutants(path.read_bytes(), 300 // len(paths) + 1, seed):
            got = outcome(mutant, max_pixels=1_000_000, exif_orientation=True)
            if isinstance(got, str):
                continue
            accepted += 1
            assert (got.dtype, got.ndim, got.shape[2]) == (np.uint8, 3, 3)
            try:
                want = pillow(mutant, turned=True)
            except Exception:  # Pillow raises many kinds; that it refuses what we read is no defect
                continue
            assert want.shape == got.shape
    assert accepted > 0 or format_ == "png"  # its checksums catch every flip
