"""The tensors of an ONNX graph for walking it backwards: their extents, and the node that makes each."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from onnx import ModelProto, NodeProto, TensorProto, shape_inference

from coulis.models.image_input import image_input
from coulis.models.model_file import ModelError

RENAMING = ("Cast", "Dropout", "Flatten", "Identity", "Reshape", "Squeeze", "Unsqueeze")  # the same numbers in order
MEASURING = ("Shape", "Size")


@dataclass(frozen=True)
class Kind:
    """Type and extents of a tensor; an extent of 0 is unknown."""

    type: int
    shape: list[int]

    def is_row(self) -> bool:
        """One vector of floats for the image, with any extents of 1 around it."""
        return self.type == TensorProto.FLOAT and self.width() > 0 and self.width() == prod(self.shape)

    def is_block(self) -> bool:
        """Known, and larger than a row."""
        return bool(self.shape) and all(self.shape) and self.width() < prod(self.shape)

    def is_map(self) -> bool:
        """[1, C, height, width] of floats."""
        known = self.type == TensorProto.FLOAT and len(self.shape) == 4 and all(self.shape)
        return known and self.shape[0] == 1 and self.shape[2] * self.shape[3] > 1

    def width(self) -> int:
        return max(self.shape, default=0)


UNKNOWN = Kind(TensorProto.UNDEFINED, [])


class Tensors:
    """model: with the extents of its input fixed."""

    def __init__(self, model: ModelProto) -> None:
        graph = shape_inference.infer_shapes(model, data_prop=True).graph
        self.outputs = [value.name for value in graph.output]
        self.image = image_input(graph).name
        self.makers: dict[str, NodeProto] = {}
        self._sources: dict[str, list[str]] = {}  # by the node's output
        self.kinds: dict[str, Kind] = {}
        self.of_image = {self.image}  # tensors whose numbers depend on the image's
        self.takers: dict[str, set[str]] = {}  # tensor -> the kinds of nodes that take it
        for value in (*graph.value_info, *graph.output):
            tensor = value.type.tensor_type
            self.kinds[value.name] = Kind(tensor.elem_type, [max(dim.dim_value, 0) for dim in tensor.shape.dim])
        for node in graph.node:
            for name in node.input:
                self.takers.setdefault(name, set()).add(node.op_type)
            sources = [name for name in node.input if name in self.of_image and node.op_type not in MEASURING]
            for name in filter(None, node.output):
                if name in self.makers or name == self.image:  # else there may be no way back to the image
                    raise ModelError(f"the ONNX graph makes the tensor '{name}' twice", "export the model again")
                self.makers[name], self._sources[name] = node, sources
                if sources:
                    self.of_image.add(name)

    def sources(self, node: NodeProto) -> list[str]:
        """The inputs of a node that depend on the image: the rest is weights and extents."""
        return self._sources[next(filter(None, node.output))]

    def kind(self, tensor: str) -> Kind:
        return self.kinds.get(tensor, UNKNOWN)

    def maker(self, tensor: str) -> NodeProto | None:
        return self.makers.get(tensor) if tensor in self.of_image else None

    def first_of_same(self, tensor: str) -> str:
        """The first tensor with these numbers as a row, if several differ only in extents."""
        found = current = tensor
        while (node := self.maker(current)) is not None and node.op_type in RENAMING and len(self.sources(node)) == 1:
            current = self.sources(node)[0]
            if self.kind(current).is_row():
                found = current
        return found

    def is_computed_from(self, tensor: str, source: str, limit: int = 12) -> list[NodeProto] | None:
        """The nodes between the two, if a tensor depends on the image only through `source`."""
        nodes: list[NodeProto] = []
        waiting = [tensor]
        while waiting:
            current = waiting.pop()
            if current == source:
                continue
            node = self.maker(current)
            if node is None or len(nodes) == limit:
                return None
            nodes.append(node)
            waiting.extend(self.sources(node))
        return nodes
