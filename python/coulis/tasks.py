"""The whole run on a cluster, whatever the cluster is: all that the folder of one imports.

A cluster is a function run_stage(stage). It has work(stage.shared, order.bytes) called for each of stage.orders, on any
machine, and returns the results in any order. Orders and results are bytes that it does not look into. An order may be
worked on again, even at the same time: parts are committed under names that depend on their content.

An order that fails has a result too: maybe_error(result) is its TaskError. A cluster that tries failed tasks again may
do so; run() raises the first error that it is given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coulis import _core
from coulis.deaths import PROGRAMS, work
from coulis.given import is_uri
from coulis.job import ended, run_order
from coulis.program import Died, Frame, Program, from_name, make_error
from coulis.task_results import TaskError, make_failure, maybe_error

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
]


@dataclass(frozen=True)
class Order:
    """What one task is to do. number, of the moments: the node of their tree."""

    number: int
    _view: memoryview

    @property
    def bytes(self) -> bytes:
        return self._view.tobytes()


@dataclass(frozen=True)
class Stage:
    """Orders that can be worked on at the same time; `orders` are in ascending order."""

    name: str  # "features", "moments" or "projection"
    parts: int  # how many parts all orders have
    model: str  # its name, or the path of its file where the run was started
    shared: bytes  # what all tasks of the stage are told
    orders: list[Order]


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
    order = run_order(place(input), place(output), pca, {"k": k, **options})
    with Program() as program:
        try:
            for frame in program.ask("run", tasks=True, **order):
                if frame.header["answer"] == "stage":
                    send_answers(program, run_stage(read_stage(frame)))
        except Died as died:
            raise ended(died) from None
    summary: dict[str, Any] = frame.header["summary"]
    return summary


def read_stage(frame: Frame) -> Stage:
    header, payload = frame.header, memoryview(frame.payload)
    at = header["shared"]
    shared, orders = payload[:at].tobytes(), []
    for number, size in header["orders"]:
        orders.append(Order(number, payload[at : at + size]))
        at += size
    return Stage(header["name"], header["parts"], from_name(header["model"]), shared, orders)


def send_answers(program: Program, results: Iterable[bytes]) -> None:
    for result in results:
        program.send({"order": "answer"}, result)
    program.send({"order": "end"})


def place(uri: str) -> str:
    """Tasks have working folders of their own. `..` stays: after a link it leads elsewhere than the letters say."""
    return uri if is_uri(uri) else str(Path(uri).expanduser().absolute())


def merge_moments(results: Iterable[bytes]) -> bytes:
    """Anywhere, of a stage of moments: one result for those of orders with the same number // 32, in their order.

    A cluster may do so, for its driver to get fewer of them, 6.6 MB each; once more with number // 32 for the number.
    """
    with PROGRAMS.one() as program:
        answers = program.ask("merge")
        send_answers(program, results)
        *_, merged = answers
    return merged.payload


def to_exception(error: TaskError) -> _core.Error:
    return make_error(error.code, str(error), error.remedy)
