"""A whole run on any cluster: the interface that the folder of a cluster imports.

A cluster is a function run_stage(stage). It has work(stage.shared, order.bytes) called for each of stage.orders, on any
machine, and returns the results in any sequence, all at once or one by one. Orders and results are opaque bytes. An
order may be worked on twice, even at the same time: the names of committed parts depend on their content.

An order that fails has a result too: maybe_error(result) is its TaskError. A cluster may retry failed tasks; run()
raises the first error among the results.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
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
    """The work of one task. number: for moments, the node of their tree."""

    number: int
    bytes: bytes


@dataclass(frozen=True)
class Stage:
    """Orders that can be worked on at the same time."""

    name: str  # "features", "moments", "projection" or "tables"
    parts: int  # how many parts all orders have
    model: str  # its name, or the path of its file on the driver
    shared: bytes  # the order for all tasks of the stage
    count: int  # of orders
    orders: Iterator[Order]  # in ascending order, each made when it is read: together they may be gigabytes


def run(
    run_stage: Callable[[Stage], Iterable[bytes]],
    input: str,
    output: str,
    k: int | None = None,
    *,
    pca: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """As coulis.run(), but run_stage has the parts computed."""
    order = run_order(place(input), place(output), pca, {"k": k, **options})
    with Program() as program:
        try:
            frames = program.ask("run", tasks=True, **order)
            for frame in frames:
                if frame.header["answer"] == "stage":
                    send_answers(program, run_stage(read_stage(frame, frames)))
        except Died as died:
            raise ended(died) from None
    summary: dict[str, Any] = frame.header["summary"]
    return summary


def read_stage(frame: Frame, following: Iterator[Frame]) -> Stage:
    header = frame.header
    orders = (Order(one.header["number"], one.payload) for one in islice(following, header["orders"]))
    model = from_name(header["model"])
    return Stage(header["name"], header["parts"], model, frame.payload, header["orders"], orders)


def send_answers(program: Program, results: Iterable[bytes]) -> None:
    for result in results:
        program.send({"order": "answer"}, result)
    program.send({"order": "end"})


def place(uri: str) -> str:
    """An absolute path, because tasks have other working folders. Keeps `..`, which depends on links before it."""
    return uri if is_uri(uri) else str(Path(uri).expanduser().absolute())


def merge_moments(results: Iterable[bytes]) -> bytes:
    """Merges the results of moments orders with the same number // 32, in their order, into one. May run anywhere.

    A cluster may do so to send its driver fewer results, 6.6 MB each, and again with number // 32 as the number.
    """
    with PROGRAMS.one() as program:
        answers = program.ask("merge")
        send_answers(program, results)
        *_, merged = answers
    return merged.payload


def to_exception(error: TaskError) -> _core.Error:
    return make_error(error.code, str(error), error.remedy)
