"""A run of thousands of parts whose network costs next to nothing: what is left is the work of Spark and of coulis.

Everything is the product's: the listing, orders, tasks, part files, moments, projection, tables. Only the photos are
tiny, and the model has one block, 1/3000 of MobileNetV2's multiply-adds, and as many features.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
from coulis.models.model_file import write_model
from PIL import Image

SIDE_PX = 16
DIFFERENT = 500  # photos; the others are links to them
IN_A_ROW = 16  # equal photos, whose features compress: ten million take 8 GB of disk instead of 50
CHANNELS = 8


def write_tiny_model(file: Path, width: int = 1280) -> Path:
    """Rows of `width` features from 16 x 16 pixels."""
    random = np.random.default_rng(1)
    shapes = {
        "stem.weight": (CHANNELS, 3, 3, 3),
        "blocks.0.depthwise.weight": (3, 3, CHANNELS),
        "blocks.0.project.weight": (CHANNELS, CHANNELS),
        "head.weight": (width, CHANNELS),
    }
    tensors = {name: random.normal(0, 0.5, shape).astype(np.float32) for name, shape in shapes.items()}
    for name in shapes:
        channels = width if name.startswith("head") else CHANNELS
        tensors[name.replace("weight", "bias")] = random.uniform(0, 1, channels).astype(np.float32)
    card = {
        "name": "tiny",
        "title": "One block of random weights",
        "architecture": "inverted_residual",
        "source": "random numbers",
        "licence": "CC0-1.0",
        "input": {"width_px": SIDE_PX, "height_px": SIDE_PX, "filter": "bilinear", "scale": 0.0078125, "offset": -1},
        "padding": "same",
        "stem": {"kernel": 3, "stride": 2, "in_channels": 3, "out_channels": CHANNELS, "activation": "relu"},
        "blocks": [
            {
                "expand": False,
                "kernel": 3,
                "stride": 2,
                "in_channels": CHANNELS,
                "expanded_channels": CHANNELS,
                "out_channels": CHANNELS,
                "residual": False,
                "activation": "relu",
                "project_activation": "none",
            }
        ],
        "head": {"in_channels": CHANNELS, "out_channels": width, "activation": "relu"},
        "feature_width": width,
    }
    write_model(file, card, tensors)
    return file


def write_tiny_photos(folder: Path, count: int) -> Path:
    """In folders of 1,000, which are their labels."""
    random = np.random.default_rng(2)
    originals = folder.parent / f"{folder.name}-originals"
    originals.mkdir()
    for index in range(min(-(-count // IN_A_ROW), DIFFERENT)):
        pixels = random.integers(0, 256, (SIDE_PX, SIDE_PX, 3), np.uint8)
        Image.fromarray(pixels).save(originals / f"{index}.jpg", quality=50)
    for index in range(count):
        if index % 1000 == 0:
            (folder / f"label-{index // 1000:05}").mkdir(parents=True)
        original = originals / f"{index // IN_A_ROW % DIFFERENT}.jpg"
        os.link(original, folder / f"label-{index // 1000:05}" / f"photo-{index:09}.jpg")
    return folder
