"""Reads weights that an ONNX file keeps in files beside it into the model. Reads only from the model's own folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable
from pathlib import Path, PurePosixPath

from onnx import TensorProto, helper

from coulis.models.model_file import ModelError
from coulis.models.onnx_graphs import name_data_type

MAX_BYTES = 1 << 30  # of all such weights: the limit of a model file
HALF_BYTE_TYPES = ("uint4", "int4", "float4e2m1")
QUARTER_BYTE_TYPES = ("uint2", "int2")
TOGETHER = "put the model and its weights into one folder, under the names that they were exported with"
AS_ONE_FILE = "export the model again, or save it as one file with onnx.save"


def read_external_data(tensors: Iterable[TensorProto], folder: Path) -> None:
    room = MAX_BYTES
    for tensor in tensors:
        if tensor.data_location != TensorProto.EXTERNAL:
            continue
        entries = {entry.key: entry.value for entry in tensor.external_data}
        name, size = entries.get("location", ""), count_bytes(tensor)
        room -= size
        if room < 0:
            raise ModelError(
                f"the weights beside the ONNX model have more than {MAX_BYTES} bytes", "use a smaller model"
            )
        length = parse_number(tensor, entries, "length", size)
        if length != size:
            raise ModelError(
                f"the weights '{tensor.name}' need {size} bytes, but have {length} in '{name}'", AS_ONE_FILE
            )
        tensor.raw_data = read_slice(tensor.name, folder, name, parse_number(tensor, entries, "offset", 0), size)
        tensor.ClearField("external_data")
        tensor.ClearField("data_location")


def count_bytes(tensor: TensorProto) -> int:
    """The bytes that the type and the shape of a tensor need."""
    count = 1
    for extent in tensor.dims:
        count *= max(extent, 0)
    type_name = name_data_type(tensor.data_type)
    if type_name in ("of an unknown type", "string"):
        raise ModelError(f"the weights '{tensor.name}' beside the ONNX model are {type_name}, not numbers", AS_ONE_FILE)
    if type_name in HALF_BYTE_TYPES:
        return (count + 1) // 2
    if type_name in QUARTER_BYTE_TYPES:
        return (count + 3) // 4
    return count * int(helper.tensor_dtype_to_np_dtype(tensor.data_type).itemsize)


def parse_number(tensor: TensorProto, entries: dict[str, str], key: str, default: int) -> int:
    text = entries.get(key, str(default))
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise ModelError(f"the weights '{tensor.name}' beside the ONNX model have the {key} '{text}'", AS_ONE_FILE)
    return int(text)


def read_slice(weights: str, folder: Path, name: str, offset: int, size: int) -> bytes:
    path = find_inside(weights, folder, name)
    try:
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW), "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise ModelError(f"'{name}', which holds weights of the ONNX model, is not a file", TOGETHER)
            if offset + size > status.st_size:
                end = f"the weights '{weights}' end at byte {offset + size}"
                raise ModelError(f"'{name}' has {status.st_size} bytes, but {end}", "copy or download it again")
            file.seek(offset)
            return file.read(size)
    except OSError as error:
        reason = f"{error.strerror}: it holds weights of the ONNX model"
        raise ModelError(f"'{name}' beside the ONNX model cannot be read: {reason}", TOGETHER) from error


def find_inside(weights: str, folder: Path, name: str) -> Path:
    """A path inside the folder: an untrusted model must not read other files of this machine."""
    parts = PurePosixPath(name).parts
    if not parts or "\0" in name or PurePosixPath(name).is_absolute() or ".." in parts:
        raise ModelError(
            f"the weights '{weights}' lie in '{name}', outside the folder of the ONNX model: refused", TOGETHER
        )
    root = folder.resolve()
    path = root.joinpath(*parts)
    if path.resolve() != path:
        raise ModelError(
            f"'{name}', which holds weights of the ONNX model, is a link: refused", "copy the file itself there"
        )
    return path
