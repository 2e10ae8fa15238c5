"""All graphs of an ONNX model, including those inside its nodes, and all tensors in them."""

from __future__ import annotations

from collections.abc import Iterator

from onnx import AttributeProto, GraphProto, TensorProto, TypeProto


def list_graphs(graph: GraphProto) -> Iterator[GraphProto]:
    yield graph
    for attribute in list_attributes(graph):
        for inner in (attribute.g, *attribute.graphs) if attribute.HasField("g") else attribute.graphs:
            yield from list_graphs(inner)


def list_attributes(graph: GraphProto) -> Iterator[AttributeProto]:
    return (attribute for node in graph.node for attribute in node.attribute)


def list_tensors(graph: GraphProto) -> Iterator[TensorProto]:
    for inner in list_graphs(graph):
        yield from inner.initializer
        for sparse in inner.sparse_initializer:
            yield from (sparse.values, sparse.indices)
        for attribute in list_attributes(inner):
            yield from attribute.tensors
            if attribute.HasField("t"):
                yield attribute.t
            if attribute.HasField("sparse_tensor"):
                yield from (attribute.sparse_tensor.values, attribute.sparse_tensor.indices)


def name_type(type: TypeProto) -> str:
    """The type of a value's numbers, such as float32 or uint8; else its kind: sequence, map."""
    if not type.HasField("tensor_type"):
        return str(type.WhichOneof("value") or "of an unknown type").removesuffix("_type")
    return name_data_type(type.tensor_type.elem_type)


def name_data_type(number: int) -> str:
    name = TensorProto.DataType.Name(number) if number in TensorProto.DataType.values() else "UNDEFINED"
    return {"FLOAT": "float32", "DOUBLE": "float64", "UNDEFINED": "of an unknown type"}.get(name, name.lower())
