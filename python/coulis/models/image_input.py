"""The input of an ONNX graph: one float32 RGB image, channels first or last, as its extents and layers say."""

from __future__ import annotations

from onnx import GraphProto, NodeProto, TensorProto, ValueInfoProto, helper

from coulis.models.describe import Wishes
from coulis.models.model_file import ModelError
from coulis.models.onnx_graphs import name_type

RGB = 3
NCHW, NHWC = [0, 1, 2, 3], [0, 2, 3, 1]  # perm of a Transpose from NCHW to each
TO_NCHW = [0, 3, 1, 2]
# Layers that keep the axes of an image, on the way to the first layer that tells them apart.
ELEMENTWISE = ("Add", "Cast", "Clip", "Div", "Identity", "Mul", "Neg", "Pad", "Resize", "Sub")
CHANNELS_FIRST = ("Conv", "MaxPool", "AveragePool", "BatchNormalization")  # axis 1 of their input is the channels
FIX_SHAPE = "export the model with the input's shape fixed, as [1, 3, height, width] or [1, height, width, 3]"
COLOUR = "use a model for colour images"
FIX_TYPE = "export the model with a float32 input, without steps that prepare the image"


def image_input(graph: GraphProto) -> ValueInfoProto:
    """Old exporters list the weights among the inputs."""
    weights = {tensor.name for tensor in graph.initializer}
    inputs: list[ValueInfoProto] = [value for value in graph.input if value.name not in weights]
    if len(inputs) != 1:
        names = "".join(f", '{value.name}'" for value in inputs)
        raise ModelError(
            f"the ONNX model has {len(inputs)} inputs, not one image{names}",
            "export the part of the model that takes an image and nothing else",
        )
    return inputs[0]


def read_shape(value: ValueInfoProto) -> list[int]:
    """0: open."""
    return [max(dim.dim_value, 0) for dim in value.type.tensor_type.shape.dim]


def format_shape(value: ValueInfoProto) -> str:
    """Such as [batch, 3, ?, 224]."""
    dims = value.type.tensor_type.shape.dim
    return f"[{', '.join(dim.dim_param or (str(dim.dim_value) if dim.dim_value > 0 else '?') for dim in dims)}]"


def take_nchw(graph: GraphProto) -> None:
    """Makes the input [batch, 3, height, width]."""
    image = image_input(graph)
    if image.type.tensor_type.elem_type != TensorProto.FLOAT:
        raise ModelError(f"the ONNX model's input '{image.name}' is {name_type(image.type)}, not float32", FIX_TYPE)
    if find_layout(graph, image) == NHWC:
        put_channels_first(graph, image)


def find_layout(graph: GraphProto, image: ValueInfoProto) -> list[int]:
    shape, said = read_shape(image), image.type.tensor_type.HasField("shape")
    text = f"the ONNX model's input '{image.name}' {f'is {format_shape(image)}' if said else 'has no shape'}"
    if said and len(shape) != 4:
        raise ModelError(f"{text}, not one image [1, 3, height, width] or [1, height, width, 3]", FIX_SHAPE)
    by_extents = layouts_by_extents(shape) if said else [NCHW, NHWC]
    if not by_extents:
        which = "of one channel, grey" if 1 in (shape[1], shape[3]) else "not of three channels"
        raise ModelError(f"{text}, {which}: coulis gives red, green and blue", COLOUR)
    by_layers, channels = layout_by_layers(graph, image.name)
    if channels not in (None, RGB):
        raise ModelError(f"{text}, and its first convolution takes {channels}-channel images", COLOUR)
    if by_layers is None and len(by_extents) == 1 and RGB in (shape[1], shape[3]):
        return by_extents[0]
    if by_layers not in by_extents:
        why = "which may be channels first or last" if by_layers is None else "which its first layers do not fit"
        raise ModelError(f"{text}, {why}", FIX_SHAPE)
    return by_layers


def layouts_by_extents(shape: list[int]) -> list[list[int]]:
    """Where the three channels can be. A 3 on only one side decides; an open extent can be anything."""
    sides = [(NCHW, shape[1]), (NHWC, shape[3])]
    three = [layout for layout, extent in sides if extent == RGB]
    return three or [layout for layout, extent in sides if extent == 0]


def layout_by_layers(graph: GraphProto, image: str) -> tuple[list[int] | None, int | None]:
    """Decides by the first convolution or pool: which axis it takes as channels, and how many channels it takes."""
    weights = {tensor.name: tensor for tensor in graph.initializer}
    axes = {image: NCHW}  # tensor -> which axis of the image each of its axes is
    for node in graph.node:
        source = next((name for name in node.input if name in axes), None)
        if source is None or node.op_type == "Shape":
            continue
        order = axes[source]
        if node.op_type in CHANNELS_FIRST:
            weight = weights.get(node.input[1]) if node.op_type == "Conv" else None
            group = next((attribute.i for attribute in node.attribute if attribute.name == "group"), 1)
            channels = weight.dims[1] * group if weight is not None and len(weight.dims) == 4 else None
            return {1: NCHW, 3: NHWC}.get(order[1]), channels
        if node.op_type == "Transpose" and sorted(perm_of(node)) == sorted(order):
            axes[node.output[0]] = [order[axis] for axis in perm_of(node)]
        elif node.op_type in ELEMENTWISE:
            axes[node.output[0]] = order
        else:
            break
    return None, None


def put_channels_first(graph: GraphProto, image: ValueInfoProto) -> None:
    """[batch, height, width, 3] -> [batch, 3, height, width]: adds a Transpose after the input, or removes one."""
    shape, taken = image.type.tensor_type.shape, image.name
    dims = [type(dim).FromString(dim.SerializeToString()) for dim in shape.dim]
    del shape.dim[:]
    shape.dim.extend(dims[axis] for axis in TO_NCHW[: len(dims)])
    names = {name for node in graph.node for name in (*node.input, *node.output)}
    image.name = next(name for n in range(len(names) + 1) if (name := f"{taken}_nchw{n or ''}") not in names)
    takers = [node for node in graph.node if taken in node.input]
    if all(node.op_type == "Transpose" and perm_of(node) == TO_NCHW for node in takers):
        for node in takers:
            node.CopyFrom(helper.make_node("Identity", [image.name], node.output, name=node.name))
    else:
        graph.node.insert(0, helper.make_node("Transpose", [image.name], [taken], perm=NHWC))


def perm_of(node: NodeProto) -> list[int]:
    return next((list(attribute.ints) for attribute in node.attribute if attribute.name == "perm"), [3, 2, 1, 0])


def input_size(graph: GraphProto, wishes: Wishes) -> tuple[int, int]:
    """Width and height: the graph's, else those of the flags."""
    height, width = (read_shape(image_input(graph)) or [0, 0, 0, 0])[2:]
    chosen = wishes.size(width or 224, height or 224)
    if (width and chosen[0] != width) or (height and chosen[1] != height):
        raise ModelError(f"the ONNX model's input is fixed at {width or 'any'}x{height or 'any'}")
    return chosen
