"""A cluster of processes on this machine, by coulis.tasks alone: all that the folder of another cluster has to do."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import get_context

from coulis import tasks

ATTEMPTS = 4


class Pool:
    """Orders of a process that has died are worked on again."""

    def __init__(self, processes: int) -> None:
        self.processes = processes

    def run_stage(self, stage: tasks.Stage) -> list[bytes]:
        results: list[bytes] = []
        left = list(stage.orders)
        for _ in range(ATTEMPTS):
            with ProcessPoolExecutor(self.processes, get_context("spawn")) as pool:
                begun = {pool.submit(tasks.work, stage.shared, order.bytes): order for order in left}
                done = [future for future in as_completed(begun) if self.lives(future, pool, stage)]
            results += [future.result() for future in done]
            left = [order for future, order in begun.items() if future not in done]
            if not left:
                return results
        raise RuntimeError(f"{len(left)} orders have killed {ATTEMPTS} processes")

    def lives(self, future: Future[bytes], pool: ProcessPoolExecutor, stage: tasks.Stage) -> bool:
        """Whether the process has lived to give a result."""
        return not isinstance(future.exception(), BrokenProcessPool)
