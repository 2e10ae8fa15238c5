"""featurize: photos of a folder, a bucket or memory -> feature rows in memory."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Literal, Unpack

from coulis import _job
from coulis.features import BadPhoto, Features
from coulis.given import Photos, is_uri, list_photos
from coulis.interruptible import finish
from coulis.keywords import takes, to_native
from coulis.option_types import FeaturizeOptions
from coulis.options import OPTIONS

OnBad = Literal["row", "raise"]
FEATURIZE_OPTIONS = [option for option in OPTIONS if option.keyword in FeaturizeOptions.__annotations__]


class Featurizer:
    """A model, loaded once for many calls; threads may share it. The options are those of `coulis.featurize`."""

    @takes(FEATURIZE_OPTIONS)
    def __init__(self, *, on_bad: OnBad = "row", **options: Unpack[FeaturizeOptions]) -> None:
        if on_bad not in ("row", "raise"):
            raise ValueError(f"on_bad is 'row' or 'raise', not {on_bad!r}")
        self._raises = on_bad == "raise"
        self._native = _job.PhotoFeaturizer({**to_native(options), "on_bad": "fail" if self._raises else "skip"})

    @property
    def width(self) -> int:
        """Features of one photo."""
        return int(self._native.width)

    def featurize(self, photos: Photos) -> Features:
        """As `coulis.featurize`."""
        call, paths = self._begin(photos)
        values, failures, listed = finish(call)
        printed, paths = not paths, paths or listed
        errors = [BadPhoto(index, paths[index] if paths else "", *why) for index, *why in failures]
        if errors and self._raises:
            raise errors[0]
        return Features(values, paths, errors, printed=printed)

    def _begin(self, photos: Photos) -> tuple[Any, list[str]]:
        """The native call, and the paths that were given."""
        if isinstance(photos, str | os.PathLike):
            place = os.fsdecode(photos)
            if is_uri(place) or Path(place).is_dir() or not Path(place).exists():
                return self._native.below(os.fsencode(place)), []
        items: list[Any] = list_photos(photos)
        first = items[0] if items else ""
        if isinstance(first, str):
            return self._native.files(*split_place(items)), items
        return self._native.encoded(items) if isinstance(first, bytes) else self._native.arrays(items), []


@takes(FEATURIZE_OPTIONS)
def featurize(photos: Photos, *, on_bad: OnBad = "row", **options: Unpack[FeaturizeOptions]) -> Features:
    """The features of photos: float32 [photos, 1280], to the bit those that `coulis run` writes.

    photos: a folder or "s3://bucket/prefix", and all photos below it; or a list of paths (or "s3://bucket/key"), of
        the bytes of image files, of files open in 'rb', or of arrays, uint8 [height, width, 3]. Arrays of grey
        [height, width] or with alpha, [height, width, 2 or 4], are taken as Pillow's convert("RGB") takes them. One
        path, bytes object, open file or array is one photo; an array [n, height, width, channels] is n.
    model: a known model's name or a .safetensors file (`coulis models`); none: MobileNetV2, 1,280 features.
    precision: "fp32"; "bf16" or "int8" are faster and less exact (docs/precision.md).
    threads: 0 is one per CPU that this process may use. The GIL is not held.
    on_bad: "row": a photo that cannot be used is a row of NaN and an item of `errors`; "raise": the first one raises
        BadPhoto.
    All other options: as the flags of `coulis run`.

    Raises coulis.Error where nothing can be computed: no such folder, no photo in it, no such model, a bucket that
    cannot be reached; its `remedy` says what to do. TypeError for what is no photo. Ctrl-C ends it within the time of
    a photo.

    A photo takes 5 KB of memory: for millions, use `coulis.run`. Each call loads the model: for many calls of few
    photos, make a `coulis.Featurizer` with the same options.
    """
    return Featurizer(on_bad=on_bad, **options).featurize(photos)


def split_place(paths: list[str]) -> tuple[bytes, list[bytes]]:
    """The place that holds all of them, "/" for files, and their keys below it."""
    if not any(is_uri(path) for path in paths):
        here = "" if all(path.startswith("/") for path in paths) else f"{Path.cwd()}/"
        return b"/", [os.fsencode(path if path.startswith("/") else here + path).lstrip(b"/") for path in paths]
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
