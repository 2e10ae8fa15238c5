"""A cluster of processes on this machine, by coulis.tasks alone: all that the folder of another cluster has to do."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from itertools import chain
from multiprocessing import get_context

from coulis import tasks

ATTEMPTS = 4
ORDERS_OF_A_PROCESS = 2  # one that it works on, and the next


class Pool:
    """Reads an order when there is room for it, and yields each result when it comes: none is kept.

    Orders of a process that has died are worked on again.
    """

    def __init__(self, processes: int) -> None:
        self.processes = processes

    def run_stage(self, stage: tasks.Stage) -> Iterator[bytes]:
        orders: Iterator[tasks.Order] = iter(stage.orders)
        for _ in range(ATTEMPTS):
            lost: list[tasks.Order] = []
            with ProcessPoolExecutor(self.processes, get_context("spawn")) as pool:
                yield from self.work_on(orders, stage, pool, lost)
            if not lost:
                return
            orders = chain(lost, orders)
        raise RuntimeError(f"{len(lost)} orders have killed {ATTEMPTS} processes")

    def work_on(
        self, orders: Iterator[tasks.Order], stage: tasks.Stage, pool: ProcessPoolExecutor, lost: list[tasks.Order]
    ) -> Iterator[bytes]:
        """Until all orders have results, or a process has died. Then the orders without a result are `lost`."""
        begun: dict[Future[bytes], tasks.Order] = {}
        while True:
            while not lost and len(begun) < self.processes * ORDERS_OF_A_PROCESS and (order := next(orders, None)):
                begun[submit(pool, stage, order)] = order
            if not begun:
                return
            for future in wait(begun, return_when=FIRST_COMPLETED).done:
                order = begun.pop(future)
                if self.lives(future, pool, stage):
                    yield future.result()
                else:
                    lost.append(order)

    def lives(self, future: Future[bytes], pool: ProcessPoolExecutor, stage: tasks.Stage) -> bool:
        """Whether the process has lived to give a result."""
        return not isinstance(future.exception(), BrokenProcessPool)


def submit(pool: ProcessPoolExecutor, stage: tasks.Stage, order: tasks.Order) -> Future[bytes]:
    try:
        return pool.submit(tasks.work, stage.shared, order.bytes)
    except BrokenProcessPool as broken:
        lost: Future[bytes] = Future()
        lost.set_exception(broken)
        return lost
