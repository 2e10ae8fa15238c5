"""finish: a long call that Ctrl-C ends. Python hears signals between instructions of its main thread only."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def finish(run: Callable[[], T], stop: Callable[[], None]) -> T:
    """run() on a thread of its own; whatever interrupts the wait for it calls stop() from here."""
    with ThreadPoolExecutor(1) as one_thread:
        try:
            return one_thread.submit(run).result()
        except BaseException:
            stop()
            raise
