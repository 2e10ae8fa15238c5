"""What a task of Spark does: its order becomes a result. An error is raised, because Spark retries tasks that raise."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coulis.deaths import work
from coulis.spark.task_errors import raise_failure
from coulis.spark.worker import begin_task, model_path, task_threads
from coulis.task_results import make_failure

Numbered = tuple[int, bytes]  # an order or a result, with the number of the order


def pack(order: bytes) -> bytes:
    """The driver keeps the orders of a whole job: keys compress to a third."""
    return zlib.compress(order, 1)


@dataclass(frozen=True)
class StageTasks:
    """What all tasks of a stage have in common."""

    stage: str
    shared: bytes
    model: str

    def work_on(self, orders: Iterable[Numbered]) -> Iterator[Numbered]:
        """`orders`: packed."""
        begin_task()
        for number, packed in orders:
            order = zlib.decompress(packed)
            result = self._compute_features(order) if self.stage == "features" else work(self.shared, order)
            raise_failure(result)
            yield number, result

    def _compute_features(self, order: bytes) -> bytes:
        try:
            here = model_path(self.model)
        except RuntimeError as error:
            return make_failure(order, error)
        return work(self.shared, order, model=here, threads=task_threads())
