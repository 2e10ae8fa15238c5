"""coulis models import: a published model -> a coulis model file. The source's content decides its kind."""

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

from coulis.models.arguments import INTERRUPTED, RUN_FAILED, USAGE, make_parser, print_error
from coulis.models.catalogue import Package, find_package, find_published
from coulis.models.describe import Wishes
from coulis.models.model_file import SUFFIX, Card, Imported, MissingPackageError, ModelError, write_model

AGAIN = "download or export the model again"
MAX_SOURCE_BYTES = 1 << 30  # the limit of the reader of model files
MEMORY_BYTES = 8 << 30  # of address space, for a source that claims to be larger than it is


def import_model(source: Path, target: Path | None, wishes: Wishes) -> tuple[Path, Card]:
    """-> where the model file is, and its card."""
    if package := find_package(str(source)):
        source = find_package_file(package)
    data = read_source(source)
    sha256 = hashlib.sha256(data).hexdigest()
    imported = choose_importer(data, wishes)(data, sha256, source, wishes)
    name = str(imported.card["name"])
    if not re.fullmatch(r"[\w.+-]+", name):
        raise ModelError(f"'{name}' is not a valid name for a model", "give --name with letters, digits and . + - _")
    published = find_published(sha256)
    publisher = f"{published.publisher}, " if published else ""
    output = imported.card.get("output", "the classifier is left out")
    card = {**imported.card, "source": f"{publisher}{source.name}, sha256 {sha256}; {output}"}
    target = target or Path(name + SUFFIX)
    return target, write_model(target, card, imported.tensors)


def read_source(source: Path) -> bytes:
    try:
        if source.exists() and not source.is_file() and not source.is_dir():
            raise ModelError(f"{source} is a pipe or a device, not a file", "write it to a file first")
        if source.stat().st_size > MAX_SOURCE_BYTES:
            raise ModelError(f"{source} is larger than a model file may be")
        return source.read_bytes()
    except OSError as error:
        raise ModelError(f"{source} cannot be read: {error.strerror}") from error


def find_package_file(package: Package) -> Path:
    """Finds the package without importing it."""
    spec = importlib.util.find_spec(package.module)
    if spec is None or not spec.submodule_search_locations:
        name = package.module.replace("_", "-")
        raise MissingPackageError(f"the Python package {name} is not installed", f"pip install {name}")
    return Path(spec.submodule_search_locations[0]) / package.file


Importer = Callable[[bytes, str, Path, Wishes], Imported]  # content, its sha256, where it is


def choose_importer(data: bytes, wishes: Wishes) -> Importer:
    importer = find_importer(data)
    if (wishes.cut or wishes.whole) and importer.__name__ != "read_onnx":
        raise ModelError(
            "--cut and --whole are for ONNX files: for others, the classifier is always removed", "remove the flag"
        )
    return importer


def find_importer(data: bytes) -> Importer:
    """Decides by magic bytes; ONNX has none and is the default. Loads only the packages of the chosen importer."""
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
            "the file is a zip archive: only .pth files from before PyTorch 1.6 are supported",
            "export the model to ONNX and import that",
        )
    from coulis.models.from_onnx import read_onnx

    return read_onnx


def execute(arguments: argparse.Namespace) -> int:
    fields = {name: getattr(arguments, name) for name in Wishes.__dataclass_fields__}
    try:
        target, card = import_model(Path(arguments.source), arguments.target, Wishes(**fields))
    except ModelError as error:
        print_error(str(error), error.remedy)
        return USAGE if isinstance(error, MissingPackageError) else RUN_FAILED
    except ModuleNotFoundError as error:
        print_error(f"importing this needs the Python package {error.name}", "pip install 'coulis[models]'")
        return USAGE
    except MemoryError:
        print_error(f"{arguments.source} needs more memory than any model: it is damaged or malicious", AGAIN)
        return RUN_FAILED
    except Exception as error:  # readers raise any exception for damaged files
        print_error(f"{arguments.source} is damaged: {error}", AGAIN)
        return RUN_FAILED
    print_result(target, card, arguments.json)
    return 0


def print_result(target: Path, card: Card, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"file": str(target), **card}))
        return
    print(target)
    print(f"{card['title']} (licence: {card['licence']})")
    print(f"{card['feature_width']} features, {card['preprocessing']}")
    print(f"sha256 {card['sha256']}")


def run_apart(work: Callable[[], int]) -> int:
    """In a process of its own with limited memory: readers of HDF5 and protobuf are C, and a file may crash them."""
    child = os.fork()
    if child == 0:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        code = work()
        sys.stdout.flush()
        os._exit(code)
    _, status = os.waitpid(child, 0)
    if os.WIFSIGNALED(status):
        name = signal.Signals(os.WTERMSIG(status)).name
        print_error(f"the file made its reader crash ({name}): it is damaged or malicious", AGAIN)
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
