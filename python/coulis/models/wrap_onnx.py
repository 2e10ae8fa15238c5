"""Any ONNX network that makes a vector of an image -> the graph itself, cut and with fixed extents, in a model file."""

from __future__ import annotations

import numpy as np
import onnx
from onnx import ModelProto, shape_inference
from onnx.utils import Extractor

from coulis.models.describe import TORCH, Wishes, describe
from coulis.models.model_file import Imported, ModelError
from coulis.models.onnx_file import image_input, input_size


def wrap_onnx(model: ModelProto, sha256: str, stem_name: str, wishes: Wishes) -> Imported:
    size = input_size(model, wishes)
    model = fix_extents(model, *size)
    if wishes.cut:
        model = cut_graph(model, wishes.cut)
    description = describe(wishes, sha256, stem_name, f"{stem_name}, run by OpenVINO", TORCH, size)
    card = {**description, "architecture": "onnx", "feature_width": feature_width(model)}
    return Imported(card, {"onnx": np.frombuffer(model.SerializeToString(deterministic=True), np.uint8)})


def fix_extents(model: ModelProto, width: int, height: int) -> ModelProto:
    """One image at a time, of one size; the shapes of all tensors inferred from that."""
    shape = image_input(model).type.tensor_type.shape
    del shape.dim[:]
    for extent in (1, 3, height, width):
        shape.dim.add().dim_value = extent
    del model.graph.value_info[:]
    for output in model.graph.output:
        output.type.tensor_type.ClearField("shape")
    try:
        return shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except (shape_inference.InferenceError, ValueError) as error:
        raise ModelError(f"the ONNX graph does not take one image of {width}x{height}: {error}") from error


def cut_graph(model: ModelProto, tensor: str) -> ModelProto:
    try:
        return Extractor(model).extract_model([image_input(model).name], [tensor])
    except (AssertionError, ValueError) as error:
        last = ", ".join(node.output[0] for node in model.graph.node[-6:])
        raise ModelError(f"the ONNX graph cannot be cut at '{tensor}'", f"its last tensors are {last}") from error


def feature_width(model: ModelProto) -> int:
    """C of the one output, [1, C] or [1, C, 1, 1]."""
    outputs = model.graph.output
    if len(outputs) != 1:
        names = ", ".join(output.name for output in outputs)
        raise ModelError(f"the ONNX graph has {len(outputs)} outputs: {names}", "choose one with --cut")
    tensor = outputs[0].type.tensor_type
    shape = [dim.dim_value for dim in tensor.shape.dim]
    is_row = len(shape) in (2, 4) and shape[0] == 1 and shape[1] > 0 and all(extent == 1 for extent in shape[2:])
    if tensor.elem_type != onnx.TensorProto.FLOAT or not is_row:
        raise ModelError(
            f"the ONNX graph's output '{outputs[0].name}' is {shape}, not floats [1, C] or [1, C, 1, 1]",
            "choose a tensor of that shape with --cut",
        )
    return int(shape[1])
