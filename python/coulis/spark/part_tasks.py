"""What a task of Spark does: its order, which came with the function, becomes a row (number, result)."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Iterator

import pyarrow as pa

from coulis import tasks
from coulis.spark.arrow_batches import check_columns, make_row
from coulis.spark.moments import ARROW_SCHEMA
from coulis.spark.task_errors import raise_failure
from coulis.spark.worker import forget_zips, model_path, task_threads

# A dictionary for zlib: the beginning of an order, so that small orders need not carry their field names.
BEGINNING = (
    b'{"kind":"features order","format":2,"parts":[{"number":0,"fingerprint":"0"},{"number":0,"fingerprint":""}]}\n[["'
)

Orders = dict[int, bytes]  # packed, by number


def pack(order: bytes) -> bytes:
    packer = zlib.compressobj(1, zdict=BEGINNING)
    return packer.compress(order) + packer.flush()


def unpack(packed: bytes) -> bytes:
    return zlib.decompressobj(zdict=BEGINNING).decompress(packed)


def orders_in(orders: Orders, batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[int, bytes]]:
    """Number and order for each index in the batches."""
    forget_zips()
    numbers = list(orders)
    for batch in batches:
        check_columns(batch, ["id"])
        for index in batch.column(0).to_pylist():
            yield numbers[index], unpack(orders[numbers[index]])


def work_on(
    stage: str, shared: bytes, model: str, orders: Orders, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    for number, order in orders_in(orders, batches):
        result = compute_features(shared, order, model) if stage == "features" else tasks.work(shared, order)
        raise_failure(result)
        yield make_row(ARROW_SCHEMA, [number, result])


def compute_features(shared: bytes, order: bytes, model: str) -> bytes:
    try:
        here = model_path(model)
    except RuntimeError as error:
        return tasks.make_failure(order, error)
    return tasks.work(shared, order, model=here, threads=task_threads())
