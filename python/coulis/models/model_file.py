"""The coulis model file: a card and tensors in safetensors, and the one error that importers raise."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from coulis.models import safetensors

Array = npt.NDArray[Any]
Card = dict[str, Any]
FORMAT = "coulis-model-1"


class ModelError(Exception):
    """A source that cannot be imported. Message: the cause, without a final stop; remedy: what to do, may be empty."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(message)
        self.remedy = remedy


@dataclass(frozen=True)
class Imported:
    """What an importer makes: the card without its source, and the tensors under our names."""

    card: Card
    tensors: Mapping[str, Array]


def write_model(target: Path, card: Card, tensors: Mapping[str, Array]) -> None:
    safetensors.write(target, tensors, {"format": FORMAT, "card": json.dumps(card, separators=(",", ":"))})
