"""What featurize is given: whatever holds the bytes of a photo is one, and what holds none is refused in words."""

import array
import bz2
import http.server
import io
import mmap
import os
import re
import tempfile
import threading
import urllib.request
import zipfile
from contextlib import contextmanager
from types import SimpleNamespace

import coulis
import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from cli.command import ALL_PHOTOS, REPOSITORY
from coulis.given import COLLECTIONS, LISTS

ONE, TWO = (photo.read_bytes() for photo in ALL_PHOTOS[:2])
PATHS = [str(photo) for photo in ALL_PHOTOS[:2]]


@pytest.fixture(scope="module")
def featurizer():
    return coulis.Featurizer(threads=1)


@pytest.fixture(scope="module")
def rows(featurizer):
    return featurizer.featurize([ONE, TWO]).values


def map_file(path):
    with open(path, "rb") as file:  # noqa: PTH123
        return mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)


def spool(content):
    file = tempfile.SpooledTemporaryFile()  # noqa: SIM115
    file.write(content)
    file.seek(0)
    return file


def zip_member(content):
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("a.jpg", content)
    return zipfile.ZipFile(packed).open("a.jpg")


ONE_PHOTO = {
    "file": lambda: ALL_PHOTOS[0].open("rb"),
    "unbuffered": lambda: open(PATHS[0], "rb", buffering=0),  # noqa: PTH123, SIM115
    "BytesIO": lambda: io.BytesIO(ONE),
    "BufferedReader": lambda: io.BufferedReader(io.BytesIO(ONE)),
    "bz2": lambda: bz2.BZ2File(io.BytesIO(bz2.compress(ONE))),
    "zip": lambda: zip_member(ONE),
    "spooled": lambda: spool(ONE),
    "only_read": lambda: SimpleNamespace(read=lambda: bytearray(ONE)),
    "arrow_file": lambda: pa.OSFile(PATHS[0]),
    "arrow_buffer": lambda: pa.py_buffer(ONE),
    "bytearray": lambda: bytearray(ONE),
    "memoryview": lambda: memoryview(ONE),
    "mmap": lambda: map_file(PATHS[0]),
    "array": lambda: array.array("B", ONE),
    "path": lambda: PATHS[0],
    "pathlib": lambda: ALL_PHOTOS[0],
    "os.PathLike of bytes": lambda: next(
        entry for entry in os.scandir(os.fsencode(ALL_PHOTOS[0].parent)) if entry.path == os.fsencode(PATHS[0])
    ),
}


@pytest.mark.parametrize("make", ONE_PHOTO.values(), ids=ONE_PHOTO)
def test_one_photo_alone_and_in_a_list(featurizer, rows, make):
    for photos in (make(), [make()], iter([make()])):
        features = featurizer.featurize(photos)
        assert not features.errors
        assert features.values.tobytes() == rows[:1].tobytes()


MANY_PHOTOS = {
    "paths_and_objects": lambda: [PATHS[0], ALL_PHOTOS[1]],
    "tuple": lambda: tuple(PATHS),
    "dict_values": lambda: dict(enumerate(PATHS)).values(),
    "dict_keys": lambda: dict.fromkeys(PATHS).keys(),
    "series_of_paths": lambda: pd.Series(PATHS, index=[7, 9]),
    "series_of_bytes": lambda: pd.Series([ONE, TWO]),
    "string_series": lambda: pd.Series(PATHS, dtype="string"),
    "index": lambda: pd.Index(PATHS),
    "polars": lambda: pl.Series(PATHS),
    "arrow_paths": lambda: pa.array(PATHS),
    "arrow_bytes": lambda: pa.chunked_array([[ONE], [TWO]]),
    "numpy_paths": lambda: np.array(PATHS),
    "numpy_objects": lambda: np.array([ONE, TWO], dtype=object),
    "files_and_bytes": lambda: [io.BytesIO(ONE), TWO],
}


@pytest.mark.parametrize("make", MANY_PHOTOS.values(), ids=MANY_PHOTOS)
def test_many_photos(featurizer, rows, make):
    assert featurizer.featurize(make()).values.tobytes() == rows.tobytes()


class Response:
    """As that of requests: it iterates over pieces of its content."""

    status_code = 200
    content = ONE

    def __iter__(self):
        return iter([ONE[:128], ONE[128:]])


class Lines:
    """As fileinput."""

    def readline(self):
        return b""

    def __iter__(self):
        return iter([b"one\n", b"two\n"])


REFUSED = {
    "text_file": (lambda: ALL_PHOTOS[0].open(), "open it with open"),
    "StringIO": (lambda: io.StringIO("a.jpg"), "open it with open"),
    "text_in_a_list": (lambda: [io.BytesIO(ONE), io.StringIO("x")], "photo 1 is a file opened in text mode"),
    "reads_text": (lambda: SimpleNamespace(read=lambda: "text"), "open it with open"),
    "reads_nothing": (lambda: SimpleNamespace(read=lambda: None), r"read\(\) returns NoneType, not bytes"),
    "int": (lambda: 7, "of type int: photos are paths, bytes or open files"),
    "none": (lambda: None, "of type NoneType: photos are"),
    "ints": (lambda: [1, 2], "photo 0 is of type int: photos are"),
    "iterator_of_bytes": (lambda: iter(ONE), "photo 0 is of type int"),
    "list_of_lists": (lambda: [PATHS], "photo 0 is of type list"),
    "none_inside": (lambda: [PATHS[0], None], "photo 1 is of type NoneType"),
    "missing_inside": (lambda: pd.Series([PATHS[0], None], dtype="string"), "photo 1 is of type NAType"),
    "null_inside": (lambda: pa.array([ONE, None]), "photo 1 is of type NoneType"),
    "bytes_and_path": (lambda: [ONE, PATHS[0]], "photo 0 is bytes and photo 1 a path: photos are .* of one kind"),
    "path_and_array": (lambda: [PATHS[0], np.zeros((4, 4), np.uint8)], "photo 0 is a path and photo 1 an array"),
    "set": (lambda: set(PATHS), "a set is not a list of photos: give a list"),
    "frozenset": (lambda: frozenset([ONE]), "a frozenset is not a list of photos"),
    "dict": (lambda: {"a.jpg": ONE}, "a dict is not a list of photos"),
    "frame": (lambda: pd.DataFrame({"path": PATHS}), "a DataFrame is not a list of photos: give a list, or one column"),
    "polars_frame": (lambda: pl.DataFrame({"path": PATHS}), "a DataFrame is not a list"),
    "table": (lambda: pa.table({"path": PATHS}), "a Table is not a list"),
    "fixed_width_bytes": (lambda: np.array([ONE, TWO]), "NumPy drops zeros"),
    "encoded_in_an_array": (lambda: [np.frombuffer(ONE, np.uint8)], r"photo 0 is uint8 \[\d+\].*tobytes"),
    "array_of_ints": (lambda: np.arange(3, dtype=np.uint8), "photo 0 is of type uint8"),
    "array_without_axes": (lambda: np.array(3), "of type ndarray"),
    "wide_memoryview": (lambda: memoryview(array.array("i", [1, 2])), "photo 0 is of type int"),
    "response": (Response, "for an HTTP response, give its .content"),
    "lines": (Lines, "of type Lines: photos are"),
    "object": (object, "of type object"),
}


@pytest.mark.parametrize(("make", "message"), REFUSED.values(), ids=REFUSED)
def test_what_is_no_photo_is_refused_in_words(featurizer, make, message):
    with pytest.raises(TypeError, match=message):
        featurizer.featurize(make())


def test_a_file_at_its_end_is_an_empty_photo_and_a_closed_one_an_error(featurizer, rows):
    file = io.BytesIO(ONE)
    assert not featurizer.featurize(file).errors
    assert [error.code for error in featurizer.featurize(file).errors] == ["empty"]
    assert [error.index for error in featurizer.featurize([io.BytesIO(ONE), file]).errors] == [1]
    file.close()
    with pytest.raises(ValueError, match="closed"):
        featurizer.featurize(file)


@contextmanager
def served(content):
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *arguments):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


def test_the_answer_of_a_server_is_read(featurizer, rows):
    with served(ONE) as url, urllib.request.urlopen(url) as response:
        assert featurizer.featurize(response).values.tobytes() == rows[:1].tobytes()


def test_collections_and_lists_are_named_as_for_the_command():
    folder = REPOSITORY / "job" / "collections"
    named = [
        re.search(r"kEndings = \{([^}]*)\}", (folder / name).read_text())[1]
        for name in ("archive.cpp", "name_table.cpp")
    ]
    endings = {"." + ending.rpartition(".")[2] for ending in re.findall(r'"([^"]+)"', ",".join(named))}
    assert endings == COLLECTIONS | LISTS
