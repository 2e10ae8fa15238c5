"""The driver of a run by tasks, as a process of its own: its children of `coulis serve` are the driver's work too.

    python -m soak.driver_process INPUT OUTPUT PROCESSES OPTIONS

Prints one line of JSON: the clock at the beginning and the end of each stage, and the run's summary.
"""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Iterator

from clusters.pool import Pool
from coulis import tasks


def main() -> None:
    input, output, processes, options = sys.argv[1:]
    pool = Pool(int(processes))
    stages: list[tuple[str, float, float]] = []

    def run_stage(stage: tasks.Stage) -> Iterator[bytes]:
        begin = time.monotonic()
        yield from pool.run_stage(stage)
        stages.append((stage.name, begin, time.monotonic()))

    begin = time.monotonic()
    summary = tasks.run(run_stage, input, output, **json.loads(options))
    print(json.dumps({"begin": begin, "end": time.monotonic(), "stages": stages, "summary": summary}))


if __name__ == "__main__":
    main()
