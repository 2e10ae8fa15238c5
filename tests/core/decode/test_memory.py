"""Headers that lie, and files that unpack to far more than they are, must cost neither memory nor time."""

from pathlib import Path

import pytest
from core.decode.bombs import BOMBS
from core.decode.peak_memory import measure

BAD = Path(__file__).parent / "bad"
LIARS = sorted(p.name for p in BAD.iterdir() if p.stem.startswith(("bomb", "huge", "lying", "text_bomb", "scan_bomb")))
LIMIT_BYTES = 64 << 20
LIMIT_SECONDS = 5


@pytest.mark.parametrize("name", LIARS)
def test_a_lying_header_costs_less_than_64_mib(name):
    assert measure(BAD / name).rise_bytes < LIMIT_BYTES


def test_there_is_a_liar_of_each_format():
    assert {Path(name).suffix for name in LIARS} == {".jpg", ".png", ".webp", ".gif", ".bmp", ".tiff"}


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_with_its_own_code_and_costs_less_than_64_mib(name, tmp_path):
    code, make = BOMBS[name]
    path = tmp_path / name
    path.write_bytes(make())
    cost = measure(path)
    assert cost.code == code
    assert cost.rise_bytes < LIMIT_BYTES
    assert cost.seconds < LIMIT_SECONDS
