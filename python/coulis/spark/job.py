"""run: the plan of `coulis run` as jobs of Spark, one task for each part, into the same OUTPUT."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from pyspark.sql import DataFrame, SparkSession

from coulis import _core, _job
from coulis.spark import part_tasks
from coulis.spark.moments import NEIGHBOURS, SCHEMA, collect_sum

MOST_SUMS_ON_THE_DRIVER = 64

logger = logging.getLogger(__name__)

BatchFunction = Callable[[part_tasks.Batches], Iterator[pa.RecordBatch]]


def run(
    spark: SparkSession,
    input: str,
    output: str,
    k: int = 50,
    *,
    pca: str | None = None,
    **options: Any,
) -> dict[str, Any]:
    """Photos below `input` to features, PCA, tables and report in `output`: `coulis run`, with its flags as options.

    '_' stands for '-': variance=0.95, pca_convention="spark", images_per_part=256, ... All machines must see both
    folders under the same path. The same call again goes on after an interruption, and computes only what has changed.
    `pca`: a pca_model.safetensors to project through instead of fitting one. Returns counts and seconds.
    """
    keywords = {"input": place(input), "output": place(output), "k": k, **options}
    summary: dict[str, Any] = _job.run(keywords, pca, Tasks(spark, keywords), report)
    return summary


class Tasks:
    """The parts of a run as tasks. _job.run() calls the three methods, each with all parts at once."""

    def __init__(self, spark: SparkSession, keywords: dict[str, Any]) -> None:
        self.spark = spark
        self.keywords = keywords

    def featurize(self, settings: str, parts: list[tuple[Any, ...]]) -> list[Any]:
        version, keywords = _core.__version__, self.keywords
        return self._results(
            "features", parts, lambda batches: part_tasks.featurize_parts(version, keywords, settings, batches)
        )

    def read_parts(self, parts: list[tuple[Any, ...]]) -> tuple[list[Any], bytes]:
        keywords = self.keywords
        with described(self.spark, f"coulis moments: {len(parts)} parts"):
            sums = self._frame(parts).mapInArrow(lambda batches: part_tasks.read_parts(keywords, batches), SCHEMA)
            moments, notes = collect_sum(sums, levels_by_tasks(len(parts)))
        return [json.loads(line) for note in notes for line in note.split("\n")], moments.to_bytes()

    def project_parts(self, parts: list[tuple[Any, ...]], model_sha256: str, compression: str) -> list[Any]:
        keywords = self.keywords
        return self._results(
            "projection",
            parts,
            lambda batches: part_tasks.project_parts(keywords, model_sha256, compression, batches),
        )

    def _results(self, stage: str, parts: list[tuple[Any, ...]], function: BatchFunction) -> list[Any]:
        """What the function gave for each part, in their order."""
        if not parts:
            return []
        with described(self.spark, f"coulis {stage}: {len(parts)} parts"):
            rows = self._frame(parts).mapInArrow(function, part_tasks.RESULTS).collect()
        results = {row.number: json.loads(row.result) for row in rows}
        return [results[number] for number, *_ in parts]

    def _frame(self, parts: list[tuple[Any, ...]]) -> DataFrame:
        """A partition for each part: as many ranges as there are numbers."""
        rows = [(number, json.dumps(arguments)) for number, *arguments in parts]
        return self.spark.createDataFrame(rows, part_tasks.PARTS).repartitionByRange(len(rows), "number")


def levels_by_tasks(parts: int) -> int:
    """How many levels of the tree of moments are left to tasks, so that the driver gets few sums."""
    levels = 0
    while parts > MOST_SUMS_ON_THE_DRIVER:
        parts = -(-parts // NEIGHBOURS)
        levels += 1
    return levels


@contextmanager
def described(spark: SparkSession, description: str) -> Iterator[None]:
    """The description of the jobs in this block, for the pages of Spark and its history. Spark Connect has none."""
    if not isinstance(spark, SparkSession):
        yield
        return
    context = spark.sparkContext
    before = context.getLocalProperty("spark.job.description")
    context.setJobDescription(description)
    try:
        yield
    finally:
        context.setJobDescription(before)  # type: ignore[arg-type]


def place(uri: str) -> str:
    """Tasks have working folders of their own."""
    return uri if "://" in uri else os.path.abspath(os.path.expanduser(uri))  # noqa: PTH100, PTH111


def report(level: str, sentence: str) -> None:
    logger.log(logging.getLevelName(level.upper()), sentence)
