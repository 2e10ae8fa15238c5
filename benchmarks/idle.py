"""Whether the machine does something else: figures count only where it does not."""

from __future__ import annotations

import os
import time
from pathlib import Path

LIMIT = 0.3  # cores
SAMPLE_S = 3.0
PATIENCE_S = 120.0  # what the previous benchmark started may still be ending


def read_busy_s() -> float:
    """Seconds of all cores that were not idle since the system started (proc(5), /proc/stat)."""
    user, nice, system, _idle, _iowait, irq, softirq, steal = map(int, Path("/proc/stat").read_text().split()[1:9])
    return (user + nice + system + irq + softirq + steal) / os.sysconf("SC_CLK_TCK")


def measure_busy_cores() -> float:
    """Cores in use, on average over SAMPLE_S while this process sleeps."""
    before, start = read_busy_s(), time.perf_counter()
    time.sleep(SAMPLE_S)
    return (read_busy_s() - before) / (time.perf_counter() - start)


def wait_until_idle() -> float:
    """Waits until at most LIMIT cores are in use, PATIENCE_S at most. Returns the cores in use at the end."""
    start = time.monotonic()
    while (busy := measure_busy_cores()) > LIMIT and time.monotonic() - start < PATIENCE_S:
        pass
    return busy
