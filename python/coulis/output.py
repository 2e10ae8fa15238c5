"""open_output: what a run has written, read when it is asked for."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import urlsplit

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from pyarrow import dataset, fs, parquet

from coulis import _core

if TYPE_CHECKING:
    from coulis.pca import PCA


class Output:
    """A finished OUTPUT of `coulis run`. Rows of features, pca, labels, paths and matrix() are in one order."""

    def __init__(self, location: str, files: fs.FileSystem, folder: str) -> None:
        self.location = location
        self._files = files
        self._folder = folder
        self.manifest: dict[str, Any] = json.loads(self._read("manifest.json"))
        """manifest.json: counts, settings, model, versions, checksums, timings."""

    def __repr__(self) -> str:
        counts = self.manifest["counts"]
        return (
            f"<coulis.Output {self.location}: {counts['ok']} photos, {counts['failed']} errors, "
            f"{self.manifest['pca']['k']} components>"
        )

    @property
    def features(self) -> dataset.Dataset:
        """path, label, features list<float>: a pyarrow Dataset, which reads what is asked of it."""
        return self._parts("features")

    @property
    def pca(self) -> dataset.Dataset:
        """path, label, pca list<float>: the projected rows, as a pyarrow Dataset."""
        return self._parts("pca")

    @cached_property
    def errors(self) -> pa.Table:
        """path, stage, code, message, size of each photo that could not be used."""
        return parquet.read_table(pa.BufferReader(self._read("errors.parquet")))

    @cached_property
    def pca_model(self) -> PCA:
        """Mean, components and variances as a fitted coulis.PCA, for new photos. Needs scikit-learn."""
        from coulis.pca import PCA

        return PCA.from_bytes(self._read("pca_model.safetensors"))

    @property
    def paths(self) -> list[str]:
        """Of each row."""
        return self._texts("path")

    @property
    def labels(self) -> list[str]:
        """Of each row: by default the photo's folder."""
        return self._texts("label")

    def matrix(self, column: Literal["features", "pca"] = "features") -> NDArray[np.float32]:
        """The rows as one array, float32 [rows, 1280], or [rows, k] for "pca"."""
        rows: NDArray[np.float32] = np.empty((self.manifest["counts"]["ok"], 0), np.float32)
        first = 0
        for batch in self._parts(column).to_batches(columns=[column]):
            if batch.num_rows == 0:
                continue
            values = batch.column(0).flatten().to_numpy().reshape(batch.num_rows, -1)
            if first == 0:
                rows = np.empty((len(rows), values.shape[1]), np.float32)
            rows[first : first + len(values)] = values
            first += len(values)
        return rows

    def _parts(self, folder: str) -> dataset.Dataset:
        paths = [f"{self._folder}/{part[folder]['file']}" for part in self.manifest["parts"]]
        return dataset.dataset(paths, format="parquet", filesystem=self._files)

    def _texts(self, column: str) -> list[str]:
        texts: list[str] = self._parts("features").to_table(columns=[column])[column].to_pylist()
        return texts

    def _read(self, name: str) -> bytes:
        with self._files.open_input_stream(f"{self._folder}/{name}") as stream:
            return bytes(stream.read())


def open_output(location: str | os.PathLike[str], *, endpoint_url: str = "", region: str = "") -> Output:
    """What `coulis run` has written to a folder or "s3://bucket/prefix": tables as Arrow datasets, arrays, the
    manifest, the PCA.

    endpoint_url, region: of the S3 server; none: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, AWS_REGION,
    AWS_DEFAULT_REGION. Buckets are read by pyarrow, with the credentials that it finds.
    Raises coulis.Error if there is no finished run. A run that goes on or begins again removes _SUCCESS first: open
    it when it is done.
    """
    place = os.fspath(location)
    files, folder = find_place(place, endpoint_url, region)
    names = ("_SUCCESS", "manifest.json", "features")
    found = [info.type != fs.FileType.NotFound for info in files.get_file_info([f"{folder}/{name}" for name in names])]
    if not any(found):
        raise make_error(f"{place} holds no results of coulis", "name the OUTPUT of a `coulis run`")
    if not all(found[:2]):
        raise make_error(f"{place} is not finished: it has no _SUCCESS", "run the same `coulis run` again: it goes on")
    return Output(place, files, folder)


def find_place(place: str, endpoint_url: str, region: str) -> tuple[fs.FileSystem, str]:
    if "://" not in place:
        return fs.LocalFileSystem(), str(Path(place).absolute())
    if not place.startswith("s3://"):
        files, folder = fs.FileSystem.from_uri(place.rstrip("/"))
        return files, folder
    folder = place.removeprefix("s3://").rstrip("/")
    endpoint = endpoint_url or os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL") or ""
    region = region or os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION") or ""
    if endpoint:
        url = urlsplit(endpoint)
        return fs.S3FileSystem(endpoint_override=url.netloc, scheme=url.scheme, region=region or "us-east-1"), folder
    return fs.S3FileSystem(region=region or fs.resolve_s3_region(folder.split("/")[0])), folder


def make_error(message: str, remedy: str) -> _core.Error:
    """As the native code raises it."""
    error = _core.Error(message)
    error.code, error.remedy = 1, remedy
    error.add_note(remedy)
    return error
