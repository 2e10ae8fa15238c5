"""Headers that lie must not cost memory: each file is decoded in its own process, which tells its peak."""

import subprocess
import sys
from pathlib import Path

import pytest

BAD = Path(__file__).parent / "bad"
LIARS = sorted(p.name for p in BAD.iterdir() if p.stem.startswith(("bomb", "huge", "lying", "text_bomb", "scan_bomb")))
LIMIT_BYTES = 64 << 20

MEASURE = """
import resource, sys
sys.path.insert(0, sys.argv[1])
from coulis import _core
data = open(sys.argv[2], "rb").read()
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
try:
    _core.decode(data)
except _core.DecodeFailure:
    pass
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) * 1024)
"""


@pytest.mark.parametrize("name", LIARS)
def test_a_lying_header_costs_less_than_64_mib(name):
    from coulis import _core

    build = str(Path(_core.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, build, str(BAD / name)], capture_output=True, text=True, check=True
    )
    assert int(run.stdout) < LIMIT_BYTES


def test_there_is_a_liar_of_each_format():
    assert {Path(name).suffix for name in LIARS} == {".jpg", ".png", ".webp", ".gif", ".bmp", ".tiff"}
