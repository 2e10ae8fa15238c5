"""open_output: the results of a run, read when they are used."""

from __future__ import annotations

import json
import os
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from coulis import _core
from coulis.given import is_uri
from coulis.keywords import takes, to_native
from coulis.needed import import_pyarrow
from coulis.option_types import StorageOptions
from coulis.options import OPTIONS
from coulis.program import make_error

if TYPE_CHECKING:
    import pyarrow as pa
    from pyarrow import dataset, fs, parquet

    from coulis.pca import PCA
else:
    pa = import_pyarrow("coulis.open", "dataset", "fs", "parquet")
    dataset, fs, parquet = pa.dataset, pa.fs, pa.parquet

STORAGE_OPTIONS = [option for option in OPTIONS if option.group == "storage"]


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
        """path, label, features list<float>: a pyarrow Dataset, which reads only what you use."""
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
        """The path of each row."""
        return self._texts("path")

    @property
    def labels(self) -> list[str]:
        """The label of each row: by default the photo's folder."""
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

    @cached_property
    def _listed_parts(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self._read("parts.jsonl").splitlines()]

    def _parts(self, folder: str) -> dataset.Dataset:
        paths = [f"{self._folder}/{part[folder]['file']}" for part in self._listed_parts]
        return dataset.dataset(paths, format="parquet", filesystem=self._files)

    def _texts(self, column: str) -> list[str]:
        texts: list[str] = self._parts("features").to_table(columns=[column])[column].to_pylist()
        return texts

    def _read(self, name: str) -> bytes:
        with self._files.open_input_stream(f"{self._folder}/{name}") as stream:
            return bytes(stream.read())


@takes(STORAGE_OPTIONS)
def open_output(location: str | bytes | os.PathLike[str], **options: Unpack[StorageOptions]) -> Output:
    """The results of `coulis run` in a folder or "s3://bucket/prefix": Arrow datasets, arrays, the manifest, the PCA.

    options: the storage flags of `coulis run`. Finds server and credentials as the command does.
    Raises coulis.Error if there is no finished run. A run that resumes or starts again removes _SUCCESS first: open
    its OUTPUT when it is done.
    """
    place = os.fsdecode(location)
    if is_uri(place) or place != place.encode(errors="ignore").decode():  # pyarrow opens only files with UTF-8 names
        return open_objects(place, to_native(options))
    files, folder = fs.LocalFileSystem(), str(Path(place).absolute())
    names = ("_SUCCESS", "manifest.json", "features")
    found = [info.type != fs.FileType.NotFound for info in files.get_file_info([f"{folder}/{name}" for name in names])]
    check_finished(place, *found)
    return Output(place, files, folder)


def open_objects(uri: str, options: dict[str, Any]) -> Output:
    from coulis.object_files import ObjectFiles  # loads the native code, which most folders do not need

    handler = ObjectFiles(uri, options)
    finished, described = (handler.place.size(name) is not None for name in ("_SUCCESS", "manifest.json"))
    place = _core.printable(os.fsencode(uri.partition("?")[0] if is_uri(uri) else uri))
    check_finished(place, finished, described, finished or described or bool(handler.place.keys("features")))
    return Output(place, fs.PyFileSystem(handler), handler.folder)


def check_finished(place: str, finished: bool, described: bool, begun: bool) -> None:
    if not (finished or described or begun):
        raise make_error(1, f"{place} holds no results of coulis", "name the OUTPUT of a `coulis run`")
    if not (finished and described):
        raise make_error(
            1, f"{place} is not finished: it has no _SUCCESS", "run the same `coulis run` again: it resumes"
        )
