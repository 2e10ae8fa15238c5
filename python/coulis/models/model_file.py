"""The coulis model file: a card and tensors in safetensors, and the one error that importers raise."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

import coulis._core as _core
from coulis.models import safetensors

Array = npt.NDArray[Any]
Card = dict[str, Any]
FORMAT = "coulis-model-1"
SUFFIX = ".safetensors"


class ModelError(Exception):
    """A source that cannot be imported. Message: the cause, without a final stop; remedy: what to do, may be empty."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class MissingPackageError(ModelError):
    """Nothing is wrong with the source, but a package to read it is not installed."""


@dataclass(frozen=True)
class Imported:
    """What an importer makes: the card without its source, and the tensors under our names."""

    card: Card
    tensors: Mapping[str, Array]


def write_model(target: Path, card: Card, tensors: Mapping[str, Array]) -> Card:
    """Whole, and read by the engine, or not at all. -> the card as the engine reads it."""
    if target.suffix != SUFFIX:
        raise ModelError(f"{target} does not end in {SUFFIX}", "name the model file so, or leave the name out")
    temporary = target.with_name(f".{target.stem}-{os.getpid()}{SUFFIX}")
    try:
        safetensors.write(temporary, tensors, {"format": FORMAT, "card": json.dumps(card, separators=(",", ":"))})
        read_card: Card = _core.read_card(str(temporary))
        temporary.replace(target)
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror}") from error
    except _core.Error as error:
        raise ModelError(f"the engine would not read the model: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return read_card
