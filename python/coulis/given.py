"""list_photos: the argument of featurize() -> one path, image file's content or array for each photo."""

from __future__ import annotations

import io
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

TAKEN = "photos are paths, bytes or open files of image files, or uint8 arrays, all of one kind"


class BinaryFile(Protocol):
    """Open for reading, as by open(path, "rb"): read() is called once."""

    def read(self) -> bytes: ...


Photo = str | os.PathLike[str] | bytes | bytearray | memoryview | BinaryFile | NDArray[np.uint8]
Photos = (
    Photo
    | Iterable[str]
    | Iterable[os.PathLike[str]]
    | Iterable[bytes]
    | Iterable[BinaryFile]
    | Iterable[NDArray[np.uint8]]
)


def is_uri(path: str) -> bool:
    """ "s3://bucket/x" is one; "./a://b" is a path."""
    scheme, separator, _ = path.partition("://")
    return bool(separator) and "/" not in scheme


# Extensions of archives, tables and lists, as in the command. A file with another name is one photo.
COLLECTIONS = {".zip", ".tar", ".gz", ".tgz", ".zst", ".zstd", ".tzst", ".parquet"}
LISTS = {".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".txt", ".lst", ".list"}


def is_input(place: str) -> bool:
    """Whether it is an INPUT of `coulis run` rather than one photo. A missing path is reported when INPUT is opened."""
    path = Path(place)
    return is_uri(place) or not path.exists() or path.is_dir() or path.suffix.lower() in COLLECTIONS | LISTS


def list_photos(photos: Photos) -> list[Any]:
    """str, bytes or arrays, all of one type, in order. Raises TypeError for anything that is not a photo."""
    items = [read_item(index, item) for index, item in enumerate(iterate(photos))]
    for index, item in enumerate(items):
        if type(item) is not type(items[0]):
            kinds = f"photo 0 is {NAMES[type(items[0])]} and photo {index} {NAMES[type(item)]}"
            raise TypeError(f"{kinds}: {TAKEN}")
    return items


NAMES = {str: "a path", bytes: "bytes", np.ndarray: "an array"}


def iterate(photos: Any) -> Iterable[Any]:
    """The photos one by one. Refuses tables and sets, whose order would not be that of the rows."""
    kind = type(photos).__name__
    if isinstance(photos, np.ndarray) and photos.ndim in (2, 3) and photos.dtype != object:
        return [photos]
    if isinstance(photos, str | os.PathLike) or is_open_file(photos) or view_bytes(photos) is not None:
        return [photos]
    if isinstance(photos, np.ndarray) and photos.dtype.kind == "S":
        raise TypeError("NumPy drops zeros at the end of such bytes: give a list, or an array of dtype=object")
    if isinstance(photos, set | frozenset | Mapping) or hasattr(photos, "columns"):
        raise TypeError(f"a {kind} is not a list of photos: give a list, or one column; {TAKEN}")
    if hasattr(photos, "to_pylist"):  # Arrow's arrays
        return list(photos.to_pylist())
    if hasattr(photos, "status_code") or hasattr(photos, "readline"):
        raise refuse("what was given", photos)
    try:
        photos = iter(photos)
    except TypeError:
        raise refuse("what was given", photos) from None
    return list(photos)


def read_item(index: int, item: Any) -> str | bytes | NDArray[np.uint8]:
    if isinstance(item, str | os.PathLike):
        return str(os.fsdecode(item))
    if isinstance(item, np.ndarray):
        check_array(index, item)
        return np.asarray(item)
    view = view_bytes(item)
    if view is None and is_open_file(item):
        return read_content(index, item)
    if view is None:
        raise refuse(f"photo {index}", item)
    return bytes(view)


def is_open_file(item: Any) -> bool:
    return callable(getattr(item, "read", None))


def read_content(index: int, file: Any) -> bytes:
    content = "" if isinstance(file, io.TextIOBase) else file.read()
    if isinstance(content, str):
        raise TypeError(f"photo {index} is a file opened in text mode: open it with open(path, 'rb')")
    view = view_bytes(content)
    if view is None:
        raise TypeError(f"photo {index}: read() returns {type(content).__name__}, not bytes; {TAKEN}")
    return bytes(view)


def view_bytes(item: Any) -> bytes | memoryview | None:
    """The bytes of an object with contiguous bytes: bytearray, memoryview, mmap, a buffer of Arrow, ..."""
    if isinstance(item, bytes):
        return item
    if isinstance(item, np.ndarray | np.generic):
        return None
    try:
        view = memoryview(item)
    except TypeError:
        return None
    return view if view.ndim == 1 and view.itemsize == 1 else None


def refuse(what: str, item: Any) -> TypeError:
    advice = ""
    if hasattr(item, "convert"):
        advice = "; for a Pillow image, give numpy.asarray(image.convert('RGB'))"
    elif hasattr(item, "status_code"):
        advice = "; for an HTTP response, give its .content"
    elif hasattr(item, "numpy"):
        advice = "; for a tensor, give its .numpy()"
    return TypeError(f"{what} is of type {type(item).__name__}: {TAKEN}{advice}")


def check_array(index: int, array: NDArray[Any]) -> None:
    channels = array.shape[2] if array.ndim == 3 else 0
    if array.dtype != np.uint8 or array.ndim not in (2, 3) or (array.ndim == 3 and channels not in (2, 3, 4)):
        raise TypeError(
            f"photo {index} is {array.dtype} {list(array.shape)}: an array must be uint8 [height, width] or "
            "[height, width, channels] with 2, 3 or 4 channels; for an encoded file, give array.tobytes()"
        )
