"""A stage as a job of RDDs: each task gets its own order and no other.

A cold JVM begins such a job 2 s sooner than one of DataFrames, which it would have to plan and compile.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from typing import TYPE_CHECKING

from pyspark.sql import SparkSession

from coulis import tasks
from coulis.spark.moments import NEIGHBOURS
from coulis.spark.part_tasks import Numbered, StageTasks

if TYPE_CHECKING:  # the client of Spark Connect has no RDD
    from pyspark import RDD

ORDERS_OF_A_JOB = 2**27  # bytes, for about five million photos: they stay in the JVM of the driver


def run_job(spark: SparkSession, stage: StageTasks, orders: list[Numbered], merged_levels: int) -> list[Numbered]:
    """One task per order, and then `merged_levels` of the tree of moments."""
    results = spark.sparkContext.parallelize(orders, len(orders)).mapPartitions(stage.work_on)
    for _ in range(merged_levels):
        results = merge_by_tasks(results)
    return sorted(results.collect())


def merge_by_tasks(sums: RDD[Numbered]) -> RDD[Numbered]:
    """Numbers 0 to 31 become number 0, 32 to 63 become 1, ..."""
    parents = -(-sums.getNumPartitions() // NEIGHBOURS)
    by_parent = sums.keyBy(lambda numbered: numbered[0] // NEIGHBOURS).partitionBy(parents, int)
    return by_parent.mapPartitions(merge_neighbours)


def merge_neighbours(sums: Iterable[tuple[int, Numbered]]) -> Iterator[Numbered]:
    for parent, siblings in groupby(sorted(sums), key=lambda by_parent: by_parent[0]):
        yield parent, tasks.merge_moments(result for _, (_, result) in siblings)
