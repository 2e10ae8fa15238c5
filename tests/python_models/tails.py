"""What networks end in: small ONNX graphs with random weights, with a classifier and without."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import onnx
from onnx import TensorProto, helper
from python_models.onnx_networks import finish
from python_models.other_networks import OtherBuilder

SIZE_PX, CHANNELS = 20, 12


class TailBuilder(OtherBuilder):
    """A trunk of two convolutions, its map in the tensor `map` [1, 12, 5, 5]."""

    def __init__(self, activation: str | None = "Relu") -> None:
        super().__init__(seed=1)
        source = self.node("Relu", [self.convolution("image", 3, 8, 3)])
        self.map = self.convolution(source, 8, CHANNELS, 3)
        if activation:
            self.map = self.node(activation, [self.map], "map")

    def convolution(self, source: str, inputs: int, outputs: int, kernel: int, stride: int = 2, name: str = "") -> str:
        weight = self.random(outputs, inputs, kernel, kernel, deviation=0.3)
        pads = [kernel // 2] * 4
        return self.node("Conv", [source, weight], name, kernel_shape=[kernel] * 2, strides=[stride] * 2, pads=pads)

    def pooled(self) -> str:
        return self.node("GlobalAveragePool", [self.map], "pool")

    def map_mean(self) -> str:
        return self.node("ReduceMean", [self.map], axes=[2, 3], keepdims=0)

    def flat(self) -> str:
        return self.node("Flatten", [self.pooled()])

    def gemm(self, source: str, inputs: int = CHANNELS, outputs: int = 5, output: str = "", weight: str = "") -> str:
        values = self.random(outputs, inputs, deviation=0.5)
        if weight:
            self.initializers[-1].name = values = weight
        return self.node("Gemm", [source, values, self.random(outputs)], output, transB=1)


Tail = Callable[[TailBuilder], str | list[str]]


def make(tail: Tail, activation: str | None = "Relu") -> onnx.ModelProto:
    builder = TailBuilder(activation)
    outputs = tail(builder)
    model = finish(builder, [outputs] if isinstance(outputs, str) else outputs, ["N", 3, SIZE_PX, SIZE_PX])
    for output in model.graph.output:  # of chosen classes it is int64
        output.type.Clear()
    return model


def softmax(b: TailBuilder, scores: str) -> str:
    return b.node("Softmax", [scores], axis=1)


def softmax_in_parts(b: TailBuilder, scores: str) -> str:
    less = b.node("Sub", [scores, b.node("ReduceMax", [scores], axes=[1])])
    exp = b.node("Exp", [less])
    return b.node("Div", [exp, b.node("ReduceSum", [exp, b.constant([1], np.int64)])])


def log_softmax_in_parts(b: TailBuilder, scores: str) -> str:
    total = b.node("ReduceSum", [b.node("Exp", [scores]), b.constant([1], np.int64)])
    return b.node("Sub", [scores, b.node("Log", [total])])


def two_layers(b: TailBuilder) -> str:
    hidden = b.node("HardSwish", [b.convolution(b.pooled(), CHANNELS, 16, 1)], "hidden")
    flat = b.node("Reshape", [hidden, b.constant([0, -1], np.int64)])
    return softmax(b, b.node("Add", [b.node("MatMul", [flat, b.random(16, 5, deviation=0.5)]), b.random(5)]))


def alexnet(b: TailBuilder) -> str:
    source = b.node("Flatten", [b.map])
    for inputs, name in ((CHANNELS * 25, "fc6"), (24, "fc7")):
        source = b.node("Relu", [b.gemm(source, inputs, 24)], name)
        source = b.node("Dropout", [source])
    return softmax(b, b.gemm(source, 24))


def classifier_as_convolution(b: TailBuilder) -> str:
    scores = b.convolution(b.pooled(), CHANNELS, 5, 1)
    return softmax(b, b.node("Reshape", [scores, b.constant([1, 5], np.int64)]))


def squeezenet(b: TailBuilder) -> str:
    scores = b.node("Relu", [b.convolution(b.node("Dropout", [b.map], "dropped"), CHANNELS, 5, 1, 1)])
    return softmax(b, b.node("GlobalAveragePool", [scores]))


def squeezenet_of_torchvision(b: TailBuilder) -> str:
    """Puts out what its softmax would take."""
    scores = b.node("Relu", [b.convolution(b.map, CHANNELS, 1000, 1, 1)])
    return b.node("Flatten", [b.node("GlobalAveragePool", [scores])])


def average_pool_with_dropout(b: TailBuilder) -> str:
    pool = b.node("AveragePool", [b.map], "pool", kernel_shape=[5, 5])
    flat = b.node("Squeeze", [b.node("Dropout", [pool]), b.constant([2, 3], np.int64)])
    return b.node("LogSoftmax", [b.gemm(flat)], axis=1)


def mean(b: TailBuilder) -> str:
    pool = b.node("ReduceMean", [b.map], "pool", axes=[2, 3], keepdims=0)
    return b.node("Sigmoid", [b.gemm(pool)])


def token(b: TailBuilder) -> str:
    """A transformer's: one of 25 tokens, its norm, a layer."""
    tokens = b.node("Transpose", [b.node("Reshape", [b.map, b.constant([1, CHANNELS, 25], np.int64)])], perm=[0, 2, 1])
    chosen = b.node("Gather", [tokens, b.constant(0, np.int64)], axis=1)
    scale = b.constant(np.linspace(0.5, 1.5, CHANNELS))
    return b.node("LayerNormalization", [chosen, scale], "normed", axis=-1)


def top_3(b: TailBuilder) -> list[str]:
    b.nodes.append(helper.make_node("TopK", [b.gemm(b.flat()), b.constant([3], np.int64)], ["values", "indices"]))
    return ["values", "indices"]


def with_logits(b: TailBuilder) -> list[str]:
    pool = b.flat()
    return [pool, softmax(b, b.gemm(pool))]


def l2(b: TailBuilder, source: str) -> str:
    norm = b.node("ReduceL2", [source], axes=[1])
    return b.node("Div", [source, b.node("Clip", [norm, b.constant(1e-12)])])


def swish(b: TailBuilder, source: str) -> str:
    return b.node("Mul", [source, b.node("Sigmoid", [source])])


def batch_norm(b: TailBuilder, source: str) -> str:
    statistics = [b.constant(np.linspace(low, low + 1, 5)) for low in (0.5, -0.5, -0.5, 0.5)]
    return b.node("BatchNormalization", [source, *statistics])


@dataclass
class Case:
    tail: Tail
    tensor: str | None  # that the features are of; None: the output
    activation: str | None = "Relu"


CUT = {
    "softmax": Case(lambda b: softmax(b, b.gemm(b.flat())), "pool"),
    "softmax in parts": Case(lambda b: softmax_in_parts(b, b.gemm(b.flat())), "pool"),
    "log softmax in parts": Case(lambda b: log_softmax_in_parts(b, b.gemm(b.flat())), "pool"),
    "clipped softmax": Case(lambda b: b.node("Clip", [softmax(b, b.gemm(b.flat())), b.constant(1e-7)]), "pool"),
    "softmax, identity": Case(lambda b: b.node("Identity", [softmax(b, b.gemm(b.flat()))]), "pool"),
    "temperature": Case(lambda b: softmax(b, b.node("Div", [b.gemm(b.flat()), b.constant(2)])), "pool"),
    "argmax": Case(lambda b: b.node("ArgMax", [b.gemm(b.flat())], axis=1), "pool"),
    "top 3": Case(top_3, "pool"),
    "two layers": Case(two_layers, "hidden"),
    "alexnet": Case(alexnet, "fc7"),
    "classifier as convolution": Case(classifier_as_convolution, "pool"),
    "squeezenet": Case(squeezenet, "dropped"),
    "squeezenet of torchvision": Case(squeezenet_of_torchvision, "map"),
    "average pool with dropout": Case(average_pool_with_dropout, "pool"),
    "sigmoid of a mean": Case(mean, "pool"),
    "transformer": Case(lambda b: softmax(b, b.gemm(token(b))), "normed"),
    "named logits": Case(lambda b: b.gemm(b.flat(), output="logits"), "pool"),
    "named classifier": Case(lambda b: b.gemm(b.flat(), weight="model.classifier.1.weight"), "pool"),
    "1000 classes": Case(lambda b: b.gemm(b.flat(), outputs=1000), "pool"),
    "scores that are named features": Case(lambda b: b.node("Softmax", [b.gemm(b.flat())], "features"), "pool"),
    "features and scores": Case(with_logits, "pool"),
}
WHOLE = {
    "pool": Case(lambda b: b.pooled(), None),
    "flat pool": Case(lambda b: b.flat(), None, "HardSwish"),
    "mean": Case(lambda b: b.node("ReduceMean", [b.map], axes=[2, 3], keepdims=0), None),
    "flat map": Case(lambda b: b.node("Flatten", [b.map]), None),
    "projection named so": Case(lambda b: b.gemm(b.flat(), output="image_embeds"), None),
    "l2 norm": Case(lambda b: b.node("LpNormalization", [b.gemm(b.flat())], axis=1), None),
    "l2 norm in parts": Case(lambda b: l2(b, b.gemm(b.flat())), None),
    "batch norm": Case(lambda b: batch_norm(b, b.gemm(b.flat())), None),
    "relu": Case(lambda b: b.node("Relu", [b.gemm(b.flat())]), None),
    "swish in parts": Case(lambda b: swish(b, b.gemm(b.flat())), None),
    "transformer": Case(token, None),
    "two pools": Case(
        lambda b: b.node("Concat", [b.pooled(), b.node("GlobalMaxPool", [b.map])], axis=1), None, "HardSwish"
    ),
}
UNDECIDED = {
    "linear layer": Case(lambda b: b.gemm(b.flat()), "pool"),
    "logits that are named features": Case(lambda b: b.gemm(b.flat(), outputs=1000, output="features"), "pool"),
    "two heads": Case(lambda b: b.node("Concat", [b.gemm(b.flat()), b.gemm(b.map_mean())], axis=1), None),
    "linear convolution, then pool": Case(lambda b: b.pooled(), None, activation=None),
    "two different outputs": Case(lambda b: [b.flat(), b.node("Tanh", [b.gemm(b.map_mean())])], "pool"),
    "an unknown layer": Case(lambda b: b.node("CumSum", [b.flat(), b.constant(1, np.int64)]), "pool"),
}


def with_output(model: onnx.ModelProto, tensor: str) -> onnx.ModelProto:
    """Another that puts out this tensor alone."""
    other = onnx.ModelProto()
    other.CopyFrom(model)
    del other.graph.output[:]
    other.graph.output.append(helper.make_tensor_value_info(tensor, TensorProto.FLOAT, None))
    return other
