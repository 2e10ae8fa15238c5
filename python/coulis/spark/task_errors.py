"""Errors of tasks: an exception of a Python worker reaches the driver as text, and becomes an Error again there.

Spark shows the same text on its pages: it names the part and the machine.
"""

from __future__ import annotations

import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager

from coulis import _core

RUN_FAILED = 1  # as in the exit codes of the command
PATTERN = re.compile(r"coulis: (part \d+ failed on worker \S+: .*?); try: (.*?) \(exit code (\d+)\)", re.DOTALL)


def make_error(message: str, remedy: str, code: int) -> _core.Error:
    error = _core.Error(message)
    error.remedy, error.code = remedy, code
    return error


@contextmanager
def told_by_worker(part: int) -> Iterator[None]:
    """In a task, around the work on a part."""
    try:
        yield
    except Exception as error:
        code, remedy = getattr(error, "code", RUN_FAILED), getattr(error, "remedy", "")
        remedy = remedy or "see the log of this worker"
        where = f"coulis: part {part} failed on worker {platform.node()}"
        raise RuntimeError(f"{where}: {error}; try: {remedy} (exit code {code})") from error


@contextmanager
def read_by_driver() -> Iterator[None]:
    """On the driver, around a job. What is not an error of ours stays as Spark gives it."""
    try:
        yield
    except Exception as error:
        found = PATTERN.search(str(error))
        if found is None:
            raise
        message, remedy, code = found.groups()
        raise make_error(message, remedy, int(code)) from error
