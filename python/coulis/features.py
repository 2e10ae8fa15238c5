"""Features and BadPhoto: the results of featurize()."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from coulis import _core
from coulis.needed import import_pyarrow

if TYPE_CHECKING:
    import pandas
    import polars
    import pyarrow as pa


class BadPhoto(ValueError):
    """A photo that cannot be used: an item of `Features.errors`, or raised with on_bad="raise".

    `index` is its place among the photos, `path` its path ("" in memory), `stage` "read" or "decode", `code` a word
    ("truncated", "not_an_image", "vanished", ...: as in errors.csv), `message` a sentence.
    """

    def __init__(self, index: int, path: str, stage: str, code: str, message: str) -> None:
        super().__init__(index, path, stage, code, message)
        self.index = index
        self.path = path
        self.stage = stage
        self.code = code
        self.message = message

    def __str__(self) -> str:
        return f"{self.path or f'photo {self.index}'}: {self.code}: {self.message}"


class Features:
    """One row of features for each photo, in the order of the photos.

    It keeps paths and errors with the rows. NumPy and scikit-learn take it as an array (`numpy.asarray(features)`,
    `estimator.fit(features)`), and its tables share its memory.
    """

    values: NDArray[np.float32]
    """[photos, width], 1,280 wide for the built-in model. The row of a photo that cannot be used is NaN, never zero."""
    paths: list[str]
    """The path of each photo, as `coulis run` writes it for a folder, else as given; [] for photos in memory."""
    errors: list[BadPhoto]
    """The photos that cannot be used, in order, and why."""

    def __init__(
        self, values: NDArray[np.float32], paths: Sequence[str], errors: Sequence[BadPhoto], *, printed: bool = False
    ) -> None:
        """printed: whether the paths are printable, as `coulis run` writes them, instead of Python's file names."""
        self.values = values
        self.paths = list(paths)
        self.errors = list(errors)
        self._printed = printed

    @property
    def ok(self) -> NDArray[np.bool_]:
        """Which photos can be used: `features.values[features.ok]` has no NaN."""
        mask = np.ones(len(self.values), bool)
        mask[[error.index for error in self.errors]] = False
        return mask

    @property
    def shape(self) -> tuple[int, int]:
        """(photos, width), like the shape of an array."""
        photos, width = self.values.shape
        return photos, width

    def __len__(self) -> int:
        return len(self.values)

    def __array__(self, dtype: Any = None, copy: bool | None = None) -> NDArray[Any]:
        return np.asarray(self.values, dtype) if copy is None else np.array(self.values, dtype, copy=copy)

    def __repr__(self) -> str:
        photos, width = self.shape
        return f"<coulis.Features: {photos} photos, {width} features each, {len(self.errors)} cannot be used>"

    def to_arrow(self) -> pa.Table:
        """A pyarrow.Table: path (if any), features fixed_size_list<float>, code, message.

        A photo that cannot be used has null features; the others have null as code and message.
        """
        pa = import_pyarrow("to_arrow()")
        photos, width = self.shape
        codes: list[str | None] = [None] * photos
        messages = codes.copy()
        for error in self.errors:
            codes[error.index], messages[error.index] = error.code, error.message
        values = pa.array(self.values.reshape(-1))  # a view
        paths = self.paths if self._printed else [_core.printable(os.fsencode(path)) for path in self.paths]
        columns = {"path": pa.array(paths, pa.string())} if paths else {}
        validity = pa.array(self.ok).buffers()[1]  # from_arrays() takes no mask before pyarrow 15
        lists = pa.list_(pa.float32(), width)
        columns["features"] = pa.Array.from_buffers(lists, photos, [validity], len(self.errors), children=[values])
        columns["code"] = pa.array(codes, pa.string())
        columns["message"] = pa.array(messages, pa.string())
        return pa.table(columns)

    def to_pandas(self) -> pandas.DataFrame:
        """A pandas DataFrame: columns f0 to f1279, and paths as the index, if any. Shares the memory of `values`."""
        import pandas

        index = pandas.Index(self.paths, name="path") if self.paths else None
        names = [f"f{i}" for i in range(self.shape[1])]
        return pandas.DataFrame(self.values, index=index, columns=names, copy=False)

    def to_polars(self) -> polars.DataFrame:
        """A polars DataFrame with the columns of to_arrow(); features are an Array(Float32)."""
        import polars

        frame = polars.from_arrow(self.to_arrow())
        assert isinstance(frame, polars.DataFrame)
        return frame
