"""Moments of a DataFrame's rows: summed up in each partition, merged by tasks, so that the driver gets few of them.

The sums travel as rows (number, moments, note). As in `coulis run`, 32 neighbours are merged at a time, from left to
right: the result depends on the numbers alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame

from coulis import _core
from coulis.spark.arrow_batches import check_columns, make_row, rows_per_batch, to_matrix
from coulis.spark.worker import forget_zips

SCHEMA = "number bigint, moments binary, note string"
ARROW_SCHEMA = pa.schema([("number", pa.int64()), ("moments", pa.binary()), ("note", pa.string())])
NEIGHBOURS = 32
ROWS_PER_BATCH = 16  # of 6.6 MB each, for features of 1,280 numbers


def sum_partitions(frame: DataFrame) -> DataFrame:
    """The moments of the one column of a frame, array<float>; a row for each partition that has any."""
    (column,) = frame.schema.names
    return frame.mapInArrow(lambda batches: sum_batches(column, batches), SCHEMA)


def sum_batches(column: str, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    from pyspark import TaskContext

    context = TaskContext.get()
    assert context is not None  # a task is around this
    forget_zips()
    moments = _core.Moments()
    for batch in batches:
        check_columns(batch, [column])
        if batch.num_rows > batch.column(0).null_count:
            moments.add(to_matrix(batch.column(0), column))
    if moments.count:
        yield to_batch(context.partitionId(), moments, "")


def to_batch(number: int, moments: _core.Moments, note: str) -> pa.RecordBatch:
    return make_row(ARROW_SCHEMA, [number, moments.to_bytes(), note.encode()])


def merge_by_tasks(sums: DataFrame) -> DataFrame:
    """One level of the tree: numbers 0 to 31 become number 0, 32 to 63 become 1, ... Notes are joined with newlines."""
    numbered = sums.selectExpr(f"number div {NEIGHBOURS} as parent", "number", "moments", "note")
    grouped = numbered.repartition("parent").sortWithinPartitions("parent", "number")
    return grouped.mapInArrow(merge_neighbours, SCHEMA)


def merge_neighbours(batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for parent, siblings in groupby(rows_of(batches), key=lambda row: row["parent"]):
        total, notes = _core.Moments(), []
        for sibling in siblings:
            total.merge(_core.Moments.from_bytes(sibling["moments"]))
            notes.append(sibling["note"])
        yield to_batch(parent, total, "\n".join(notes))


def rows_of(batches: Iterable[pa.RecordBatch]) -> Iterator[dict[str, Any]]:
    for batch in batches:
        check_columns(batch, ["parent", "number", "moments", "note"])
        yield from batch.to_pylist()


def collect_sum(sums: DataFrame, levels: int) -> tuple[_core.Moments, list[str]]:
    """The sum of all and the notes, by number. `levels` of the tree are merged by tasks, the others here."""
    for _ in range(levels):
        sums = merge_by_tasks(sums)
    with rows_per_batch(sums.sparkSession, ROWS_PER_BATCH):
        rows = sorted(sums.collect(), key=lambda row: row.number)
    merged = [(row.number, _core.Moments.from_bytes(bytes(row.moments))) for row in rows] or [(0, _core.Moments())]
    while len(merged) > 1:
        parents = groupby(merged, key=lambda numbered: numbered[0] // NEIGHBOURS)
        merged = [(parent, merge(moments for _, moments in siblings)) for parent, siblings in parents]
    return merged[0][1], [row.note for row in rows]


def merge(moments: Iterable[_core.Moments]) -> _core.Moments:
    total = _core.Moments()
    for one in moments:
        total.merge(one)
    return total
