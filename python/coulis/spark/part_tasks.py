"""What tasks do with the parts of a run, each by one native call. A part comes as (number, its arguments as JSON)."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Any

import pyarrow as pa

from coulis import _core, _job
from coulis.spark.arrow_batches import check_columns
from coulis.spark.moments import to_batch
from coulis.spark.worker import check_same, model_path, task_threads

PARTS = "number bigint, arguments string"
RESULTS = "number bigint, result string"
ARROW_RESULTS = pa.schema([("number", pa.int64()), ("result", pa.string())])

Batches = Iterable[pa.RecordBatch]


def featurize_parts(
    version: str, keywords: dict[str, Any], settings: str, batches: Batches
) -> Iterator[pa.RecordBatch]:
    check_same("coulis", _core.__version__, version)
    here = {**keywords, "model": model_path(keywords.get("model", "")), "threads": task_threads()}
    for number, arguments in parts_in(batches):
        featurizer = part_featurizer(os.getpid(), json.dumps(here), settings)
        yield to_result(number, featurizer.featurize(number, *arguments))


@lru_cache(maxsize=1)
def part_featurizer(process: int, keywords: str, settings: str) -> _job.PartFeaturizer:
    """Kept for the next task of this worker, not for its children."""
    return _job.PartFeaturizer(json.loads(keywords), settings)


def read_parts(keywords: dict[str, Any], batches: Batches) -> Iterator[pa.RecordBatch]:
    for number, arguments in parts_in(batches):
        part, moments = _job.read_part(keywords, number, *arguments)
        yield to_batch(number, _core.Moments.from_bytes(moments), json.dumps(part))


def project_parts(
    keywords: dict[str, Any], model_sha256: str, compression: str, batches: Batches
) -> Iterator[pa.RecordBatch]:
    for number, arguments in parts_in(batches):
        yield to_result(number, _job.project_part(keywords, number, *arguments, model_sha256, compression))


def parts_in(batches: Batches) -> Iterator[tuple[int, list[Any]]]:
    for batch in batches:
        check_columns(batch, ["number", "arguments"])
        for row in batch.to_pylist():
            yield row["number"], json.loads(row["arguments"])


def to_result(number: int, result: Any) -> pa.RecordBatch:
    return pa.RecordBatch.from_pylist([{"number": number, "result": json.dumps(result)}], ARROW_RESULTS)
