"""Batches of photos to batches of features: the function that ImageFeaturizer gives to mapInArrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from coulis.spark.arrow_batches import ROWS_OF_PHOTOS, check_columns, to_lists
from coulis.spark.worker import Engine, Failure, Lanes, forget_zips, lanes_of

NO_PHOTO = Failure("read", "empty", "there is no photo in this row")


@dataclass(frozen=True)
class PhotoColumns:
    source: str  # of paths or of bytes
    incoming: list[str]
    kept: list[str]
    features: str
    status: str  # empty: no such column, nor error
    error: str

    @property
    def outgoing(self) -> list[str]:
        return [*self.kept, *(name for name in (self.features, self.status, self.error) if name)]


def featurize_batches(
    engine: Engine, columns: PhotoColumns, batches: Iterable[pa.RecordBatch]
) -> Iterator[pa.RecordBatch]:
    forget_zips()
    lanes = lanes_of(engine)
    for batch in batches:
        check_columns(batch, columns.incoming)
        for first in range(0, batch.num_rows, ROWS_OF_PHOTOS):
            yield featurize_rows(lanes, columns, batch.slice(first, ROWS_OF_PHOTOS))


def featurize_rows(lanes: Lanes, columns: PhotoColumns, batch: pa.RecordBatch) -> pa.RecordBatch:
    source = batch.column(columns.source)
    read = bytes if pa.types.is_binary(source.type) or pa.types.is_large_binary(source.type) else read_photo
    photos: list[bytes | Failure] = [NO_PHOTO if value is None else read(value) for value in source.to_pylist()]
    rows, reasons = lanes.features([photo for photo in photos if isinstance(photo, bytes)])
    next_reason = iter(reasons)
    failures = [next(next_reason) if isinstance(photo, bytes) else photo for photo in photos]
    arrays = [batch.column(name) for name in columns.kept]
    arrays.append(to_lists(rows, np.array([failure is not None for failure in failures], bool)))
    if columns.status:
        arrays.append(pa.array([failure.code if failure else "ok" for failure in failures], pa.string()))
    if columns.error:
        arrays.append(pa.array([failure.message if failure else None for failure in failures], pa.string()))
    return pa.RecordBatch.from_arrays(arrays, columns.outgoing)


def read_photo(path: str) -> bytes | Failure:
    """A path as people write it, or with the `file:` that Spark puts before it."""
    if path.startswith("file:"):
        path = "/" + path.removeprefix("file:").lstrip("/")
    if "://" in path:
        raise RuntimeError(
            f"{path}: a column of paths is for folders; read a bucket with binaryFile, and give `content`"
        )
    try:
        return Path(path).read_bytes()
    except FileNotFoundError:
        return Failure("read", "vanished", "the file is no longer there")
    except OSError as error:
        return Failure("read", "unreadable", f"cannot be read: {error.strerror}")
