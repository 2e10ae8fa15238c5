"""finish: a long call that Ctrl-C can end. Python handles signals only between instructions of its main thread."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")


def finish(run: Callable[[], T], stop: Callable[[], None]) -> T:
    """Calls run() on a thread of its own. If an exception interrupts the wait, calls stop() from this thread."""
    with ThreadPoolExecutor(1) as one_thread:
        try:
            return one_thread.submit(run).result()
        except BaseException:
            stop()
            raise
