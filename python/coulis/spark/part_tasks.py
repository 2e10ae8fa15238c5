"""What tasks do with the parts of a run, each by one native call. A task has an order: its number and its parts."""

from __future__ import annotations

import json
import os
import platform
import time
import zlib
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any

import pyarrow as pa

from coulis import _core, _job
from coulis.spark.arrow_batches import check_columns, make_row
from coulis.spark.moments import to_batch
from coulis.spark.part_process import featurize_apart
from coulis.spark.task_errors import told_by_worker
from coulis.spark.worker import check_same, forget_zips, model_path, task_threads

RESULTS = "number bigint, result string"
ARROW_RESULTS = pa.schema([("number", pa.int64()), ("result", pa.string())])

Orders = Iterable[tuple[int, list[Any]]]


def featurize_parts(version: str, keywords: dict[str, Any], settings: str, orders: Orders) -> Iterator[pa.RecordBatch]:
    for number, arguments in parts_in(orders):
        begin = time.monotonic()  # one clock for all processes of a machine
        with told_by_worker(number):
            check_same("coulis", _core.__version__, version)
            here = {**keywords, "model": model_path(keywords.get("model", "")), "threads": task_threads()}
            featurize = featurize_apart if has_failed_twice() else featurize_here
            seconds = featurize(here, settings, number, arguments)
        work = {"machine": platform.node(), "begin": begin, "end": time.monotonic(), "threads": task_threads()}
        yield to_result(number, {"seconds": seconds, "work": work})


def has_failed_twice() -> bool:
    """Or once, beside a copy that speculation has made: Spark does not tell copies from new attempts."""
    from pyspark import TaskContext

    context = TaskContext.get()
    return context is not None and context.attemptNumber() > 1


def featurize_here(keywords: dict[str, Any], settings: str, number: int, arguments: list[Any]) -> Any:
    try:
        return part_featurizer(os.getpid(), json.dumps(keywords), settings).featurize(number, *arguments)
    except _core.Error:
        part_featurizer.cache_clear()  # the credentials that it has may be mended before the next task
        raise


@lru_cache(maxsize=1)
def part_featurizer(process: int, keywords: str, settings: str) -> _job.PartFeaturizer:
    """Kept for the next task of this worker, not for its children."""
    return _job.PartFeaturizer(json.loads(keywords), settings)


def read_parts(keywords: dict[str, Any], orders: Orders) -> Iterator[pa.RecordBatch]:
    """The moments of the parts of a task, added up from left to right; a note for each part."""
    for task, parts in orders:
        total, notes = _core.Moments(), []
        for number, *arguments in parts:
            with told_by_worker(number):
                part, moments = _job.read_part(keywords, number, *arguments)
            total.merge(_core.Moments.from_bytes(moments))
            notes.append(json.dumps(part))
        yield to_batch(task, total, "\n".join(notes))


def project_parts(
    keywords: dict[str, Any], model_sha256: str, compression: str, orders: Orders
) -> Iterator[pa.RecordBatch]:
    for number, (fingerprint, key) in parts_in(orders):
        with told_by_worker(number):
            file = _job.project_part(keywords, number, fingerprint, key, model_sha256, compression)
        yield to_result(number, file)


def pack_order(task: int, parts: list[Any]) -> bytes:
    return zlib.compress(json.dumps([task, parts]).encode(), 1)


def orders_in(orders: Sequence[bytes], batches: Iterable[pa.RecordBatch]) -> Orders:
    """Those whose indices the batches hold."""
    forget_zips()
    for batch in batches:
        check_columns(batch, ["id"])
        for index in batch.column(0).to_pylist():
            task, parts = json.loads(zlib.decompress(orders[index]))
            yield task, parts


def parts_in(orders: Orders) -> Iterator[tuple[int, list[Any]]]:
    """(number, the other arguments) of each."""
    for _, parts in orders:
        for number, *arguments in parts:
            yield number, arguments


def to_result(number: int, result: Any) -> pa.RecordBatch:
    return make_row(ARROW_RESULTS, [number, json.dumps(result).encode()])
