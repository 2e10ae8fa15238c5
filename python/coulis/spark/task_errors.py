"""Errors of tasks: Spark retries a task that raises, and gives the text of the last exception to the driver.

A TaskError travels in that text as base64 after a token. The sentence comes first, for Spark's pages.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from contextlib import contextmanager

from coulis.program import make_error
from coulis.task_results import maybe_error

TOKEN = "coulis-error:"
FAILURE = re.compile(TOKEN + r"([A-Za-z0-9+/]+=*)\.")


def raise_failure(result: bytes) -> None:
    """In a task: raises if the result is an error."""
    error = maybe_error(result)
    if error is None:
        return
    sentence = f"coulis: {error}; try: {error.remedy} (exit code {error.code})"
    raise RuntimeError(f"{sentence}\n{TOKEN}{base64.b64encode(result).decode()}.")


@contextmanager
def read_by_driver() -> Iterator[None]:
    """On the driver, around a job. Keeps other errors as Spark raises them."""
    try:
        yield
    except Exception as error:
        found = FAILURE.search(str(error))
        failure = maybe_error(base64.b64decode(found[1])) if found else None
        if failure is None:
            raise
        raise make_error(failure.code, str(failure), failure.remedy) from error
