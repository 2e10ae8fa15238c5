"""Sums of moments as rows (number, result), merged by tasks, so that the driver gets few of them.

As in `coulis run`, 32 neighbours are merged at a time, from left to right: the result depends only on the numbers.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from coulis import _core
from coulis.spark.arrow_batches import check_columns, make_row, rows_per_batch, to_matrix
from coulis.spark.worker import begin_task

SCHEMA = "number bigint, result binary"
ARROW_SCHEMA = pa.schema([("number", pa.int64()), ("result", pa.binary())])
NEIGHBOURS = 32
ROWS_PER_BATCH = 16  # 6.6 MB each, for rows of 1,280 features

Merge = Callable[[Iterable[bytes]], bytes]


def sum_partitions(frame: DataFrame) -> DataFrame:
    """The moments of a frame's only column, array<float>: a row for each partition that has rows."""
    (column,) = frame.schema.names
    return frame.mapInArrow(lambda batches: sum_batches(column, batches), SCHEMA)


def sum_batches(column: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None  # a task is around this
    begin_task()
    moments = _core.Moments()
    for batch in batches:
        check_columns(batch, [column])
        if batch.num_rows > batch.column(0).null_count:
            moments.add(to_matrix(batch.column(0), column))
    if moments.count:
        yield make_row(ARROW_SCHEMA, [context.partitionId(), moments.to_bytes()])


def merge(moments: Iterable[_core.Moments]) -> _core.Moments:
    total = _core.Moments()
    for one in moments:
        total.merge(one)
    return total


def merge_bytes(siblings: Iterable[bytes]) -> bytes:
    return merge(map(_core.Moments.from_bytes, siblings)).to_bytes()


def merge_by_tasks(sums: DataFrame, merge_siblings: Merge = merge_bytes) -> DataFrame:
    """One level of the tree: numbers 0 to 31 become number 0, 32 to 63 become 1, ..."""
    numbered = sums.selectExpr(f"number div {NEIGHBOURS} as parent", "number", "result")
    grouped = numbered.repartition("parent").sortWithinPartitions("parent", "number")
    return grouped.mapInArrow(lambda batches: merge_neighbours(merge_siblings, batches), SCHEMA)


def merge_neighbours(merge_siblings: Merge, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for parent, siblings in groupby(rows_of(batches), key=lambda row: row["parent"]):
        yield make_row(ARROW_SCHEMA, [parent, merge_siblings(sibling["result"] for sibling in siblings)])


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        check_columns(batch, ["parent", "number", "result"])
        yield from batch.to_pylist()


def collect(sums: DataFrame, levels: int, merge_siblings: Merge = merge_bytes) -> list[tuple[int, bytes]]:
    """The sums by number, after tasks have merged `levels` of the tree."""
    for _ in range(levels):
        sums = merge_by_tasks(sums, merge_siblings)
    with rows_per_batch(sums.sparkSession, ROWS_PER_BATCH):
        return sorted((row.number, bytes(row.result)) for row in sums.collect())


def collect_sum(sums: DataFrame, levels: int) -> _core.Moments:
    """Tasks merge `levels` of the tree, and the driver merges the others."""
    merged = [(number, _core.Moments.from_bytes(one)) for number, one in collect(sums, levels)]
    while len(merged) > 1:
        parents = groupby(merged, key=lambda numbered: numbered[0] // NEIGHBOURS)
        merged = [(parent, merge(moments for _, moments in siblings)) for parent, siblings in parents]
    return merged[0][1] if merged else _core.Moments()
