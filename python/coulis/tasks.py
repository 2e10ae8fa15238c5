"""The whole run on a cluster, whatever the cluster is: all that the folder of one imports.

A cluster is a function run_stage(stage). It has work(stage.shared, order.bytes) called for each of stage.orders, on any
machine, and returns the results in any order. Orders and results are bytes that it does not look into. An order may be
worked on again, even at the same time: parts are committed under names that depend on their content.

An order that fails has a result too: maybe_error(result) is its TaskError. A cluster that tries failed tasks again may
do so; run() raises the first error that it is given. Where an order has killed its worker twice, work_apart() finds the
photo.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from functools import lru_cache
from pathlib import Path
from typing import Any

from coulis import _core, _job
from coulis._job import Order, Stage, TaskError, maybe_error
from coulis.given import is_uri
from coulis.job import report
from coulis.keywords import to_native
from coulis.part_process import work_apart

__all__ = [
    "Order",
    "Stage",
    "TaskError",
    "make_failure",
    "maybe_error",
    "merge_moments",
    "place",
    "run",
    "to_exception",
    "work",
    "work_apart",
]


def run(
    run_stage: Callable[[Stage], Iterable[bytes]],
    input: str,
    output: str,
    k: int | None = None,
    *,
    pca: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """As coulis.run(), but for who works on the parts."""
    keywords = to_native({"input": place(input), "output": place(output), "k": k, **options})
    summary: dict[str, Any] = _job.run(keywords, pca, run_stage, report)
    return summary


def place(uri: str) -> str:
    """Tasks have working folders of their own. `..` stays: after a link it leads elsewhere than the letters say."""
    return uri if is_uri(uri) else str(Path(uri).expanduser().absolute())


def work(shared: bytes, order: bytes, *, model: str | None = None, threads: int = 1) -> bytes:
    """In a task: the result of an order. `model`: where the model file is here, if not at its path."""
    return worker_of(os.getpid(), shared, model, threads).work(order)


@lru_cache(maxsize=1)
def worker_of(process: int, shared: bytes, model: str | None, threads: int) -> _job.TaskWorker:
    """Kept for the next order of this process, not for its children."""
    return _job.TaskWorker(shared, model, threads)


def merge_moments(results: Iterable[bytes]) -> bytes:
    """Anywhere, of a stage of moments: one result for those of orders with the same number // 32, in their order.

    A cluster may do so, for its driver to get fewer of them, 6.6 MB each; once more with number // 32 for the number.
    """
    return _job.merge_moments(results)  # cannot be pickled itself


def make_failure(order: bytes, error: Exception) -> bytes:
    """In a task: the result of an order that failed outside of work()."""
    return _job.make_failure(order, str(error), getattr(error, "remedy", ""), getattr(error, "code", 1))


def to_exception(error: TaskError) -> _core.Error:
    exception = _core.Error(str(error))
    exception.remedy, exception.code = error.remedy, error.code
    return exception
