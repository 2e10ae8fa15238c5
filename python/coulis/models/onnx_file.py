"""An ONNX file as both importers need it: one image as input, float32 [1, 3, height, width], and all weights inside."""

from __future__ import annotations

from pathlib import Path

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto, inliner

from coulis.models.external_data import read_external_data
from coulis.models.image_input import take_nchw
from coulis.models.model_file import ModelError
from coulis.models.onnx_graphs import list_tensors
from coulis.models.widen import widen_float16


def parse_onnx(data: bytes, folder: Path) -> ModelProto:
    """folder: where the model's other files are."""
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise ModelError(
            "the file is of an unknown kind: not Keras .h5, TFLite or .pth, and not a valid ONNX file"
        ) from error
    if not model.graph.node or not model.graph.input:
        raise ModelError("the file is of an unknown kind: read as ONNX, it has no graph")
    if model.functions:
        model = inliner.inline_local_functions(model)
    read_external_data(list_tensors(model.graph), folder)
    widen_float16(model.graph)
    take_nchw(model.graph)
    return model
