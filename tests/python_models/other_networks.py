"""ResNet-18 and ViT-tiny with random weights, as ONNX graphs with their classifiers."""

import numpy as np
import onnx
from python_models.networks import Layer, Weights
from python_models.onnx_networks import Builder, Style, finish

STYLE = Style(padding="symmetric", opset=17)


class OtherBuilder(Builder):
    def __init__(self, seed: int) -> None:
        super().__init__(STYLE, 224, 224)
        self.weights = Weights(seed)

    def random(self, *shape: int, deviation: float = 0.02) -> str:
        return self.constant(self.weights.random.normal(0, deviation, shape))

    def convolve(self, source: str, inputs: int, outputs: int, kernel: int, stride: int, activation: str | None) -> str:
        layer: Layer = self.weights.layer(inputs, outputs, kernel, stride, activation=activation)
        return self.layer(source, layer)

    def linear(self, source: str, inputs: int, outputs: int) -> str:
        product = self.node("MatMul", [source, self.random(inputs, outputs, deviation=0.06)])
        return self.node("Add", [product, self.random(outputs)])

    def norm(self, source: str, channels: int) -> str:
        scale = self.constant(self.weights.random.uniform(0.8, 1.2, channels))
        return self.node("LayerNormalization", [source, scale, self.random(channels)], axis=-1, epsilon=1e-6)

    def classify(self, features: str, channels: int) -> str:
        return self.node("Gemm", [features, self.random(channels, 9)], "logits")


def resnet18(seed: int = 0) -> onnx.ModelProto:
    """The tensor `pool` [1, 512, 1, 1] holds its features."""
    builder = OtherBuilder(seed)
    source = builder.convolve("image", 3, 64, 7, 2, "relu")
    source = builder.node("MaxPool", [source], kernel_shape=[3, 3], strides=[2, 2], pads=[1] * 4)
    channels = 64
    for outputs, first_stride in ((64, 1), (128, 2), (256, 2), (512, 2)):
        for stride in (first_stride, 1):
            shortcut = source
            if stride != 1 or channels != outputs:
                shortcut = builder.convolve(source, channels, outputs, 1, stride, None)
            body = builder.convolve(source, channels, outputs, 3, stride, "relu")
            body = builder.convolve(body, outputs, outputs, 3, 1, None)
            source = builder.node("Relu", [builder.node("Add", [body, shortcut])])
            channels = outputs
    pool = builder.node("GlobalAveragePool", [source], "pool")
    logits = builder.classify(builder.node("Flatten", [pool], axis=1), channels)
    return finish(builder, [logits], ["N", 3, "H", "W"])


def vit_tiny(seed: int = 0) -> onnx.ModelProto:
    """Patches of 16, 12 layers of 192 channels in 3 heads. The tensor `token` [1, 192] holds its features."""
    builder, width, heads, tokens = OtherBuilder(seed), 192, 3, 197
    kernel = builder.random(width, 3, 16, 16)
    patches = builder.node("Conv", ["image", kernel], strides=[16, 16], kernel_shape=[16, 16])
    rows = builder.node("Reshape", [patches, builder.constant([1, width, tokens - 1], np.int64)])
    rows = builder.node("Transpose", [rows], perm=[0, 2, 1])
    source = builder.node("Concat", [builder.random(1, 1, width), rows], axis=1)
    source = builder.node("Add", [source, builder.random(1, tokens, width)])
    for _ in range(12):
        source = builder.node("Add", [source, attend(builder, builder.norm(source, width), width, heads, tokens)])
        hidden = builder.linear(builder.norm(source, width), width, 4 * width)
        erf = builder.node("Erf", [builder.node("Div", [hidden, builder.constant(2**0.5)])])
        gate = builder.node("Mul", [builder.node("Add", [erf, builder.constant(1)]), builder.constant(0.5)])
        source = builder.node("Add", [source, builder.linear(builder.node("Mul", [hidden, gate]), 4 * width, width)])
    source = builder.norm(source, width)
    token = builder.node("Gather", [source, builder.constant(0, np.int64)], "token", axis=1)
    return finish(builder, [builder.classify(token, width)], [1, 3, 224, 224])


def attend(builder: OtherBuilder, source: str, width: int, heads: int, tokens: int) -> str:
    shape = builder.constant([1, tokens, heads, width // heads], np.int64)

    def project(perm: list[int]) -> str:
        rows = builder.node("Reshape", [builder.linear(source, width, width), shape])
        return builder.node("Transpose", [rows], perm=perm)

    query, key, value = project([0, 2, 1, 3]), project([0, 2, 3, 1]), project([0, 2, 1, 3])
    scores = builder.node("Mul", [builder.node("MatMul", [query, key]), builder.constant((width / heads) ** -0.5)])
    mixed = builder.node("MatMul", [builder.node("Softmax", [scores], axis=-1), value])
    rows = builder.node("Transpose", [mixed], perm=[0, 2, 1, 3])
    rows = builder.node("Reshape", [rows, builder.constant([1, tokens, width], np.int64)])
    return builder.linear(rows, width, width)
