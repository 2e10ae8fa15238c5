"""finish: a long native call that Ctrl-C ends. Python hears signals between instructions of its main thread only."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any


def finish(call: Any) -> Any:
    """call.run() on a thread of its own; whatever interrupts the wait for it calls call.stop() from here."""
    with ThreadPoolExecutor(1) as one_thread:
        try:
            return one_thread.submit(call.run).result()
        except BaseException:
            call.stop()
            raise
