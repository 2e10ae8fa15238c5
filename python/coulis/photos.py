"""featurize: photos of a folder, a bucket or memory -> feature rows in memory."""

from __future__ import annotations

import os
from typing import Any, Literal, Unpack

import numpy as np
from numpy.typing import NDArray

from coulis import _core
from coulis.features import BadPhoto, Features
from coulis.given import Photos, is_input, list_photos
from coulis.interruptible import finish
from coulis.job import ended
from coulis.keywords import takes, to_native
from coulis.option_types import FeaturizeOptions
from coulis.options import OPTIONS
from coulis.order_options import to_options
from coulis.program import Died, Program, Programs, to_name

OnBad = Literal["row", "raise"]
FEATURIZE_OPTIONS = [option for option in OPTIONS if option.keyword in FeaturizeOptions.__annotations__]

Failures = list[Any]  # (photo, stage, code, message)


class Featurizer:
    """A model, loaded at first use and kept for many calls; threads may share it. The options are those of
    `coulis.featurize`.

    Photos in memory are computed in this process, photos of folders and buckets in others, which end with this object.
    """

    @takes(FEATURIZE_OPTIONS)
    def __init__(self, *, on_bad: OnBad = "row", **options: Unpack[FeaturizeOptions]) -> None:
        if on_bad not in ("row", "raise"):
            raise ValueError(f"on_bad is 'row' or 'raise', not {on_bad!r}")
        self._raises = on_bad == "raise"
        self._keywords = to_native({**options, "on_bad": "fail" if self._raises else "skip"})
        self._options = to_options(self._keywords)
        self._programs = Programs()
        self._in_memory: _core.PhotoFeaturizer | None = None

    @property
    def width(self) -> int:
        """Features of one photo."""
        return int(self._native().width)

    def featurize(self, photos: Photos) -> Features:
        """As `coulis.featurize`."""
        if isinstance(photos, str | os.PathLike):
            place = os.fsdecode(photos)
            if is_input(place):
                values, failures, paths = self._ask(input=to_name(place))
                return self._finish(values, failures, paths, printed=True)
        items: list[Any] = list_photos(photos)
        if items and isinstance(items[0], str):
            names = "".join(to_name(path) + "\n" for path in items).encode()
            values, failures, _ = self._ask(names)
            return self._finish(values, failures, items)
        native = self._native()
        call = native.encoded(items) if not items or isinstance(items[0], bytes) else native.arrays(items)
        values, failures = finish(call.run, call.stop)
        return self._finish(values, failures, [])

    def _native(self) -> _core.PhotoFeaturizer:
        if self._in_memory is None:
            self._in_memory = _core.PhotoFeaturizer(self._keywords)
        return self._in_memory

    def _ask(self, *names: bytes, **fields: str) -> tuple[NDArray[np.float32], Failures, list[str]]:
        """Rows, failures and, for an input, the paths."""
        with self._programs.one() as program:
            try:
                return finish(lambda: read_rows(program, *names, options=self._options, **fields), program.cancel)
            except Died as died:
                raise ended(died) from None

    def _finish(
        self, values: NDArray[np.float32], failures: Failures, paths: list[str], *, printed: bool = False
    ) -> Features:
        errors = [BadPhoto(index, paths[index] if paths else "", *why) for index, *why in failures]
        if errors and self._raises:
            raise errors[0]
        return Features(values, paths, errors, printed=printed)


def read_rows(program: Program, *names: bytes, **fields: Any) -> tuple[NDArray[np.float32], Failures, list[str]]:
    """The answers to the order `featurize`."""
    values, failures, paths = np.empty((0, 0), np.float32), [], []
    for header, payload in program.ask("featurize", *names, **fields):
        if header["answer"] == "photos":
            values = np.full((header["count"], header["width"]), np.nan, np.float32)
            paths = payload.decode().split("\n")[:-1]
        elif header["answer"] == "rows":
            rows = np.frombuffer(payload, "<f4").reshape(header["count"], -1)
            values[header["first"] : header["first"] + len(rows)] = rows
            failures += header["failures"]
    return values, failures, paths


@takes(FEATURIZE_OPTIONS)
def featurize(photos: Photos, *, on_bad: OnBad = "row", **options: Unpack[FeaturizeOptions]) -> Features:
    """The features of photos: float32 [photos, 1280], bit for bit those of `coulis run`.

    photos: an INPUT of `coulis run`, for all photos in it: the name of a folder, "s3://bucket/prefix", an archive, a
        Parquet table or a list. Or a list of paths (or "s3://bucket/key"), of the bytes of image files, of files
        opened with 'rb', or of arrays, uint8 [height, width, 3]. Arrays of grey [height, width] or with alpha,
        [height, width, 2 or 4], are converted as Pillow's convert("RGB") does. One path, bytes object, open file or
        array is one photo; an array [n, height, width, channels] is n photos.
    model: the name of a known model or a .safetensors file (`coulis models`). Default: MobileNetV2, 1,280 features.
    precision: "fp32"; "bf16" or "int8" are faster and less exact (docs/precision.md).
    threads: 0 means one per CPU that this process may use. Releases the GIL.
    on_bad: "row": a photo that cannot be used is a row of NaN and an item of `errors`; "raise": the first one raises
        BadPhoto.
    All other options: the flags of `coulis run`.

    Raises coulis.Error if nothing can be computed: a missing folder, no photo in it, an unknown model, an unreachable
    bucket; its `remedy` says what to do. Raises TypeError for anything that is not a photo. Ctrl-C ends the call
    within the time of a photo.

    The result takes 5 KB of memory per photo: for millions, use `coulis.run`. Each call loads the model: for many
    calls with few photos, make a `coulis.Featurizer` with the same options.
    """
    return Featurizer(on_bad=on_bad, **options).featurize(photos)
