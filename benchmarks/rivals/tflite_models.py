"""The published int8 TFLite file without its classifier, and the same network in float32.

LiteRT cannot read ONNX, and the published file ends in a classifier that the other engines do not compute. So this
edits the tables of the file itself, with LiteRT's schema. w = (q - zero point) * scale, in float64, rounded once.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

NUMPY_TYPES = {schema.TensorType.INT8: np.int8, schema.TensorType.UINT8: np.uint8, schema.TensorType.INT32: np.int32}


def read_model(file: Path) -> Any:
    return schema.ModelT.InitFromPackedBuf(file.read_bytes(), 0)


def write_model(model: Any, file: Path) -> None:
    builder = flatbuffers.Builder(1 << 24)
    builder.Finish(model.Pack(builder), b"TFL3")
    file.write_bytes(builder.Output())


def operator_code(model: Any, operator: Any) -> int:
    code = model.operatorCodes[operator.opcodeIndex]
    return max(code.builtinCode, code.deprecatedBuiltinCode)


def cut_classifier(model: Any) -> None:
    """Ends the graph at the average pool: its output is the feature row."""
    graph = model.subgraphs[0]
    [pool] = [i for i, op in enumerate(graph.operators) if operator_code(model, op) == schema.BuiltinOperator.MEAN]
    graph.operators = graph.operators[: pool + 1]
    graph.outputs = np.array(graph.operators[pool].outputs, np.int32)
    model.signatureDefs = None  # it names the removed output


def read_constant(model: Any, index: int) -> np.ndarray | None:
    """A constant tensor as stored; None for a computed tensor."""
    tensor = model.subgraphs[0].tensors[index]
    data = model.buffers[tensor.buffer].data
    if data is None or len(data) == 0:
        return None
    return np.asarray(data, np.uint8).view(NUMPY_TYPES[tensor.type]).reshape(tensor.shape)


def dequantise(values: np.ndarray, quantization: Any) -> np.ndarray:
    """float64; scales and zero points apply along the quantised dimension."""
    shape = [1] * values.ndim
    shape[quantization.quantizedDimension] = -1
    scale = np.asarray(quantization.scale, np.float64).reshape(shape)
    return (values - np.asarray(quantization.zeroPoint, np.float64).reshape(shape)) * scale


def to_float32(model: Any) -> None:
    """In place: float weights and biases, float activations, no QUANTIZE at the start."""
    graph = model.subgraphs[0]
    first = graph.operators[0]
    assert operator_code(model, first) == schema.BuiltinOperator.QUANTIZE
    graph.operators = graph.operators[1:]
    graph.inputs = np.array(first.outputs, np.int32)
    for index, tensor in enumerate(graph.tensors):
        if tensor.quantization is None or tensor.quantization.scale is None:
            continue  # the axes of the pool
        constant = read_constant(model, index)
        if constant is not None:
            floats = dequantise(constant, tensor.quantization).astype(np.float32)
            model.buffers[tensor.buffer].data = np.frombuffer(floats.tobytes(), np.uint8)
        tensor.type = schema.TensorType.FLOAT32
        tensor.quantization = None


def convolutions(model: Any) -> list[tuple[np.ndarray, np.ndarray]]:
    """Kernel and bias of each convolution in the order of the network, float64, in TFLite's layouts."""
    tensors = model.subgraphs[0].tensors
    found = []
    for operator in model.subgraphs[0].operators:
        if operator_code(model, operator) in (schema.BuiltinOperator.CONV_2D, schema.BuiltinOperator.DEPTHWISE_CONV_2D):
            pair = [(read_constant(model, i), tensors[i].quantization) for i in operator.inputs[1:]]
            found.append(tuple(dequantise(values, quantization) for values, quantization in pair))
    return found
