"""run: the stages of a run as jobs of Spark, into the OUTPUT of `coulis run`."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import accumulate, groupby
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from coulis import tasks
from coulis.keywords import takes
from coulis.options import OPTIONS
from coulis.spark import part_tasks
from coulis.spark.moments import NEIGHBOURS, SCHEMA, collect
from coulis.spark.packages import check_packages
from coulis.spark.part_tasks import Orders
from coulis.spark.task_errors import read_by_driver

MOST_SUMS_ON_THE_DRIVER = 64
ORDERS_OF_A_JOB = 2**25  # bytes, for a million photos: each task gets the orders of all tasks of its job

TaskFunction = Callable[[Orders, Iterable[pa.RecordBatch]], Iterator[pa.RecordBatch]]


@takes(OPTIONS)
def run(
    spark: SparkSession,
    input: str,
    output: str,
    k: int | None = None,
    *,
    pca: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Compute features, PCA, tables and a report in `output` from the photos below `input`: `coulis run` on Spark.

    Options are the command's flags, with '_' for '-': variance=0.95, pca_convention="spark", images_per_part=256, ...
    All machines must see both folders under the same path. The same call again resumes after an interruption, and
    recomputes only what has changed. `pca`: a pca_model.safetensors to project with instead of fitting a PCA. Returns
    counts, seconds, and the speed of a core.
    """
    check_packages()
    cluster = Cluster(spark, f"coulis run into {tasks.place(output)}")
    return tasks.run(cluster.run_stage, input, output, k, pca=pca, **options)


class Cluster:
    """Stages as jobs of Spark, in this group on Spark's pages."""

    def __init__(self, spark: SparkSession, group: str) -> None:
        self.spark = spark
        self.group = group

    def run_stage(self, stage: tasks.Stage) -> list[bytes]:
        function = partial(part_tasks.work_on, stage.name, stage.shared, stage.model)
        orders = {order.number: part_tasks.pack(order.bytes) for order in stage.orders}
        description = f"coulis: {stage.name}, {stage.parts} parts"
        with described(self.spark, self.group, description), read_by_driver():
            if stage.name == "moments":
                sums = run_orders(self.spark, orders, function)
                return [result for _, result in collect(sums, levels_by_tasks(len(orders)), tasks.merge_moments)]
            jobs = [run_orders(self.spark, some, function).collect() for some in cut_into_jobs(orders)]
            return [bytes(row.result) for rows in jobs for row in rows]


def cut_into_jobs(orders: Orders) -> list[Orders]:
    ends = accumulate(len(order) for order in orders.values())
    jobs = groupby(zip(ends, orders, strict=True), key=lambda order: order[0] // ORDERS_OF_A_JOB)
    return [{number: orders[number] for _, number in job} for _, job in jobs]


def run_orders(spark: SparkSession, orders: Orders, function: TaskFunction) -> DataFrame:
    """One partition per order. Orders travel with the function: rows would need a shuffle, 1.5 s in a cold JVM."""
    indices = spark.range(0, len(orders), 1, len(orders))
    return indices.mapInArrow(lambda batches: function(orders, batches), SCHEMA)


def levels_by_tasks(sums: int) -> int:
    """How many levels of the tree of moments tasks merge, after the tasks that add up the parts."""
    levels = 0
    while sums > MOST_SUMS_ON_THE_DRIVER:
        sums = -(-sums // NEIGHBOURS)
        levels += 1
    return levels


@contextmanager
def described(spark: SparkSession, group: str, description: str) -> Iterator[None]:
    """Describes the jobs in this block on Spark's pages and in its history. Not available in Spark Connect."""
    if not isinstance(spark, SparkSession):
        yield
        return
    context = spark.sparkContext
    properties = {"spark.jobGroup.id": group, "spark.job.description": description}
    before = {name: context.getLocalProperty(name) for name in properties}
    for name, value in properties.items():
        context.setLocalProperty(name, value)
    try:
        yield
    finally:
        for name, earlier in before.items():
            context.setLocalProperty(name, earlier)  # type: ignore[arg-type]
