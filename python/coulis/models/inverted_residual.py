"""Float weights of an inverted-residual network for a model file: checked, and rounded once."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from coulis.models.model_file import Array, Card, Imported, ModelError

MAX_CHANNELS = 1 << 14  # the limits of core/network/model_card.cpp
MAX_BLOCKS = 256


class NotInvertedResidualError(ModelError):
    """The layers are valid, but our engine does not run this network."""


@dataclass(frozen=True)
class Convolution:
    weight: Array  # float64 [out, in, k, k]; depthwise: [channels, 1, k, k]
    bias: Array  # float64 [out]
    depthwise: bool = False
    stride: int = 1
    activation: str = "none"

    @property
    def kernel(self) -> int:
        return int(self.weight.shape[2])

    @property
    def out_channels(self) -> int:
        return int(self.weight.shape[0])

    @property
    def in_channels(self) -> int:
        return self.out_channels if self.depthwise else int(self.weight.shape[1])

    def fold(self, gamma: Array, beta: Array, mean: Array, variance: Array, epsilon: float) -> Convolution:
        """The convolution with the following BatchNorm folded in."""
        statistics = [np.asarray(values, np.float64) for values in (gamma, beta, mean, variance)]
        if any(values.shape != (self.out_channels,) for values in statistics):
            raise ModelError("a BatchNorm does not have the channels of the convolution before it")
        with np.errstate(all="ignore"):  # values that are not finite are refused later, with their name
            factor = statistics[0] / np.sqrt(statistics[3] + epsilon)
            bias = statistics[1] + (self.bias - statistics[2]) * factor
            return replace(self, weight=self.weight * factor[:, None, None, None], bias=bias)


@dataclass(frozen=True)
class Block:
    expand: Convolution | None
    depthwise: Convolution
    project: Convolution
    residual: bool

    @property
    def in_channels(self) -> int:
        return (self.expand or self.depthwise).in_channels


@dataclass(frozen=True)
class InvertedResidual:
    padding: str  # "same" or "symmetric"
    stem: Convolution
    blocks: list[Block]
    head: Convolution | None

    def to_imported(self, description: Card) -> Imported:
        """description: the card without its layers."""
        self._check()
        tensors = {key: values for name, layer in self._layers() for key, values in to_tensors(name, layer)}
        last = self.head or self.blocks[-1].project
        return Imported({**description, "feature_width": last.out_channels, **self._describe()}, tensors)

    def _layers(self) -> Iterator[tuple[str, Convolution]]:
        yield "stem", self.stem
        for i, block in enumerate(self.blocks):
            if block.expand:
                yield f"blocks.{i}.expand", block.expand
            yield f"blocks.{i}.depthwise", block.depthwise
            yield f"blocks.{i}.project", block.project
        if self.head:
            yield "head", self.head

    def _check(self) -> None:
        if not 0 < len(self.blocks) <= MAX_BLOCKS:
            raise NotInvertedResidualError(f"the network has {len(self.blocks)} blocks, not 1 to {MAX_BLOCKS}")
        channels = 3
        for name, layer in self._layers():
            if layer.in_channels != channels:
                raise NotInvertedResidualError(f"{name} takes {layer.in_channels} channels, but is given {channels}")
            channels = layer.out_channels
            check_convolution(name, layer, kernels=(3, 5) if layer.depthwise or name == "stem" else (1,))
        for i, block in enumerate(self.blocks):
            if block.expand and block.expand.activation != block.depthwise.activation:
                raise NotInvertedResidualError(f"blocks.{i}: expansion and depthwise layer have different activations")
            if block.residual and (block.depthwise.stride != 1 or block.project.out_channels != block.in_channels):
                raise NotInvertedResidualError(f"blocks.{i}: the residual connection joins different shapes")

    def _describe(self) -> Card:
        stem = {"kernel": self.stem.kernel, "stride": self.stem.stride, **describe_channels(self.stem)}
        head = {"head": describe_channels(self.head)} if self.head else {}
        return {
            "padding": self.padding,
            "stem": stem,
            "blocks": [describe_block(block) for block in self.blocks],
            **head,
        }


def check_convolution(name: str, layer: Convolution, kernels: tuple[int, ...]) -> None:
    if layer.kernel not in kernels or layer.weight.shape[3] != layer.kernel:
        shape = "x".join(map(str, layer.weight.shape[2:]))
        raise NotInvertedResidualError(
            f"{name} has a kernel of {shape}, not of {' or '.join(f'{k}x{k}' for k in kernels)}"
        )
    if layer.stride not in (1, 2) or (layer.kernel == 1 and layer.stride != 1):
        raise NotInvertedResidualError(f"{name} has a stride of {layer.stride}")
    if not 0 < layer.out_channels <= MAX_CHANNELS:
        raise NotInvertedResidualError(f"{name} has {layer.out_channels} channels")
    with np.errstate(over="ignore"):
        finite = all(np.isfinite(values.astype(np.float32)).all() for values in (layer.weight, layer.bias))
    if not finite:
        raise ModelError(f"{name} has weights that are not finite")


def describe_channels(layer: Convolution) -> Card:
    return {"in_channels": layer.in_channels, "out_channels": layer.out_channels, "activation": layer.activation}


def describe_block(block: Block) -> Card:
    return {
        "expand": block.expand is not None,
        "kernel": block.depthwise.kernel,
        "stride": block.depthwise.stride,
        "in_channels": block.in_channels,
        "expanded_channels": block.depthwise.out_channels,
        "out_channels": block.project.out_channels,
        "residual": block.residual,
        "activation": block.depthwise.activation,
        "project_activation": block.project.activation,
    }


def to_tensors(name: str, layer: Convolution) -> Iterator[tuple[str, Array]]:
    """[out, in], [out, k, k, in] or, depthwise, [k, k, channels]; float32."""
    weight = layer.weight
    if layer.depthwise:
        weight = weight[:, 0].transpose(1, 2, 0)
    elif name == "stem":
        weight = weight.transpose(0, 2, 3, 1)
    else:
        weight = weight[:, :, 0, 0]
    yield f"{name}.weight", weight.astype(np.float32)
    yield f"{name}.bias", layer.bias.astype(np.float32)
