"""How much memory and time the decoding of a file costs: each file in its own process, which tells its peak."""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

MEASURE = """
import resource, sys, time
sys.path.insert(0, sys.argv[1])
from coulis import _core
data = open(sys.argv[2], "rb").read()
def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
before, start, code = peak(), time.process_time(), "ok"
try:
    _core.decode(data)
except _core.DecodeFailure as failure:
    code = failure.args[0]
print(code, peak() - before, time.process_time() - start)
"""


@dataclass(frozen=True)
class Cost:
    code: str  # "ok", or of the failure
    rise_bytes: int  # of the peak, over a process that has only read the file
    seconds: float  # of CPU: a busy machine changes nothing


def measure(path: Path) -> Cost:
    from coulis import _core

    build = str(Path(_core.__file__).parents[1])
    run = subprocess.run(
        [sys.executable, "-c", MEASURE, build, str(path)], capture_output=True, text=True, check=True, timeout=120
    )
    code, rise_bytes, seconds = run.stdout.split()
    return Cost(code, int(rise_bytes), float(seconds))
