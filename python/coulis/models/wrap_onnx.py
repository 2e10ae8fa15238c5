"""Any ONNX network that maps an image to a vector -> a model file with its graph, cut and with fixed extents."""

from __future__ import annotations

import numpy as np
from onnx import ModelProto, TensorProto, helper, shape_inference
from onnx.utils import Extractor

from coulis.models.classifier import MAX_WIDTH, Ending, can_be_averaged, list_candidates
from coulis.models.describe import TORCH, Wishes, describe
from coulis.models.image_input import image_input, input_size
from coulis.models.model_file import Imported, ModelError
from coulis.models.onnx_graphs import name_type
from coulis.models.onnx_tensors import Kind, Tensors

CHOOSE = "--cut TENSOR for one of them, or --whole for the unchanged output"


def wrap_onnx(model: ModelProto, sha256: str, stem_name: str, wishes: Wishes, ending: Ending) -> Imported:
    """model: with fixed extents."""
    if ending.tensor is None and not ending.whole:
        raise refuse_undecided(ending, Tensors(model))
    size = input_size(model.graph, wishes)
    model, output = infer_shapes(model, size), "whole"
    if ending.tensor is not None and not ending.whole:
        model, output = cut_graph(model, ending.tensor)
    description = describe(wishes, sha256, stem_name, f"{stem_name}, run by OpenVINO", TORCH, size)
    card = {**description, "architecture": "onnx", "output": output, "feature_width": feature_width(model)}
    return Imported(card, {"onnx": np.frombuffer(model.SerializeToString(deterministic=True), np.uint8)})


def refuse_undecided(ending: Ending, tensors: Tensors) -> ModelError:
    candidates = list_candidates(tensors)
    kinds = {output: tensors.kind(output) for output in tensors.outputs}
    no_rows = [
        f"gives '{output}', {kind.shape}, not a row of features" for output, kind in kinds.items() if kind.is_block()
    ]
    listed = "; it could be cut at\n    " + "\n    ".join(candidates) if candidates else ""
    return ModelError(f"the ONNX graph {(no_rows or [ending.why])[0]}{listed}", CHOOSE if candidates else "")


def fix_extents(model: ModelProto, width: int, height: int) -> None:
    """One image at a time, of one size; the other tensors' shapes are inferred from that."""
    shape = image_input(model.graph).type.tensor_type.shape
    del shape.dim[:]
    for extent in (1, 3, height, width):
        shape.dim.add().dim_value = extent
    del model.graph.value_info[:]
    for output in model.graph.output:
        if output.type.HasField("tensor_type"):
            output.type.tensor_type.ClearField("shape")


def infer_shapes(model: ModelProto, size: tuple[int, int]) -> ModelProto:
    try:
        return shape_inference.infer_shapes(model, strict_mode=True, data_prop=True)
    except (shape_inference.InferenceError, ValueError) as error:
        reason = " ".join(str(error).split())
        raise ModelError(f"the ONNX graph does not take one image of {size[0]}x{size[1]}: {reason}") from error


def cut_graph(model: ModelProto, tensor: str) -> tuple[ModelProto, str]:
    """-> the graph up to the tensor, averaged if the tensor is a map; and what was done, in words."""
    tensors = Tensors(model)
    try:
        if tensor not in tensors.of_image:
            raise ValueError
        cut = Extractor(model).extract_model([tensors.image], [tensor])
    except (AssertionError, ValueError) as error:
        candidates = "\n    ".join(list_candidates(tensors))
        raise ModelError(
            f"the ONNX graph cannot be cut at '{tensor}'", f"one of its last tensors:\n    {candidates}"
        ) from error
    if not can_be_averaged(tensors, tensor):
        return cut, f"cut at {tensor}"
    average = next(name for n in range(len(tensors.kinds) + 2) if (name := f"averages{n or ''}") not in tensors.makers)
    cut.graph.node.append(helper.make_node("GlobalAveragePool", [tensor], [average]))
    channels = tensors.kind(tensor).shape[1]
    cut.graph.output[0].CopyFrom(helper.make_tensor_value_info(average, TensorProto.FLOAT, [1, channels, 1, 1]))
    return cut, f"cut at {tensor} and averaged over the image"


def feature_width(model: ModelProto) -> int:
    """C of the single output, [1, C] or with more extents of 1."""
    outputs = model.graph.output
    if len(outputs) != 1:
        names = ", ".join(output.name for output in outputs)
        raise ModelError(f"the ONNX graph has {len(outputs)} outputs: {names}", "choose one with --cut")
    name, type = outputs[0].name, outputs[0].type
    if name_type(type) != "float32":
        raise ModelError(
            f"the ONNX graph's '{name}' is {name_type(type)}, not float32", "choose a tensor of float32 with --cut"
        )
    kind = Kind(type.tensor_type.elem_type, [max(dim.dim_value, 0) for dim in type.tensor_type.shape.dim])
    if not kind.is_row() or kind.width() > MAX_WIDTH:
        shape = f"{kind.shape}" if kind.shape else "of an unknown shape"
        raise ModelError(
            f"the ONNX graph's '{name}' is {shape}, not one row [1, C] or [1, C, 1, 1] of at most {MAX_WIDTH} features",
            "choose a tensor of that shape with --cut",
        )
    return kind.width()
