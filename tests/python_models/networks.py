"""Networks with random weights as their authors keep them, before BatchNorm is folded; and files of them."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import h5py
import numpy as np
from tolerance import float32_network_bound

EPSILON = 1e-3


@dataclass
class Layer:
    """A convolution without bias, its BatchNorm, its activation."""

    weight: np.ndarray  # [out, in, k, k]; depthwise [channels, 1, k, k]
    norm: list[np.ndarray]  # gamma, beta, mean, variance
    stride: int = 1
    depthwise: bool = False
    activation: str | None = "relu6"


@dataclass
class Block:
    layers: list[Layer]  # expansion or not, depthwise, projection
    residual: bool


@dataclass
class Network:
    stem: Layer
    blocks: list[Block]
    head: Layer | None

    def layers(self) -> Iterator[Layer]:
        yield self.stem
        for block in self.blocks:
            yield from block.layers
        if self.head:
            yield self.head


def float32_bound(network: Network, expected: np.ndarray) -> float:
    """Between two float32 runs that gave features as large as `expected`. BatchNorm adds four roundings to a sum."""
    terms = [layer.weight[0].size + 4 for layer in network.layers()]
    return float32_network_bound(terms, max(np.abs(expected).max(), 6))


class Weights:
    """Sane random weights: signals neither die out nor explode on their way."""

    def __init__(self, seed: int) -> None:
        self.random = np.random.default_rng(seed)

    def layer(self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, **options) -> Layer:
        depthwise = options.get("depthwise", False)
        fan_in = kernel * kernel * (1 if depthwise else inputs)
        shape = (outputs, 1 if depthwise else inputs, kernel, kernel)
        weight = self.random.normal(0, np.sqrt(1.6 / fan_in), shape).astype(np.float32)
        draws = [(0.8, 1.2), (-0.2, 0.4), (-0.2, 0.2), (0.7, 1.4)]
        norm = [self.random.uniform(low, high, outputs).astype(np.float32) for low, high in draws]
        return Layer(weight, norm, stride, **options)

    def block(self, inputs: int, outputs: int, factor: int = 6, kernel: int = 3, stride: int = 1, **options) -> Block:
        middle = inputs * factor
        expand = [self.layer(inputs, middle, **options)] if factor > 1 else []
        depthwise = self.layer(middle, middle, kernel, stride, depthwise=True, **options)
        layers = [*expand, depthwise, self.layer(middle, outputs, activation=None)]
        return Block(layers, residual=stride == 1 and inputs == outputs)


def make_divisible(value: float) -> int:
    """keras.applications' rounding of channels."""
    rounded = max(8, int(value + 4) // 8 * 8)
    return rounded + 8 if rounded < 0.9 * value else rounded


def mobilenet_v2(width: float, seed: int = 0) -> Network:
    weights = Weights(seed)
    channels = make_divisible(32 * width)
    network = Network(weights.layer(3, channels, 3, 2), [], None)
    for factor, outputs, count, stride in [
        (1, 16, 1, 1), (6, 24, 2, 2), (6, 32, 3, 2), (6, 64, 4, 2), (6, 96, 3, 1), (6, 160, 3, 2), (6, 320, 1, 1)
    ]:  # fmt: skip
        for i in range(count):
            block = weights.block(channels, make_divisible(outputs * width), factor, stride=stride if i == 0 else 1)
            network.blocks.append(block)
            channels = make_divisible(outputs * width)
    network.head = weights.layer(channels, make_divisible(1280 * width) if width > 1 else 1280)
    return network


def tiny_mobilenet_v2(seed: int = 0) -> Network:
    """The 17 blocks of MobileNetV2 with two to four channels: a file of a few hundred kilobytes at most."""
    weights = Weights(seed)
    network = Network(weights.layer(3, 2, 3, 2), [], weights.layer(4, 5))
    channels = 2
    for i, stride in enumerate((1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)):
        outputs = 2 if i < 10 else 4
        network.blocks.append(weights.block(channels, outputs, 2 if i else 1, stride=stride))
        channels = outputs
    return network


def small_network(activation: str = "relu6", head: bool = True, seed: int = 3) -> Network:
    """Both kernels, both strides, with and without expansion and residual connection."""
    weights, options = Weights(seed), {"activation": activation}
    blocks = [
        weights.block(8, 6, 1, **options),
        weights.block(6, 10, 3, 5, 2, **options),
        weights.block(10, 10, 2, 3, **options),
        weights.block(10, 12, 2, 3, 2, **options),
        weights.block(12, 12, 3, 5, **options),
    ]
    return Network(weights.layer(3, 8, 3, 2, **options), blocks, weights.layer(12, 20, **options) if head else None)


def keras_names(network: Network) -> Iterator[tuple[str, str, Layer]]:
    """Names of convolution and BatchNorm, as keras.applications gives them."""
    yield "Conv1", "bn_Conv1", network.stem
    for i, block in enumerate(network.blocks):
        prefix = f"block_{i}" if i else "expanded_conv"
        parts = ("expand", "depthwise", "project")[-len(block.layers) :]
        for part, layer in zip(parts, block.layers, strict=True):
            yield f"{prefix}_{part}", f"{prefix}_{part}_BN", layer
    yield "Conv_1", "Conv_1_bn", network.head


def keras_weights(network: Network) -> Iterator[tuple[str, dict[str, np.ndarray]]]:
    """Layer name -> weights by name, in Keras's order and layout."""
    for convolution, norm, layer in keras_names(network):
        if layer.depthwise:
            yield convolution, {"depthwise_kernel": layer.weight.transpose(2, 3, 0, 1)}
        else:
            yield convolution, {"kernel": layer.weight.transpose(2, 3, 1, 0)}
        yield norm, dict(zip(("gamma", "beta", "moving_mean", "moving_variance"), layer.norm, strict=True))
        yield f"{convolution}_relu", {}


def write_keras(path: Path, network: Network, classes: int = 0) -> Path:
    """As the published files: a group for each layer, the order in `layer_names` and `weight_names`."""
    layers = [("input_1", {}), *keras_weights(network)]
    if classes:
        layers.append(("Logits", {"kernel": np.zeros((len(network.head.weight), classes), np.float32)}))
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name, _ in layers]
        for name, weights in layers:
            group = file.create_group(name)
            group.attrs["weight_names"] = [f"{name}/{key}:0".encode() for key in weights]
            for key, values in weights.items():
                group.create_dataset(f"{name}/{key}:0", data=values)
    return path
