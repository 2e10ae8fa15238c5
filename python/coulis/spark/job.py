"""run: the stages of a run as jobs of Spark, into the OUTPUT of `coulis run`."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any

from pyspark.sql import SparkSession

from coulis import tasks
from coulis.keywords import takes
from coulis.options import OPTIONS
from coulis.spark import frame_jobs, rdd_jobs
from coulis.spark.moments import NEIGHBOURS
from coulis.spark.packages import check_packages
from coulis.spark.part_tasks import Numbered, StageTasks, pack
from coulis.spark.task_errors import read_by_driver

MOST_SUMS_ON_THE_DRIVER = 8  # 6.6 MB each, for rows of 1,280 features


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

    def run_stage(self, stage: tasks.Stage) -> Iterator[bytes]:
        jobs = rdd_jobs if is_classic(self.spark) else frame_jobs
        work = StageTasks(stage.name, stage.shared, stage.model)
        merged_levels = levels_by_tasks(stage.count) if stage.name == "moments" else 0
        description = f"coulis: {stage.name}, {stage.parts} parts"
        for orders in cut_into_jobs(stage.orders, jobs.ORDERS_OF_A_JOB):
            with described(self.spark, self.group, description), read_by_driver():
                results = jobs.run_job(self.spark, work, orders, merged_levels)
            yield from (result for _, result in results)


def is_classic(spark: SparkSession) -> bool:
    """Not a session of Spark Connect."""
    return isinstance(spark, SparkSession)


def cut_into_jobs(orders: Iterable[tasks.Order], most_bytes: int) -> Iterator[list[Numbered]]:
    """Packed. The driver holds the orders of one job."""
    job: list[Numbered] = []
    size = 0
    for order in orders:
        job.append((order.number, pack(order.bytes)))
        size += len(job[-1][1])
        if size >= most_bytes:
            yield job
            job, size = [], 0
    if job:
        yield job


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
    if not is_classic(spark):
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
