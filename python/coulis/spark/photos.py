"""Batches of photos to batches of features: the function that ImageFeaturizer gives to mapInArrow."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from urllib.parse import unquote_to_bytes

import numpy as np
import pyarrow as pa

from coulis import _core
from coulis.spark.arrow_batches import ROWS_OF_PHOTOS, check_columns, to_lists
from coulis.spark.worker import Engine, Failure, Lanes, begin_task, lanes_of

SCHEME = re.compile(rb"(?!file:)[A-Za-z][A-Za-z0-9+.-]*://")
FILE_URI = re.compile(rb"file:(?://(?P<host>[^/]*))?(?P<path>/.*)", re.DOTALL)
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
    begin_task()
    lanes = lanes_of(engine)
    for batch in batches:
        check_columns(batch, columns.incoming)
        for first in range(0, batch.num_rows, ROWS_OF_PHOTOS):
            yield featurize_rows(lanes, columns, batch.slice(first, ROWS_OF_PHOTOS))


def featurize_rows(lanes: Lanes, columns: PhotoColumns, batch: pa.RecordBatch) -> pa.RecordBatch:
    source = batch.column(columns.source)
    photos: list[bytes | Failure]
    if pa.types.is_binary(source.type) or pa.types.is_large_binary(source.type):
        photos = [NO_PHOTO if value is None else value for value in source.to_pylist()]
    else:  # paths as bytes: text in Spark need not be UTF-8
        paths = source.cast(pa.large_binary()).to_pylist()
        photos = [NO_PHOTO if path is None else read_photo(path) for path in paths]
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


def read_photo(path: bytes) -> bytes | Failure:
    """A plain path, or a `file:` URI in either of Spark's forms.

    binaryFile's `path` is file:/ and the unencoded name; input_file_name() is file:/// and percent-encoded, and
    `_metadata.file_path` is file:/ and percent-encoded. For file:/, tries binaryFile's form first.
    """
    if SCHEME.match(path):
        raise RuntimeError(
            f"{_core.printable(path)}: a column of paths is for folders; read a bucket with binaryFile, and give "
            "`content`"
        )
    uri = FILE_URI.fullmatch(path)
    if uri is None:
        return read_file(path)
    host, name = uri["host"], uri["path"]
    if host not in (None, b"", b"localhost"):
        machine = _core.printable(host)
        return Failure("read", "unreadable", f"cannot be read: it is on the machine '{machine}'; write file:///")
    decoded = unquote_to_bytes(name)
    first, second = (name, decoded) if host is None else (decoded, name)
    photo = read_file(first)
    is_there = isinstance(photo, bytes) or photo.code != "vanished"
    return photo if is_there or first == second else read_file(second)


def read_file(path: bytes) -> bytes | Failure:
    photo = _core.read_photo(path)
    return photo if isinstance(photo, bytes) else Failure(*photo)
