"""Each write, fsync, rename, open, read, ... on OUTPUT fails once: every n to the end of two runs."""

import tempfile
from collections import Counter
from pathlib import Path

from faults.io_faults import FILLS_A_DISK, READS, WRITES, Fault, count_calls, inject, make_scenarios
from soak.row import Row

CHANGES = ",".join(WRITES)
FAULTS = [(call, "EIO") for call in WRITES + READS] + [
    (FILLS_A_DISK, "ENOSPC"),
    ("write", "short"),
    ("read", "short"),
    ("write,read", "EINTR"),
    (CHANGES, "kill"),
]


def check() -> Row:
    outcomes: Counter[str] = Counter()
    kinds: Counter[str] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        output = Path(folder) / "out"
        for scenario in make_scenarios(Path(folder)):
            for calls, kind in FAULTS:
                count = count_calls(scenario, calls, output)
                results = [inject(scenario, Fault(calls, kind, at), output) for at in range(1, count + 1)]
                outcomes.update(results)
                kinds[kind] += count
                print(f"{kind} at each of {count} calls of {calls}: {dict(Counter(results))}", flush=True)
    total = kinds.total()
    killed, survived = kinds["kill"], outcomes["survived"]
    return Row(
        "io_errors",
        "the n-th call fails or is cut short, every n to the end of a run on nothing and of one on an earlier "
        "output; calls: write, fsync, rename, unlink, mkdir, open, read, opendir, readdir, flock",
        f"{total} runs: {', '.join(f'{count} {kind}' for kind, count in kinds.items())}",
        f"0 half files, 0 rows; {total - survived - killed} exit code 5 and one sentence, {killed} killed, {survived} "
        f"finished all the same; {total} of {total} byte-identical after the same command",
        "make soak CHECKS=io_errors",
    )
