"""Files that lie about their size or unpack to far more than they are."""

import tempfile
from pathlib import Path

from core.decode.bombs import BOMBS
from core.decode.peak_memory import measure
from soak.row import Row

MIB = 1 << 20


def check() -> Row:
    worst_bytes, worst_seconds, lost = 0, 0.0, []
    with tempfile.TemporaryDirectory() as folder:
        for name, (code, make) in BOMBS.items():
            path = Path(folder) / name
            path.write_bytes(make())
            cost = measure(path)
            worst_bytes = max(worst_bytes, cost.rise_bytes)
            worst_seconds = max(worst_seconds, cost.seconds)
            if cost.code != code or cost.rise_bytes >= 64 * MIB or cost.seconds >= 5:
                lost.append(f"{name}: {cost}")
            path.unlink()
    assert not lost, "; ".join(lost)
    return Row(
        "bombs",
        "headers of 65,535 x 65,535, a flat PNG of 11,000 x 11,000, a million GIF frames, TIFF tricks",
        f"{len(BOMBS)} files",
        f"0 without their own code; memory rises by at most {worst_bytes / MIB:.0f} MiB, "
        f"the slowest takes {worst_seconds:.2f} s",
        "make soak CHECKS=bombs",
    )
