"""ObjectFiles: lets pyarrow read a bucket through `coulis`, with the command's servers and credentials."""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import Any, NoReturn

import pyarrow as pa
from pyarrow import fs

from coulis.job import ended
from coulis.order_options import to_options
from coulis.program import Died, Frame, Programs, to_name

# Not owned by a Place: Arrow's threads may drop the last Place at any time. If that waited for a process, and the
# interpreter ended first, the thread would crash it.
PROGRAMS = Programs()


class Place:
    """The objects below a prefix, or in a folder whose name is not UTF-8. Threads may share it."""

    def __init__(self, uri: str, options: dict[str, Any]) -> None:
        self._fields = {"place": to_name(uri), "options": to_options(options)}

    def keys(self, prefix: str) -> list[str]:
        found: list[str] = self._ask("list", prefix=prefix).header["keys"]
        return found

    def size(self, key: str) -> int | None:
        size: int | None = self._ask("size", key=key).header["size"]
        return size

    def read(self, key: str) -> bytes:
        return self._ask("read", key=key).payload

    def read_range(self, key: str, offset: int, size: int) -> bytes:
        """The bytes of a range, shorter at the end of the object."""
        return self._ask("read", key=key, offset=offset, size=size).payload

    def _ask(self, order: str, **fields: Any) -> Frame:
        with PROGRAMS.one() as program:
            try:
                return program.result(order, **self._fields, **fields)
            except Died as died:
                raise ended(died) from None


class ObjectFiles(fs.FileSystemHandler):  # type: ignore[misc]
    """Read-only. Paths begin with `folder`, such as "bucket/prefix"."""

    def __init__(self, uri: str, options: dict[str, Any]) -> None:
        self.place = Place(uri, options)
        folder = uri.partition("?")[0].partition("://")[2].rstrip("/") or "folder"
        self.folder = folder.encode(errors="backslashreplace").decode()  # pyarrow only needs a name
        self._made_of = (uri, options)

    def __reduce__(self) -> tuple[Any, ...]:
        return ObjectFiles, self._made_of

    def __eq__(self, other: object) -> bool:
        return isinstance(other, ObjectFiles) and self._made_of == other._made_of

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = None  # type: ignore[assignment]

    def key_of(self, path: str) -> str:
        return path.removeprefix(f"{self.folder}/")

    def get_type_name(self) -> str:
        return "coulis"

    def normalize_path(self, path: str) -> str:
        return path

    def get_file_info(self, paths: Sequence[str]) -> list[fs.FileInfo]:
        sizes = [(path, self.place.size(self.key_of(path))) for path in paths]
        return [
            fs.FileInfo(path, fs.FileType.NotFound if size is None else fs.FileType.File, size=size)
            for path, size in sizes
        ]

    def open_input_stream(self, path: str) -> pa.NativeFile:
        return pa.BufferReader(self.place.read(self.key_of(path)))

    def open_input_file(self, path: str) -> pa.NativeFile:
        key = self.key_of(path)
        size = self.place.size(key)
        if size is None:
            raise FileNotFoundError(path)
        return pa.PythonFile(ObjectFile(self.place, key, size), mode="r")

    def refuse(self, *_: object) -> NoReturn:
        raise NotImplementedError("results of coulis are read-only")

    get_file_info_selector = create_dir = delete_dir = delete_dir_contents = delete_root_dir_contents = refuse
    delete_file = move = copy_file = open_output_stream = open_append_stream = refuse


class ObjectFile(io.RawIOBase):
    """Each read is one request for its bytes."""

    def __init__(self, place: Place, key: str, size: int) -> None:
        self._place, self._key, self._size, self._at = place, key, size, 0

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self._at = offset + {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        return self._at

    def read(self, size: int | None = -1) -> bytes:
        left = max(0, self._size - self._at)
        wanted = left if size is None or size < 0 else min(size, left)
        data = self._place.read_range(self._key, self._at, wanted) if wanted else b""
        self._at += len(data)
        return data
