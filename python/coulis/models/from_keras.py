"""MobileNetV2 weights of keras.applications (.h5, any width, with or without the classifier) -> float weights."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import h5py
import numpy as np

from coulis.models.describe import TENSORFLOW, Wishes, describe
from coulis.models.inverted_residual import Block, Convolution, InvertedResidual
from coulis.models.model_file import Array, Imported, ModelError

# A weights file has no strides: these are the paper's (Sandler et al. 2018, table 2).
STRIDES = (1, 2, 1, 2, 1, 1, 2, 1, 1, 1, 1, 1, 1, 2, 1, 1, 1)
CONVOLUTIONS = 1 + 2 + 3 * 16 + 1  # the first block has no expansion
EPSILON = 1e-3
FULL_WIDTH = 320  # channels of the last block at width 1.0
MAX_INFLATION = 4  # declared bytes per byte of the file: weights hardly compress


def read_keras(data: bytes, sha256: str, _: Path, wishes: Wishes) -> Imported:
    with h5py.File(io.BytesIO(data), "r") as file:
        convolutions = list(fold_layers(list_layers(file, len(data))))
    if len(convolutions) != CONVOLUTIONS:
        raise ModelError(f"the .h5 file has {len(convolutions)} convolutions, but MobileNetV2 has {CONVOLUTIONS}")
    network = build_network(convolutions)
    width_px, height_px = wishes.size()
    width = f"{network.blocks[-1].project.out_channels / FULL_WIDTH:.3g}"
    name = f"mobilenet_v2_{'1.0' if width == '1' else width}_{width_px}"
    title = f"MobileNetV2 {width}, Keras weights"
    return network.to_imported(describe(wishes, sha256, name, title, TENSORFLOW, (width_px, height_px)))


def list_layers(file: h5py.File, file_bytes: int) -> Iterator[tuple[str, list[Array]]]:
    """Name and weights of each layer that has any, in the order of the network."""
    if "layers" in file:  # Keras 3 numbers layers by class, so the order comes from the known names
        groups = follow(file, "layers")
        found = {str(vars.attrs["name"]): vars for vars in (follow(groups, layer, "vars") for layer in groups)}
        for name in known_names():
            if name in found:
                yield name, [read_weight(found[name], str(i), file_bytes) for i in range(len(found[name]))]
        return
    root = follow(file, "model_weights") if "model_weights" in file else file
    for name in to_names(root.attrs.get("layer_names", [])):
        group = follow(root, name)
        weights = [read_weight(group, weight, file_bytes) for weight in to_names(group.attrs.get("weight_names", []))]
        if weights:
            yield name, weights


def known_names() -> Iterator[str]:
    yield from ("Conv1", "bn_Conv1")
    for i in range(len(STRIDES)):
        for part in ("expand", "depthwise", "project"):
            name = f"block_{i}_{part}" if i else f"expanded_conv_{part}"
            yield from (name, f"{name}_BN")
    yield from ("Conv_1", "Conv_1_bn")


def to_names(values: Array | list[str]) -> list[str]:
    return [value.decode() if isinstance(value, bytes) else str(value) for value in values]


def follow(group: h5py.Group, *path: str) -> h5py.Group:
    """Follows hard links only: other links may lead to any file of this machine."""
    for part in "/".join(path).split("/"):
        if not isinstance(group, h5py.Group) or not isinstance(group.get(part, getlink=True), h5py.HardLink):
            raise ModelError(f"the .h5 file has no weights '{'/'.join(path)}' of its own")
        group = group[part]
    return group


def read_weight(group: h5py.Group, name: str, file_bytes: int) -> Array:
    dataset = follow(group, name)
    if not isinstance(dataset, h5py.Dataset) or dataset.dtype.kind != "f":
        raise ModelError(f"the .h5 file's '{name}' is not an array of floats")
    if dataset.external or dataset.is_virtual:
        raise ModelError(f"the .h5 file's '{name}' lies in another file")
    if dataset.nbytes > MAX_INFLATION * file_bytes:
        raise ModelError(f"the .h5 file's '{name}' declares {dataset.nbytes} bytes, more than the file can hold")
    return np.asarray(dataset[()], np.float64)


def fold_layers(layers: Iterator[tuple[str, list[Array]]]) -> Iterator[Convolution]:
    """A kernel and then its BatchNorm, up to the classifier."""
    kernel: Array | None = None
    for name, weights in layers:
        dimensions = [weight.ndim for weight in weights]
        if kernel is None and dimensions == [4]:
            kernel = weights[0]
        elif kernel is not None and dimensions == [1, 1, 1, 1]:
            gamma, beta, mean, variance = weights
            yield to_convolution(kernel).fold(gamma, beta, mean, variance, EPSILON)
            kernel = None
        elif kernel is None and dimensions[0] == 2:
            return
        else:
            raise ModelError(f"layer '{name}' of the .h5 file does not fit MobileNetV2")


def to_convolution(kernel: Array) -> Convolution:
    """[k, k, in, out], or depthwise [k, k, channels, 1]."""
    depthwise = kernel.shape[0] > 1 and kernel.shape[3] == 1
    weight = kernel.transpose(2, 3, 0, 1) if depthwise else kernel.transpose(3, 2, 0, 1)
    return Convolution(weight, np.zeros(len(weight)), depthwise)


def build_network(convolutions: list[Convolution]) -> InvertedResidual:
    layers = iter(convolutions)
    stem = replace(next(layers), stride=2, activation="relu6")
    blocks = []
    for i, stride in enumerate(STRIDES):
        expand = replace(next(layers), activation="relu6") if i else None
        depthwise = replace(next(layers), stride=stride, activation="relu6")
        project = next(layers)
        if not depthwise.depthwise:
            raise ModelError(f"block {i} of the .h5 file has no depthwise layer in the middle")
        residual = stride == 1 and project.out_channels == (expand or depthwise).in_channels
        blocks.append(Block(expand, depthwise, project, residual))
    return InvertedResidual("same", stem, blocks, replace(next(layers), activation="relu6"))
