"""A stage as a job of DataFrames, for Spark Connect, which has no RDDs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from coulis import tasks
from coulis.spark.arrow_batches import check_columns, make_row
from coulis.spark.moments import ARROW_SCHEMA, SCHEMA, collect
from coulis.spark.part_tasks import Numbered, StageTasks

ORDERS_OF_A_JOB = 2**25  # bytes, for about a million photos: each task gets those of its job


def run_job(spark: SparkSession, stage: StageTasks, orders: list[Numbered], merged_levels: int) -> list[Numbered]:
    """One task per order, and then `merged_levels` of the tree of moments."""
    return collect(start_tasks(spark, stage, orders), merged_levels, tasks.merge_moments)


def start_tasks(spark: SparkSession, stage: StageTasks, orders: list[Numbered]) -> DataFrame:
    """Orders travel with the function, all of them to each task: rows would need a shuffle."""
    indices = spark.range(0, len(orders), 1, len(orders))
    return indices.mapInArrow(lambda batches: work_on(stage, orders, batches), SCHEMA)


def work_on(stage: StageTasks, orders: list[Numbered], batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
    for batch in batches:
        check_columns(batch, ["id"])
        for number, result in stage.work_on(orders[index] for index in batch.column(0).to_pylist()):
            yield make_row(ARROW_SCHEMA, [number, result])
