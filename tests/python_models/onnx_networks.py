"""ONNX graphs of networks, in the styles of several exporters, and what ONNX Runtime makes of them."""

from dataclasses import dataclass

import numpy as np
import onnx
import onnxruntime
from onnx import TensorProto, helper, numpy_helper
from python_models.networks import EPSILON, Layer, Network


@dataclass
class Style:
    padding: str = "same"  # same, symmetric: by pads; auto: auto_pad; node: a Pad in front
    norm: str = "node"  # or "folded"
    clip: str = "initializer"  # constant, attribute
    pool: str = "global"  # mean_attribute, mean_input
    classifier: bool = False
    dynamic: bool = True  # the batch
    opset: int = 13


class Builder:
    def __init__(self, style: Style, width: int, height: int) -> None:
        self.style = style
        self.extent = (height, width)
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []

    def constant(self, values, dtype=np.float32) -> str:
        name = f"c{len(self.initializers)}"
        self.initializers.append(numpy_helper.from_array(np.asarray(values, dtype), name))
        return name

    def node(self, kind: str, inputs: list[str], output: str = "", **attributes) -> str:
        output = output or f"t{len(self.nodes)}"
        self.nodes.append(helper.make_node(kind, inputs, [output], name=f"{kind}_{len(self.nodes)}", **attributes))
        return output

    def layer(self, source: str, layer: Layer) -> str:
        kernel, stride = layer.weight.shape[2], layer.stride
        attributes = {"kernel_shape": [kernel] * 2, "strides": [stride] * 2}
        attributes["group"] = len(layer.weight) if layer.depthwise else 1
        source = self.pad(source, kernel, stride, attributes)
        gamma, beta, mean, variance = layer.norm
        if self.style.norm == "folded":
            factor = gamma.astype(np.float64) / np.sqrt(variance.astype(np.float64) + EPSILON)
            weight, bias = layer.weight * factor[:, None, None, None], beta - mean * factor
            source = self.node("Conv", [source, self.constant(weight), self.constant(bias)], **attributes)
        else:
            source = self.node("Conv", [source, self.constant(layer.weight)], **attributes)
            norm = [self.constant(values) for values in (gamma, beta, mean, variance)]
            source = self.node("BatchNormalization", [source, *norm], epsilon=EPSILON)
        return self.activate(source, layer.activation)

    def pad(self, source: str, kernel: int, stride: int, attributes: dict) -> str:
        if self.style.padding == "symmetric":
            attributes["pads"] = [(kernel - 1) // 2] * 4
            self.extent = tuple((n + 2 * ((kernel - 1) // 2) - kernel) // stride + 1 for n in self.extent)
            return source
        outs = [-(-n // stride) for n in self.extent]
        totals = [max((o - 1) * stride + kernel - n, 0) for o, n in zip(outs, self.extent, strict=True)]
        pads = [total // 2 for total in totals] + [total - total // 2 for total in totals]
        self.extent = tuple(outs)
        if self.style.padding == "auto":
            attributes["auto_pad"] = "SAME_UPPER"
        elif self.style.padding == "node" and kernel > 1:
            return self.node("Pad", [source, self.constant([0, 0, *pads[:2], 0, 0, *pads[2:]], np.int64)])
        else:
            attributes["pads"] = pads
        return source

    def activate(self, source: str, activation: str | None) -> str:
        if activation == "relu":
            return self.node("Relu", [source])
        if activation is None:
            return source
        if self.style.clip == "attribute":
            return self.node("Clip", [source], min=0.0, max=6.0)
        if self.style.clip == "constant":
            bounds = [
                self.node("Constant", [], value=numpy_helper.from_array(np.array(bound, np.float32)))
                for bound in (0, 6)
            ]
        else:
            bounds = [self.constant(0), self.constant(6)]
        return self.node("Clip", [source, *bounds])

    def pool(self, source: str) -> str:
        if self.style.pool == "mean_attribute":
            return self.node("ReduceMean", [source], "features", axes=[2, 3], keepdims=0)
        if self.style.pool == "mean_input":
            return self.node("ReduceMean", [source, self.constant([-1, -2], np.int64)], "features", keepdims=0)
        return self.node("Flatten", [self.node("GlobalAveragePool", [source])], "features", axis=1)


def make_onnx(network: Network, style: Style, width: int = 224, height: int = 224) -> onnx.ModelProto:
    builder = Builder(style, width, height)
    source = builder.layer("image", network.stem)
    for block in network.blocks:
        block_input = source
        for layer in block.layers:
            source = builder.layer(source, layer)
        if block.residual:
            source = builder.node("Add", [block_input, source])
    if network.head:
        source = builder.layer(source, network.head)
    features = builder.pool(source)
    outputs = [features]
    if style.classifier:
        last = network.head or network.blocks[-1].layers[-1]
        weight = np.random.default_rng(1).normal(0, 0.1, (7, len(last.weight)))
        outputs.append(builder.node("Gemm", [features, builder.constant(weight)], "logits", transB=1))
    return finish(builder, outputs, [("N" if style.dynamic else 1), 3, height, width])


def finish(builder: Builder, outputs: list[str], shape: list) -> onnx.ModelProto:
    graph = helper.make_graph(
        builder.nodes,
        "network",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        builder.initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", builder.style.opset)], ir_version=8)


def run_onnx(
    model: onnx.ModelProto | str, images: np.ndarray, scale, offset, output: str = "features", layout: str = "nchw"
) -> np.ndarray:
    """images: uint8 [n, height, width, 3]. -> float32 [n, features], one image at a time."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    source = model if isinstance(model, str) else model.SerializeToString()
    session = onnxruntime.InferenceSession(source, options, providers=["CPUExecutionProvider"])
    inputs = (images.astype(np.float64) * np.array(scale) + np.array(offset)).astype(np.float32)
    inputs = inputs if layout == "nhwc" else inputs.transpose(0, 3, 1, 2)
    name = session.get_inputs()[0].name
    rows = [session.run([output], {name: np.ascontiguousarray(image[None])})[0] for image in inputs]
    return np.concatenate(rows).reshape(len(images), -1)
