"""featurize: photos of a folder, a bucket or memory -> feature rows in memory."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from coulis import _job
from coulis.features import BadPhoto, Features
from coulis.interruptible import finish

OnBad = Literal["row", "raise"]
Photo = str | os.PathLike[str] | bytes | bytearray | memoryview | NDArray[np.uint8]
Photos = Photo | Iterable[str] | Iterable[os.PathLike[str]] | Iterable[bytes] | Iterable[NDArray[np.uint8]]


class Featurizer:
    """A model, loaded once for many calls; threads may share it. The options are those of `coulis.featurize`."""

    def __init__(
        self,
        *,
        model: str | os.PathLike[str] | None = None,
        precision: str = "fp32",
        threads: int = 0,
        on_bad: OnBad = "row",
        max_pixels: int = 89_478_485,
        exif_orientation: bool = False,
        include: str | Sequence[str] = (),
        exclude: str | Sequence[str] = (),
        endpoint_url: str = "",
        region: str = "",
        addressing: str = "auto",
        no_sign_request: bool = False,
        request_payer: bool = False,
    ) -> None:
        if on_bad not in ("row", "raise"):
            raise ValueError(f"on_bad is 'row' or 'raise', not {on_bad!r}")
        self._raises = on_bad == "raise"
        self._native = _job.PhotoFeaturizer(
            {
                "model": "" if model is None else os.fspath(model),
                "precision": precision,
                "threads": threads,
                "on_bad": "fail" if self._raises else "skip",
                "max_pixels": max_pixels,
                "exif_orientation": exif_orientation,
                "include": as_list(include),
                "exclude": as_list(exclude),
                "endpoint_url": endpoint_url,
                "region": region,
                "addressing": addressing,
                "no_sign_request": no_sign_request,
                "request_payer": request_payer,
            }
        )

    @property
    def width(self) -> int:
        """Features of one photo."""
        return int(self._native.width)

    def featurize(self, photos: Photos) -> Features:
        """As `coulis.featurize`."""
        call, paths = self._begin(photos)
        values, failures, listed = finish(call)
        paths = paths or listed
        errors = [BadPhoto(index, paths[index] if paths else "", *why) for index, *why in failures]
        if errors and self._raises:
            raise errors[0]
        return Features(values, paths, errors)

    def _begin(self, photos: Photos) -> tuple[Any, list[str]]:
        """The native call, and the paths that were given."""
        if isinstance(photos, str | os.PathLike):
            place = os.fspath(photos)
            if "://" in place or not Path(place).is_file():
                return self._native.below(os.fsencode(place)), []
            items: list[Any] = [place]
        elif isinstance(photos, bytes | bytearray | memoryview) or is_one_array(photos):
            items = [photos]
        else:
            items = list(photos)
        if all(isinstance(item, str | os.PathLike) for item in items):
            paths = [os.fspath(item) for item in items]
            return self._native.files(*split_place(paths)), paths
        if all(isinstance(item, bytes | bytearray | memoryview) for item in items):
            return self._native.encoded([bytes(item) for item in items]), []
        for index, item in enumerate(items):
            check_array(index, item)
        return self._native.arrays(items), []


def featurize(
    photos: Photos,
    *,
    model: str | os.PathLike[str] | None = None,
    precision: str = "fp32",
    threads: int = 0,
    on_bad: OnBad = "row",
    max_pixels: int = 89_478_485,
    exif_orientation: bool = False,
    include: str | Sequence[str] = (),
    exclude: str | Sequence[str] = (),
    endpoint_url: str = "",
    region: str = "",
    addressing: str = "auto",
    no_sign_request: bool = False,
    request_payer: bool = False,
) -> Features:
    """The features of photos: float32 [photos, 1280], to the bit those that `coulis run` writes.

    photos: a folder or "s3://bucket/prefix", and all photos below it; or a list of paths (or "s3://bucket/key"), of
        the bytes of image files, or of arrays, uint8 [height, width, 3]. Arrays of grey [height, width] or with
        alpha, [height, width, 2 or 4], are taken as Pillow's convert("RGB") takes them. One path, bytes object or
        array is one photo; an array [n, height, width, channels] is n.
    model: a known model's name or a .safetensors file (`coulis models`); none: MobileNetV2, 1,280 features.
    precision: "fp32"; "bf16" or "int8" are faster and less exact (docs/precision.md).
    threads: 0 is one per CPU that this process may use. The GIL is not held.
    on_bad: "row": a photo that cannot be used is a row of NaN and an item of `errors`; "raise": the first one raises
        BadPhoto.
    max_pixels, exif_orientation, include, exclude, endpoint_url, region, addressing, no_sign_request, request_payer:
        as the flags of `coulis run`.

    Raises coulis.Error where nothing can be computed: no such folder, no photo in it, no such model, a bucket that
    cannot be reached; its `remedy` says what to do. TypeError for what is no photo. Ctrl-C ends it within the time of
    a photo.

    A photo takes 5 KB of memory: for millions, use `coulis.run`. Each call loads the model: for many calls of few
    photos, make a `coulis.Featurizer` with the same options.
    """
    featurizer = Featurizer(
        model=model,
        precision=precision,
        threads=threads,
        on_bad=on_bad,
        max_pixels=max_pixels,
        exif_orientation=exif_orientation,
        include=include,
        exclude=exclude,
        endpoint_url=endpoint_url,
        region=region,
        addressing=addressing,
        no_sign_request=no_sign_request,
        request_payer=request_payer,
    )
    return featurizer.featurize(photos)


def as_list(globs: str | Sequence[str]) -> list[str]:
    """A str alone is one glob, not one for each letter."""
    return [globs] if isinstance(globs, str) else list(globs)


def split_place(paths: list[str]) -> tuple[bytes, list[bytes]]:
    """The place that holds all of them, "/" for files, and their keys below it."""
    if not any("://" in path for path in paths):
        return b"/", [os.fsencode(os.path.abspath(path).lstrip("/")) for path in paths]  # noqa: PTH100
    buckets = {bucket_of(path) for path in paths}
    if len(buckets) > 1:
        raise ValueError(f"the photos of one call are all files, or all in one bucket, not in {sorted(buckets)}")
    bucket = buckets.pop()
    return os.fsencode(bucket), [os.fsencode(path[len(bucket) + 1 :]) for path in paths]


def bucket_of(path: str) -> str:
    """ "s3://bucket"; the ARN of an access point holds a '/' itself."""
    if path.startswith("s3://"):
        return "s3://" + os.fsdecode(_job.bucket_in(os.fsencode(path.removeprefix("s3://"))))
    return "/".join(path.split("/", 3)[:3])


def is_one_array(photos: object) -> bool:
    return isinstance(photos, np.ndarray) and photos.ndim in (2, 3)


def check_array(index: int, item: object) -> None:
    if not isinstance(item, np.ndarray):
        kind = type(item).__name__
        advice = "; of a Pillow image: numpy.asarray(image.convert('RGB'))" if hasattr(item, "convert") else ""
        raise TypeError(
            f"photo {index} is of type {kind}: photos are paths, bytes or uint8 arrays, all of one kind{advice}"
        )
    channels = item.shape[2] if item.ndim == 3 else 0
    if item.dtype != np.uint8 or item.ndim not in (2, 3) or (item.ndim == 3 and channels not in (2, 3, 4)):
        raise TypeError(
            f"photo {index} is {item.dtype} {list(item.shape)}: an array must be uint8 [height, width] or "
            "[height, width, channels] with 2, 3 or 4 channels"
        )
