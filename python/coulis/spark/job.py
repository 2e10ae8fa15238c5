"""run: the plan of `coulis run` as jobs of Spark, into the same OUTPUT; a task computes the features of one part."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from itertools import accumulate, groupby
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from coulis import _core, _job
from coulis.keywords import takes, to_native
from coulis.options import OPTIONS
from coulis.spark import part_tasks
from coulis.spark.moments import NEIGHBOURS, SCHEMA, collect_sum
from coulis.spark.packages import check_packages
from coulis.spark.task_errors import read_by_driver

MOST_SUMS_ON_THE_DRIVER = 64
PARTS_TO_PROJECT = 8  # by one task: PySpark takes longer for a task than a part does, 0.05 s
ORDERS_OF_A_JOB = 2**25  # bytes, of a million photos: a task gets those of all tasks of its job

logger = logging.getLogger(__name__)

TaskFunction = Callable[[part_tasks.Orders], Iterator[pa.RecordBatch]]


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
    """Photos below `input` to features, PCA, tables and report in `output`: `coulis run`, with its flags as options.

    '_' stands for '-': variance=0.95, pca_convention="spark", images_per_part=256, ... All machines must see both
    folders under the same path. The same call again goes on after an interruption, and computes only what has changed.
    `pca`: a pca_model.safetensors to project through instead of fitting one. Returns counts, seconds, and the speed of
    a core.
    """
    check_packages()
    given = to_native({"input": place(input), "output": place(output), "k": k, **options})
    keywords = _job.complete(given, pca)
    summary: dict[str, Any] = _job.run(keywords, pca, Tasks(spark, keywords), report)
    return summary


class Tasks:
    """The parts of a run as tasks. _job.run() calls the three methods, each with all parts at once."""

    def __init__(self, spark: SparkSession, keywords: dict[str, Any]) -> None:
        self.spark = spark
        self.keywords = keywords

    def featurize(self, settings: str, parts: list[tuple[Any, ...]]) -> tuple[list[Any], int]:
        """Seconds of each part, by stage; and the cores that worked on them."""
        version, keywords = _core.__version__, self.keywords
        results = self._results(
            "features", parts, lambda orders: part_tasks.featurize_parts(version, keywords, settings, orders)
        )
        return [result["seconds"] for result in results], cores_at_work([result["work"] for result in results])

    def read_parts(self, parts: list[tuple[Any, ...]]) -> tuple[list[Any], bytes]:
        keywords = self.keywords
        orders = make_orders(parts, NEIGHBOURS)
        with self._job("moments", parts):
            sums = run_orders(self.spark, orders, lambda orders: part_tasks.read_parts(keywords, orders), SCHEMA)
            moments, notes = collect_sum(sums, levels_by_tasks(len(parts)))
        return [json.loads(line) for note in notes for line in note.split("\n")], moments.to_bytes()

    def project_parts(self, parts: list[tuple[Any, ...]], model_sha256: str, compression: str) -> list[Any]:
        keywords = self.keywords
        return self._results(
            "projection",
            parts,
            lambda orders: part_tasks.project_parts(keywords, model_sha256, compression, orders),
            PARTS_TO_PROJECT,
        )

    def _results(
        self, stage: str, parts: list[tuple[Any, ...]], function: TaskFunction, parts_of_a_task: int = 1
    ) -> list[Any]:
        """What the function gave for each part, in their order."""
        results: dict[int, Any] = {}
        with self._job(stage, parts):
            for orders in cut_into_jobs(make_orders(parts, parts_of_a_task)):
                rows = run_orders(self.spark, orders, function, part_tasks.RESULTS).collect()
                results |= {row.number: json.loads(row.result) for row in rows}
        return [results[number] for number, *_ in parts]

    @contextmanager
    def _job(self, stage: str, parts: list[tuple[Any, ...]]) -> Iterator[None]:
        group = f"coulis run into {self.keywords['output']}"
        with described(self.spark, group, f"coulis: {stage}, {len(parts)} parts"), read_by_driver():
            yield


def make_orders(parts: list[tuple[Any, ...]], parts_of_a_task: int) -> list[bytes]:
    """One for each task: parts whose numbers are neighbours, a node of their tree."""
    tasks = groupby(parts, key=lambda part: part[0] // parts_of_a_task)
    return [part_tasks.pack_order(task, list(neighbours)) for task, neighbours in tasks]


def cut_into_jobs(orders: list[bytes]) -> list[list[bytes]]:
    ends = accumulate(len(order) for order in orders)
    jobs = groupby(zip(ends, orders, strict=True), key=lambda order: order[0] // ORDERS_OF_A_JOB)
    return [[order for _, order in job] for _, job in jobs]


def run_orders(spark: SparkSession, orders: Sequence[bytes], function: TaskFunction, schema: str) -> DataFrame:
    """A partition for each. Orders travel with the function: as rows they would need a shuffle, 1.5 s of a cold JVM."""
    tasks = spark.range(0, len(orders), 1, len(orders))
    return tasks.mapInArrow(lambda batches: function(part_tasks.orders_in(orders, batches)), schema)


def levels_by_tasks(parts: int) -> int:
    """How many levels of the tree of moments are left to tasks of their own, after the one that adds up the parts."""
    levels = 0
    sums = -(-parts // NEIGHBOURS)
    while sums > MOST_SUMS_ON_THE_DRIVER:
        sums = -(-sums // NEIGHBOURS)
        levels += 1
    return levels


def cores_at_work(works: list[dict[str, Any]]) -> int:
    """How many cores worked at once, at most: of each machine by its own clock, then their sum."""
    changes: dict[str, list[tuple[float, int]]] = {}
    for work in works:
        threads = work["threads"]
        changes.setdefault(work["machine"], []).extend([(work["begin"], threads), (work["end"], -threads)])
    return sum(max(accumulate(change for _, change in sorted(machine))) for machine in changes.values())


@contextmanager
def described(spark: SparkSession, group: str, description: str) -> Iterator[None]:
    """Of the jobs in this block, for the pages of Spark and its history. Spark Connect has no such thing."""
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


def place(uri: str) -> str:
    """Tasks have working folders of their own. `..` stays: after a link it leads elsewhere than the letters say."""
    return uri if "://" in uri else str(Path(uri).expanduser().absolute())


def report(level: str, sentence: str) -> None:
    logger.log(logging.getLevelName(level.upper()), sentence)
