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
    """A source that cannot be imported. Message: the cause, without a full stop. remedy: what to do; may be empty."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


class MissingPackageError(ModelError):
    """The source may be good, but a package to read it is not installed."""


@dataclass(frozen=True)
class Imported:
    """The result of an importer: the card without its source, and the tensors under our names."""

    card: Card
    tensors: Mapping[str, Array]


def write_model(target: Path, card: Card, tensors: Mapping[str, Array]) -> Card:
    """Writes the file only if the engine can read it. -> the card as the engine reads it."""
    if target.suffix != SUFFIX:
        raise ModelError(f"{target} does not end in {SUFFIX}", "give the model file that extension, or omit its name")
    temporary = target.with_name(f".{target.stem}-{os.getpid()}{SUFFIX}")
    try:
        safetensors.write(temporary, tensors, {"format": FORMAT, "card": json.dumps(card, separators=(",", ":"))})
        read_card: Card = _core.read_card(str(temporary))
        temporary.replace(target)
    except OSError as error:
        raise ModelError(f"{target} cannot be written: {error.strerror}") from error
    except _core.Error as error:
        raise ModelError(f"the engine cannot read the model: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return read_card
