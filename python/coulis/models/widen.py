"""Turns a float16 ONNX model into float32, the type that coulis computes with: the numbers are the same."""

from __future__ import annotations

import numpy as np
from onnx import GraphProto, TensorProto, TypeProto, numpy_helper

from coulis.models.onnx_graphs import list_attributes, list_graphs, list_tensors

TYPE_ATTRIBUTES = ("to", "dtype", "output_dtype")  # of Cast; RandomNormal, EyeLike and others; QuantizeLinear


def widen_float16(graph: GraphProto) -> None:
    for tensor in list_tensors(graph):
        if tensor.data_type == TensorProto.FLOAT16:
            values = numpy_helper.to_array(tensor).astype(np.float32)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    for inner in list_graphs(graph):
        for value in (*inner.input, *inner.output, *inner.value_info):
            widen_type(value.type)
        for attribute in list_attributes(inner):
            if attribute.name in TYPE_ATTRIBUTES and attribute.i == TensorProto.FLOAT16:
                attribute.i = TensorProto.FLOAT


def widen_type(type: TypeProto) -> None:
    if type.HasField("tensor_type") and type.tensor_type.elem_type == TensorProto.FLOAT16:
        type.tensor_type.elem_type = TensorProto.FLOAT
