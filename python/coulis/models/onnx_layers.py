"""ONNX graphs of the inverted-residual family -> float weights, in one walk from the image to the average pool."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import onnx
from onnx import ModelProto, NodeProto, TensorProto, numpy_helper

from coulis.models.image_input import image_input
from coulis.models.inverted_residual import Block, Convolution, InvertedResidual, NotInvertedResidualError
from coulis.models.model_file import Array

FLOATS = (TensorProto.FLOAT, TensorProto.DOUBLE, TensorProto.FLOAT16, TensorProto.BFLOAT16)
RELU_MAX = 1e30  # exporters write "no upper bound" as the largest float
PADDINGS = ("same", "symmetric")


@dataclass
class Step:
    """A convolution with the norm and activation after it, or (no convolution) an addition."""

    name: str
    inputs: list[str]
    output: str
    convolution: Convolution | None = None


class Walk:
    """Collects the steps between the image and the average pool. Refuses a node that does not fit, with its name."""

    def __init__(self, model: ModelProto, width: int, height: int) -> None:
        self.graph = model.graph
        self.constants: dict[str, TensorProto] = {tensor.name: tensor for tensor in self.graph.initializer}
        image = image_input(model.graph).name
        self.extents: dict[str, tuple[int, int]] = {image: (height, width)}  # of tensors that depend on the image
        self.aliases: dict[str, str] = {}  # output of a node that changes nothing -> its input
        self.padded: dict[str, tuple[str, list[int]]] = {}  # output of a Pad -> its input; top, left, bottom, right
        self.steps: list[Step] = []
        self.paddings = set(PADDINGS)
        self.pool = ""  # the tensor of averages

    def run(self) -> InvertedResidual:
        for node in self.graph.node:
            self._take(node)
            if self.pool:
                break
        else:
            raise NotInvertedResidualError("the ONNX graph has no average pool over the whole image")
        return self._assemble()

    def _take(self, node: NodeProto) -> None:
        if node.op_type == "Constant" and node.attribute and node.attribute[0].name == "value":
            self.constants[node.output[0]] = node.attribute[0].t
        inputs = [self.aliases.get(name, name) for name in node.input]
        if not any(name in self.extents for name in inputs):
            if node.op_type == "Identity" and inputs[0] in self.constants:
                self.constants[node.output[0]] = self.constants[inputs[0]]
            return
        handlers: dict[str, Callable[[NodeProto, list[str]], None]] = {
            "Add": self._add,
            "BatchNormalization": self._norm,
            "Clip": self._clip,
            "Conv": self._convolve,
            "GlobalAveragePool": self._pool,
            "Identity": self._skip,
            "Pad": self._pad,
            "ReduceMean": self._reduce_mean,
            "Relu": self._relu,
            "Shape": self._ignore,
        }
        if node.op_type not in handlers or node.domain not in ("", "ai.onnx"):
            raise refuse(node, "is not a layer of an inverted-residual network")
        handlers[node.op_type](node, inputs)

    def _constant(self, node: NodeProto, name: str) -> Array:
        if name not in self.constants:
            raise refuse(node, f"needs '{name}' to be a constant")
        tensor = self.constants[name]
        if tensor.data_type not in (*FLOATS, TensorProto.INT64):
            raise refuse(node, f"has '{name}' of a type that is not float")
        values = numpy_helper.to_array(tensor)
        return values.astype(np.float64) if tensor.data_type in FLOATS else values

    def _last_convolution(self, node: NodeProto, inputs: list[str]) -> tuple[Step, Convolution]:
        last = self.steps[-1] if self.steps else None
        if (
            last is None
            or last.convolution is None
            or last.output != inputs[0]
            or last.convolution.activation != "none"
        ):
            raise refuse(node, "does not follow a convolution")
        return last, last.convolution

    def _replace_last(self, node: NodeProto, last: Step, convolution: Convolution) -> None:
        extent = self.extents.pop(last.output)
        last.convolution, last.output = convolution, node.output[0]
        self.extents[last.output] = extent

    def _convolve(self, node: NodeProto, inputs: list[str]) -> None:
        weight = self._constant(node, inputs[1])
        bias = self._constant(node, inputs[2]) if len(inputs) > 2 and inputs[2] else np.zeros(len(weight))
        attributes = attributes_of(node)
        if weight.ndim != 4 or bias.shape != weight.shape[:1] or inputs[0] not in self.extents:
            raise refuse(node, "is not a convolution of an image")
        if any(n != 1 for n in attributes.get("dilations", [])):
            raise refuse(node, "is dilated")
        group, strides = attributes.get("group", 1), attributes.get("strides", [1, 1])
        depthwise = group > 1
        if depthwise and (group != weight.shape[0] or weight.shape[1] != 1):
            raise refuse(node, "is a grouped convolution that is not depthwise")
        if len(set(strides)) != 1:
            raise refuse(node, "has different strides across and down")
        convolution = Convolution(weight, bias, depthwise, strides[0])
        source, zeros = self.padded.get(inputs[0], (inputs[0], [0, 0, 0, 0]))
        auto = attributes.get("auto_pad", b"NOTSET")
        if auto == b"SAME_LOWER" or (auto == b"SAME_UPPER" and any(zeros)):
            raise refuse(node, "is padded in an unknown way")
        given = (
            None
            if auto == b"SAME_UPPER"
            else [a + b for a, b in zip(attributes.get("pads", [0] * 4), zeros, strict=True)]
        )
        extent = self._check_padding(node, self.extents[source], convolution, given)
        self._add_step(Step(name_of(node), [source], node.output[0], convolution), extent)

    def _check_padding(
        self, node: NodeProto, extent: tuple[int, int], layer: Convolution, given: list[int] | None
    ) -> tuple[int, int]:
        """Keeps the paddings that fit this layer. given: None for TensorFlow's. -> the extent of its output."""
        kernel, stride = layer.kernel, layer.stride
        same = [same_padding(n, kernel, stride) for n in extent]
        known = {"same": [p[i] for i in (0, 1) for p in same], "symmetric": [(kernel - 1) // 2] * 4}
        agreeing = {"same"} if given is None else {padding for padding in PADDINGS if known[padding] == given}
        self.paddings &= agreeing
        if not self.paddings:
            raise refuse(
                node, f"has pads {given}, which are neither TensorFlow's nor PyTorch's, or differ from the others'"
            )
        before_after = known["same" if "same" in agreeing else "symmetric"]
        height, width = (
            (n + before_after[i] + before_after[i + 2] - kernel) // stride + 1 for i, n in enumerate(extent)
        )
        if min(height, width) < 1:
            raise refuse(node, "is larger than its input")
        return height, width

    def _add_step(self, step: Step, extent: tuple[int, int]) -> None:
        self.steps.append(step)
        self.extents[step.output] = extent

    def _norm(self, node: NodeProto, inputs: list[str]) -> None:
        last, convolution = self._last_convolution(node, inputs)
        gamma, beta, mean, variance = (self._constant(node, name) for name in inputs[1:5])
        epsilon = attributes_of(node).get("epsilon", 1e-5)
        self._replace_last(node, last, convolution.fold(gamma, beta, mean, variance, epsilon))

    def _clip(self, node: NodeProto, inputs: list[str]) -> None:
        attributes = attributes_of(node)
        low, high = attributes.get("min", -np.inf), attributes.get("max", np.inf)
        bounds = [float(self._constant(node, name).reshape(-1)[0]) if name else None for name in inputs[1:]]
        low = bounds[0] if bounds and bounds[0] is not None else low
        high = bounds[1] if len(bounds) > 1 and bounds[1] is not None else high
        if low != 0 or (high != 6 and high < RELU_MAX):
            raise refuse(node, f"clips to {low} .. {high}, which is neither ReLU nor ReLU6")
        last, convolution = self._last_convolution(node, inputs)
        self._replace_last(node, last, replace(convolution, activation="relu6" if high == 6 else "relu"))

    def _relu(self, node: NodeProto, inputs: list[str]) -> None:
        last, convolution = self._last_convolution(node, inputs)
        self._replace_last(node, last, replace(convolution, activation="relu"))

    def _add(self, node: NodeProto, inputs: list[str]) -> None:
        if any(name not in self.extents for name in inputs):
            raise refuse(node, "is not a residual connection")
        self._add_step(Step(name_of(node), inputs, node.output[0]), self.extents[inputs[0]])

    def _skip(self, node: NodeProto, inputs: list[str]) -> None:
        self.aliases[node.output[0]] = inputs[0]

    def _ignore(self, node: NodeProto, inputs: list[str]) -> None:
        """Accepts Shape: exporters use it for what follows the pool. Other uses would not find a constant."""

    def _pad(self, node: NodeProto, inputs: list[str]) -> None:
        attributes = attributes_of(node)
        pads = attributes["pads"] if "pads" in attributes else self._constant(node, inputs[1]).tolist()
        value = attributes.get("value", 0)
        if len(inputs) > 2 and inputs[2]:
            value = float(self._constant(node, inputs[2]).reshape(-1)[0])
        around_image = len(pads) == 8 and not any(pads[i] for i in (0, 1, 4, 5))
        if attributes.get("mode", b"constant") != b"constant" or value != 0 or not around_image:
            raise refuse(node, "does not pad an image with zeros")
        self.padded[node.output[0]] = inputs[0], [pads[i] for i in (2, 3, 6, 7)]
        self.extents[node.output[0]] = self.extents[inputs[0]]  # without the zeros

    def _pool(self, node: NodeProto, inputs: list[str]) -> None:
        if not self.steps or inputs[0] != self.steps[-1].output:
            raise refuse(node, "does not follow the last layer")
        self.pool = node.output[0]

    def _reduce_mean(self, node: NodeProto, inputs: list[str]) -> None:
        axes = attributes_of(node).get("axes")
        if axes is None and len(inputs) > 1:
            axes = self._constant(node, inputs[1]).tolist()
        if axes is None or sorted(axis % 4 for axis in axes) != [2, 3]:
            raise refuse(node, "does not average over the image")
        self._pool(node, inputs)

    def _assemble(self) -> InvertedResidual:
        steps = self.steps
        stem = convolution_of(steps[0])
        blocks, at, current = [], 1, steps[0].output
        while at < len(steps) and not self._is_head(at):
            block, at = self._block(at, current)
            blocks.append(block)
            current = steps[at - 1].output
        head = None
        if at < len(steps):
            head = convolution_of(steps[at], current)
        # If no layer distinguishes the two paddings, both give the same numbers.
        return InvertedResidual("same" if "same" in self.paddings else "symmetric", stem, blocks, head)

    def _is_head(self, at: int) -> bool:
        step = self.steps[at]
        return at == len(self.steps) - 1 and step.convolution is not None and not step.convolution.depthwise

    def _block(self, at: int, block_input: str) -> tuple[Block, int]:
        steps, current, expand = self.steps, block_input, None
        if not convolution_of(steps[at]).depthwise:
            expand = convolution_of(steps[at], current)
            current, at = steps[at].output, at + 1
        pair = steps[at : at + 2]
        if len(pair) < 2 or not convolution_of(pair[0]).depthwise or convolution_of(pair[1]).depthwise:
            where = pair[0] if pair else steps[-1]
            raise NotInvertedResidualError(f"the ONNX graph has no inverted residual block at '{where.name}'")
        depthwise, project = convolution_of(pair[0], current), convolution_of(pair[1], pair[0].output)
        at += 2
        residual = at < len(steps) and steps[at].convolution is None
        if residual and sorted(steps[at].inputs) != sorted([block_input, pair[1].output]):
            raise NotInvertedResidualError(
                f"the addition '{steps[at].name}' of the ONNX graph is not a residual connection"
            )
        return Block(expand, depthwise, project, residual), at + residual


def convolution_of(step: Step, current: str | None = None) -> Convolution:
    """current: the tensor that it must take."""
    if step.convolution is None or (current is not None and step.inputs != [current]):
        raise NotInvertedResidualError(f"'{step.name}' of the ONNX graph does not continue an inverted residual block")
    return step.convolution


def same_padding(length: int, kernel: int, stride: int) -> tuple[int, int]:
    """TensorFlow's: before and after; the odd pixel goes to the end."""
    total = max((-(-length // stride) - 1) * stride + kernel - length, 0)
    return total // 2, total - total // 2


def attributes_of(node: NodeProto) -> dict[str, Any]:
    return {attribute.name: onnx.helper.get_attribute_value(attribute) for attribute in node.attribute}


def name_of(node: NodeProto) -> str:
    return str(node.name or node.output[0])


def refuse(node: NodeProto, why: str) -> NotInvertedResidualError:
    return NotInvertedResidualError(f"{node.op_type} '{name_of(node)}' of the ONNX graph {why}")
