"""Turn an int8 TFLite file of the inverted-residual family into a coulis model file, the numbers as published.

python -m coulis.models.from_tflite IN.tflite OUT.safetensors      (needs the PyPI packages tflite and flatbuffers)
"""

from __future__ import annotations

import argparse
import hashlib
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import tflite  # type: ignore[import-untyped]

from coulis.models import safetensors

Array = npt.NDArray[Any]
FORMAT = "coulis-model-1"
ACTIVATIONS = {
    tflite.ActivationFunctionType.NONE: "none",
    tflite.ActivationFunctionType.RELU: "relu",
    tflite.ActivationFunctionType.RELU6: "relu6",
}
TENSOR_TYPES = {tflite.TensorType.INT8: np.int8, tflite.TensorType.INT32: np.int32}
WINDOW_OPTIONS = {"CONV_2D": tflite.Conv2DOptions, "DEPTHWISE_CONV_2D": tflite.DepthwiseConv2DOptions}

# What the TFLite file does not say. u8 * scale + offset is what the published QUANTIZE operator takes: [-1, 1].
CARD = {
    "name": "mobilenet_v2_1.0_224",
    "title": "MobileNetV2 1.0 224 (ImageNet), Google's int8 weights run in float32",
    "architecture": "inverted_residual",
    "licence": "Apache-2.0",
}
INPUT = {"width_px": 224, "height_px": 224, "filter": "bicubic", "scale": 1 / 127.5, "offset": -1.0}


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


class Importer:
    """Walks the operators once, collecting tensors under our names and the card's description of the layers."""

    def __init__(self, graph: Graph) -> None:
        self.graph = graph
        self.tensors: dict[str, Array] = {}

    def card(self) -> dict[str, object]:
        steps = [op for op in self.graph.operators if op.kind != "QUANTIZE"]
        self._add_activation("input", steps[0].inputs[0])
        stem, at = self._stem(steps[0]), 1
        blocks: list[dict[str, object]] = []
        while not is_head(steps, at):
            block, at = self._block(steps, at, f"blocks.{len(blocks)}")
            blocks.append(block)
        head = self._layer("head", steps[at])
        self._add_activation("pool.output", steps[at + 1].output)
        layers = {"padding": "same", "stem": stem, "blocks": blocks, "head": head}
        return {**CARD, "input": INPUT, "feature_width": head["out_channels"], **layers}

    def _stem(self, op: Operator) -> dict[str, object]:
        layer = self._layer("stem", op)
        return {"kernel": self.graph.shape(op.inputs[1])[1], "stride": op.options.StrideH(), **layer}

    def _block(self, steps: list[Operator], at: int, name: str) -> tuple[dict[str, object], int]:
        expand = steps[at] if steps[at].kind == "CONV_2D" else None
        at += expand is not None
        depthwise, project = steps[at], steps[at + 1]
        if (depthwise.kind, project.kind) != ("DEPTHWISE_CONV_2D", "CONV_2D"):
            raise SystemExit(f"{name}: {depthwise.kind}, {project.kind} is not an inverted residual block")
        block_input = (expand or depthwise).inputs[0]
        expand_layer = self._layer(f"{name}.expand", expand) if expand else None
        depthwise_layer = self._layer(f"{name}.depthwise", depthwise)
        project_layer = self._layer(f"{name}.project", project)
        at += 2
        residual = steps[at].kind == "ADD"
        if residual:
            if sorted(steps[at].inputs) != sorted([block_input, project.output]):
                raise SystemExit(f"{name}: the addition is not a residual connection")
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
            raise SystemExit(f"{name}: expand and depthwise have different activations")
        return block, at + residual

    def _layer(self, name: str, op: Operator) -> dict[str, object]:
        """Collects one convolution. Weights are [out, in], [out, k, k, in] or, depthwise, [k, k, channels]."""
        if op.options.Padding() != tflite.Padding.SAME:
            raise SystemExit(f"{name}: only SAME padding is known")
        weight = self.graph.constant(op.inputs[1])
        scales, zero_points = self.graph.quantisation(op.inputs[1])
        if zero_points.any():
            raise SystemExit(f"{name}: weights must be symmetric")
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
    """The convolution in front of the average pool; the classifier behind it is left out."""
    return steps[at].kind == "CONV_2D" and steps[at + 1].kind == "MEAN"


def import_model(source: Path, target: Path) -> None:
    data = source.read_bytes()
    importer = Importer(Graph(data))
    card = importer.card()
    card["source"] = f"Google, {source.name}, sha256 {hashlib.sha256(data).hexdigest()}; the classifier is left out"
    metadata = {"format": FORMAT, "card": json.dumps(card, separators=(",", ":"))}
    safetensors.write(target, importer.tensors, metadata)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN.tflite")
    parser.add_argument("target", type=Path, metavar="OUT.safetensors")
    arguments = parser.parse_args()
    import_model(arguments.source, arguments.target)


if __name__ == "__main__":
    main()
