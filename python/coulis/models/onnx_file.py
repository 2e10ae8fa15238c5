"""An ONNX file as both importers take it: one image in, all weights inside."""

from __future__ import annotations

import onnx
from google.protobuf.message import DecodeError
from onnx import ModelProto, TensorProto, ValueInfoProto

from coulis.models.describe import Wishes
from coulis.models.model_file import ModelError


def parse_onnx(data: bytes) -> ModelProto:
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise ModelError(
            "the file is of no known kind: not Keras .h5, TFLite or .pth, and not a sound ONNX file"
        ) from error
    if not model.graph.node or not model.graph.input:
        raise ModelError("the file is of no known kind: read as ONNX, it has no graph")
    if any(tensor.data_location == TensorProto.EXTERNAL for tensor in list_tensors(model)):
        raise ModelError("the ONNX model keeps its weights in other files", "save it as one file")
    return model


def list_tensors(model: ModelProto) -> list[TensorProto]:
    constants = [attribute.t for node in model.graph.node for attribute in node.attribute if attribute.HasField("t")]
    return [*model.graph.initializer, *constants]


def image_input(model: ModelProto) -> ValueInfoProto:
    """Old exporters list the weights among the inputs."""
    weights = {tensor.name for tensor in model.graph.initializer}
    inputs: list[ValueInfoProto] = [value for value in model.graph.input if value.name not in weights]
    if len(inputs) != 1:
        raise ModelError(f"the ONNX model has {len(inputs)} inputs, not one image")
    return inputs[0]


def input_size(model: ModelProto, wishes: Wishes) -> tuple[int, int]:
    """Width and height: the graph's, else those wished for."""
    dims = [dim.dim_value for dim in image_input(model).type.tensor_type.shape.dim]
    if dims and (len(dims) != 4 or dims[1] not in (0, 3)):
        raise ModelError(f"the ONNX model's input is {dims}, not an image [1, 3, height, width]")
    height, width = (dims[2], dims[3]) if dims else (0, 0)
    chosen = wishes.size(width or 224, height or 224)
    if (width and chosen[0] != width) or (height and chosen[1] != height):
        raise ModelError(f"the ONNX model's input is fixed at {width}x{height}")
    return chosen
