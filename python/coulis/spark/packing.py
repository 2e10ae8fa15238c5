"""pack: `coulis pack` as tasks, one share each."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pyarrow as pa
from pyspark.sql import SparkSession

from coulis.packing import pack as pack_here


def pack(
    spark: SparkSession,
    input: str | os.PathLike[str],
    output: str | os.PathLike[str],
    *,
    tasks: int = 64,
    **options: Any,
) -> dict[str, int]:
    """Pack the photos of `input` into tar shards in `output`: `coulis.pack` on a cluster. All machines must reach both.

    tasks: the number of shares. Each task lists `input` itself. The driver then writes missing shards and the last
    files, so a failed task costs time, but no photo.
    """
    places = (os.fspath(input), os.fspath(output))

    def write_shares(batches: Iterable[pa.RecordBatch]) -> Iterable[pa.RecordBatch]:
        for batch in batches:
            for index in batch.column(0).to_pylist():
                written = pack_here(*places, share=f"{index}/{tasks}", **options)["written"]
                yield pa.RecordBatch.from_pydict({"written": [written]})

    shares = spark.range(1, tasks + 1, 1, tasks)
    written = sum(row.written for row in shares.mapInArrow(write_shares, "written long").collect())
    summary = pack_here(*places, **options)
    return {**summary, "written": summary["written"] + written}
