"""An int8 TFLite file of the inverted-residual family -> its published numbers: int8 weights and their scales."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import tflite

from coulis.models.describe import TENSORFLOW, Wishes, describe
from coulis.models.model_file import Array, Card, Imported, ModelError

ACTIVATIONS = {
    tflite.ActivationFunctionType.NONE: "none",
    tflite.ActivationFunctionType.RELU: "relu",
    tflite.ActivationFunctionType.RELU6: "relu6",
}
TENSOR_TYPES = {tflite.TensorType.INT8: np.int8, tflite.TensorType.INT32: np.int32}
WINDOW_OPTIONS = {"CONV_2D": tflite.Conv2DOptions, "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions}


@dataclass
class Operator:
    kind: str
    inputs: list[int]
    output: int
    options: Any


class Graph:
    """The first subgraph of a TFLite file: its operators in order and its constant tensors."""

    def __init__(self, data: bytes) -> None:
        self.model = tflite.Model.GetRootAs(data, 0)
        self.subgraph = self.model.Subgraphs(0)
        self.operators = [self._operator(i) for i in range(self.subgraph.OperatorsLength())]

    def _operator(self, index: int) -> Operator:
        op = self.subgraph.Operators(index)
        code = self.model.OperatorCodes(op.OpcodeIndex())
        kind = tflite.opcode2name(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
        options = None
        if kind in WINDOW_OPTIONS:
            options = WINDOW_OPTIONS[kind]()
            options.Init(op.BuiltinOptions().Bytes, op.BuiltinOptions().Pos)
        return Operator(kind, op.InputsAsNumpy().tolist(), int(op.OutputsAsNumpy()[0]), options)

    def constant(self, tensor: int) -> Array:
        entry = self.subgraph.Tensors(tensor)
        values = self.model.Buffers(entry.Buffer()).DataAsNumpy().view(TENSOR_TYPES[entry.Type()])
        return np.asarray(values.reshape(entry.ShapeAsNumpy()))

    def shape(self, tensor: int) -> list[int]:
        return [int(n) for n in self.subgraph.Tensors(tensor).ShapeAsNumpy()]

    def quantisation(self, tensor: int) -> tuple[Array, Array]:
        """-> scales (float32), zero points (int32): one of each for an activation, one per channel for weights."""
        q = self.subgraph.Tensors(tensor).Quantization()
        return q.ScaleAsNumpy().astype(np.float32), q.ZeroPointAsNumpy().astype(np.int32)


def read_tflite(data: bytes, sha256: str, path: Path, wishes: Wishes) -> Imported:
    try:
        graph = Graph(data)
        height, width = image_extents(graph)
        importer = Importer(graph)
        layers = importer.layers()
    except (AttributeError, IndexError, KeyError, OverflowError, TypeError, ValueError, struct.error) as error:
        raise ModelError("the TFLite file is damaged, or not an int8 network of inverted residual blocks") from error
    if wishes.input_size not in (None, (width, height)):
        raise ModelError(f"the TFLite model's input is fixed at {width}x{height}")
    # [-1, 1] is what the QUANTIZE operator of Google's files takes.
    title = f"{path.stem}, int8 weights"
    return Imported(
        {**describe(wishes, sha256, path.stem, title, TENSORFLOW, (width, height)), **layers}, importer.tensors
    )


def image_extents(graph: Graph) -> tuple[int, int]:
    shape = graph.shape(int(graph.subgraph.Inputs(0)))
    if len(shape) != 4 or shape[3] != 3:
        raise ModelError(f"the TFLite model's input is {shape}, not one RGB image [1, height, width, 3]")
    return shape[1], shape[2]


class Importer:
    """Walks the operators once, collecting tensors under our names and the card's description of the layers."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tensors: dict[str, Array] = {}

    def layers(self) -> Card:
        """The card's description of the layers."""
        steps = [op for op in self.graph.operators if op.kind != "QUANTIZE"]
        self._add_activation("input", steps[0].inputs[0])
        stem, at = self._stem(steps[0]), 1
        blocks: list[dict[str, object]] = []
        while not is_head(steps, at):
            block, at = self._block(steps, at, f"blocks.{len(blocks)}")
            blocks.append(block)
        head = self._layer("head", steps[at])
        check_classifier_follows(steps[at + 2 :], head)
        self._add_activation("pool.output", steps[at + 1].output)
        layers = {"padding": "same", "stem": stem, "blocks": blocks, "head": head}
        return {"feature_width": head["out_channels"], **layers}

    def _stem(self, op: Operator) -> dict[str, object]:
        layer = self._layer("stem", op)
        return {"kernel": self.graph.shape(op.inputs[1])[1], "stride": op.options.StrideH(), **layer}

    def _block(self, steps: list[Operator], at: int, name: str) -> tuple[dict[str, object], int]:
        expand = steps[at] if steps[at].kind == "CONV_2D" else None
        at += expand is not None
        depthwise, project = steps[at], steps[at + 1]
        if (depthwise.kind, project.kind) != ("DEPTHWISE_CONV_2D", "CONV_2D"):
            raise ModelError(f"{name}: {depthwise.kind}, {project.kind} is not an inverted residual block")
        block_input = (expand or depthwise).inputs[0]
        expand_layer = self._layer(f"{name}.expand", expand) if expand else None
        depthwise_layer = self._layer(f"{name}.depthwise", depthwise)
        project_layer = self._layer(f"{name}.project", project)
        at += 2
        residual = steps[at].kind == "ADD"
        if residual:
            if sorted(steps[at].inputs) != sorted([block_input, project.output]):
                raise ModelError(f"{name}: the addition is not a residual connection")
            self._add_activation(f"{name}.add.output", steps[at].output)
        block = {
            "expand": expand is not None,
            "kernel": self.graph.shape(depthwise.inputs[1])[1],
            "stride": depthwise.options.StrideH(),
            "in_channels": self.graph.shape(block_input)[3],
            "expanded_channels": depthwise_layer["out_channels"],
            "out_channels": project_layer["out_channels"],
            "residual": residual,
            "activation": depthwise_layer["activation"],
            "project_activation": project_layer["activation"],
        }
        if expand_layer and expand_layer["activation"] != block["activation"]:
            raise ModelError(f"{name}: expand and depthwise have different activations")
        return block, at + residual

    def _layer(self, name: str, op: Operator) -> dict[str, object]:
        """Collects one convolution. Weights are [out, in], [out, k, k, in] or, depthwise, [k, k, channels]."""
        if op.options.Padding() != tflite.Padding.SAME:
            raise ModelError(f"{name}: only SAME padding is supported")
        weight = self.graph.constant(op.inputs[1])
        scales, zero_points = self.graph.quantisation(op.inputs[1])
        if zero_points.any():
            raise ModelError(f"{name}: weights must be symmetric")
        if op.kind == "DEPTHWISE_CONV_2D":
            weight = weight[0]
        elif weight.shape[1:3] == (1, 1):
            weight = weight[:, 0, 0, :]
        self.tensors[f"{name}.weight"] = weight
        self.tensors[f"{name}.weight_scale"] = scales
        self.tensors[f"{name}.bias"] = self.graph.constant(op.inputs[2])
        self._add_activation(f"{name}.output", op.output)
        channels = {"in_channels": self.graph.shape(op.inputs[0])[3], "out_channels": self.graph.shape(op.output)[3]}
        return {**channels, "activation": ACTIVATIONS[op.options.FusedActivationFunction()]}

    def _add_activation(self, name: str, tensor: int) -> None:
        self.tensors[f"{name}_scale"], self.tensors[f"{name}_zero_point"] = self.graph.quantisation(tensor)


def is_head(steps: list[Operator], at: int) -> bool:
    """The convolution before the average pool. Drops the classifier after the pool."""
    return steps[at].kind == "CONV_2D" and steps[at + 1].kind == "MEAN"


def check_classifier_follows(steps: list[Operator], head: dict[str, object]) -> None:
    """steps: after the average pool. If they hold no layer, the one before the pool computes the scores."""
    kinds = [op.kind for op in steps]
    scores = any(kind in ("ARG_MAX", "LOGISTIC", "LOG_SOFTMAX", "SOFTMAX") for kind in kinds)
    layers = any(kind in ("CONV_2D", "FULLY_CONNECTED") for kind in kinds)
    if not layers and (scores or head["activation"] == "none"):
        raise ModelError(
            "the TFLite model's last convolution, before the average pool, may be its classifier",
            "export the model to ONNX and import that",
        )
