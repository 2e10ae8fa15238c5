"""The published int8 TFLite graph as ONNX in QDQ form, which ONNX Runtime turns into its integer kernels.

It has the same weights, biases, scales and zero points. Activations are uint8 (zero points + 128), as ONNX Runtime's
x86 kernels expect. A ReLU6 needs no operator: the range of its quantised output is [0, 6].
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from ai_edge_litert import schema_py_generated as schema
from onnx import TensorProto, helper, numpy_helper
from tflite_models import operator_code, read_constant

SIGNED_TO_UNSIGNED = 128
OPSET = 17


@dataclass
class Graph:
    """The ONNX graph being written."""

    model: Any  # the TFLite file's tables
    nodes: list = field(default_factory=list)
    constants: list = field(default_factory=list)

    def tensor(self, index: int) -> Any:
        return self.model.subgraphs[0].tensors[index]

    def constant(self, name: str, values: np.ndarray) -> str:
        self.constants.append(numpy_helper.from_array(np.array(values, order="C"), name))
        return name

    def add(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self.nodes.append(helper.make_node(kind, inputs, [output], **attributes))
        return output

    def activation_scale(self, index: int) -> list[str]:
        """The names of the scale and the zero point of a computed tensor."""
        quantization = self.tensor(index).quantization
        scale = self.constant(f"t{index}_scale", np.float32(quantization.scale[0]))
        zero = self.constant(f"t{index}_zero", np.uint8(quantization.zeroPoint[0] + SIGNED_TO_UNSIGNED))
        return [scale, zero]

    def dequantised_constant(self, index: int, values: np.ndarray) -> str:
        quantization = self.tensor(index).quantization
        stored = self.constant(f"t{index}", values)
        scale = self.constant(f"t{index}_scale", np.asarray(quantization.scale, np.float32))
        zero = self.constant(f"t{index}_zero", np.asarray(quantization.zeroPoint).astype(values.dtype))
        return self.add("DequantizeLinear", [stored, scale, zero], f"t{index}_float", axis=0)

    def quantise(self, index: int, floats: str) -> None:
        """Quantises into the tensor, and dequantises for its readers."""
        scale = self.activation_scale(index)
        quantised = self.add("QuantizeLinear", [floats, *scale], f"t{index}")
        self.add("DequantizeLinear", [quantised, *scale], f"t{index}_float")


def add_convolution(graph: Graph, operator: Any, depthwise: bool) -> str:
    image, weight, bias = operator.inputs
    options, kernel = operator.builtinOptions, read_constant(graph.model, weight)
    assert options.padding == schema.Padding.SAME
    if depthwise:  # [1, h, w, channels] -> [channels, 1, h, w]
        kernel = kernel.transpose(3, 0, 1, 2)
        graph.tensor(weight).quantization.quantizedDimension = 0
    else:
        kernel = kernel.transpose(0, 3, 1, 2)
    inputs = [f"t{image}_float", graph.dequantised_constant(weight, kernel)]
    inputs.append(graph.dequantised_constant(bias, read_constant(graph.model, bias)))
    if options.fusedActivationFunction == schema.ActivationFunctionType.RELU6:
        quantization = graph.tensor(operator.outputs[0]).quantization
        assert quantization.zeroPoint[0] == -128 and abs(quantization.scale[0] * 255 - 6) < 1e-5
    return graph.add(
        "Conv",
        inputs,
        f"conv{operator.outputs[0]}",
        auto_pad="SAME_UPPER",
        kernel_shape=kernel.shape[2:],
        strides=[options.strideH, options.strideW],
        group=kernel.shape[0] if depthwise else 1,
    )


def make_onnx_int8(model: Any, file: Path) -> None:
    """model: the TFLite tables, without the classifier. The input is uint8 NCHW pixels, the output float32 features."""
    graph = Graph(model)
    kinds = schema.BuiltinOperator
    for operator in model.subgraphs[0].operators:
        kind, output = operator_code(model, operator), operator.outputs[0]
        if kind == kinds.QUANTIZE:  # uint8 pixels: the same scale, and the zero point as uint8
            graph.add("DequantizeLinear", ["image", *graph.activation_scale(output)], f"t{output}_float")
            continue
        sources = [f"t{index}_float" for index in operator.inputs]
        if kind == kinds.MEAN:
            floats = graph.add("GlobalAveragePool", sources[:1], f"mean{output}")
        elif kind == kinds.ADD:
            floats = graph.add("Add", sources, f"add{output}")
        else:
            floats = add_convolution(graph, operator, depthwise=kind == kinds.DEPTHWISE_CONV_2D)
        graph.quantise(output, floats)
    graph.add("Flatten", [f"t{output}_float"], "features")
    image = helper.make_tensor_value_info("image", TensorProto.UINT8, [1, 3, 224, 224])
    features = helper.make_tensor_value_info("features", TensorProto.FLOAT, [1, 1280])
    body = helper.make_graph(graph.nodes, "int8", [image], [features], graph.constants)
    onnx.save(helper.make_model(body, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=9), file)
