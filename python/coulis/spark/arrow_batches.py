"""Batches of mapInArrow: limits their rows, checks their columns, and converts lists to a matrix and back."""

from __future__ import annotations

import logging
import struct
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import numpy as np
import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

ROWS_PER_BATCH = "spark.sql.execution.arrow.maxRecordsPerBatch"
FIRST_VERSION_THAT_COUNTS_BYTES = (4, 1)  # it ends a batch at 64 MB, whatever the number of rows
ROWS_OF_PHOTOS = 64

logger = logging.getLogger(__name__)


@contextmanager
def rows_per_batch(spark: SparkSession, rows: int) -> Iterator[None]:
    """Limits batches to `rows` rows in the actions of this block, and then restores the setting."""
    before = spark.conf.get(ROWS_PER_BATCH)
    spark.conf.set(ROWS_PER_BATCH, str(min(rows, as_limit(before))))
    try:
        yield
    finally:
        spark.conf.set(ROWS_PER_BATCH, str(before))


def limit_batches_of_photos(frame: DataFrame) -> None:
    """Before Spark 4.1, a batch has 10,000 rows of any size: gigabytes of photos.

    Spark reads the limit when an action runs, long after a transformer has returned. So this lowers it for the session.
    """
    spark = frame.sparkSession
    version = tuple(int(number) for number in spark.version.split(".")[:2])
    if version >= FIRST_VERSION_THAT_COUNTS_BYTES:
        return
    before = spark.conf.get(ROWS_PER_BATCH)
    if as_limit(before) > ROWS_OF_PHOTOS:
        spark.conf.set(ROWS_PER_BATCH, str(ROWS_OF_PHOTOS))
        logger.warning("%s is now %d, it was %s: photos come as bytes", ROWS_PER_BATCH, ROWS_OF_PHOTOS, before)


def as_limit(setting: str | None) -> int:
    """Spark takes 0 and negative numbers as no limit."""
    rows = int(setting or 0)
    return rows if rows > 0 else 2**31 - 1


def check_columns(batch: pa.RecordBatch, names: list[str]) -> None:
    """Spark matches the columns of both sides by position, whatever their names."""
    if batch.schema.names != names:
        raise RuntimeError(f"expected the columns {names}, got {batch.schema.names}")


def make_row(schema: pa.Schema, values: Sequence[int | bytes]) -> pa.RecordBatch:
    """Of int64, and of binary or string columns. pa.array() would import pandas: 0.3 s of a worker's first task."""
    columns = [make_column(field.type, value) for field, value in zip(schema, values, strict=True)]
    return pa.RecordBatch.from_arrays(columns, schema=schema)


def make_column(type: pa.DataType, value: int | bytes) -> pa.Array:
    """The buffers of Arrow's columnar format: no validity bitmap, then values, or 32-bit offsets and bytes."""
    if isinstance(value, int):
        return pa.Array.from_buffers(type, 1, [None, pa.py_buffer(struct.pack("<q", value))])
    offsets = struct.pack("<ii", 0, len(value))
    return pa.Array.from_buffers(type, 1, [None, pa.py_buffer(offsets), pa.py_buffer(value)])


def to_matrix(lists: pa.ListArray, column: str) -> np.ndarray:
    """list<float> -> float32 [rows that are not null, width]."""
    lists = lists.drop_null()
    widths = np.unique(lists.value_lengths().to_numpy())
    values = lists.flatten()
    if len(widths) != 1 or values.null_count:
        raise RuntimeError(f"the rows of {column} must have one width and no null inside: their widths are {widths}")
    matrix: np.ndarray = values.to_numpy().reshape(len(lists), widths[0])
    return matrix


def to_lists(rows: np.ndarray, missing: np.ndarray) -> pa.ListArray:
    """[rows that are not missing, width] -> lists, with null for the missing. Spark takes no fixed_size_list."""
    offsets = np.concatenate([[0], np.cumsum(~missing)]) * rows.shape[1]
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), pa.array(rows.reshape(-1)), mask=pa.array(missing))
