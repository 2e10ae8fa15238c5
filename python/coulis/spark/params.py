"""Options of a run as Params of a pyspark.ml stage."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyspark.ml.param import Param, Params, TypeConverters

from coulis.keywords import Option

CONVERTERS = {
    "flag": TypeConverters.toBoolean,
    "integer": TypeConverters.toInt,
    "share": TypeConverters.toFloat,
    "text": TypeConverters.toString,
    "word": TypeConverters.toString,
}


def param_of(option: Option) -> str:
    """max-pixels -> maxPixels. The options of a PCA stage drop their "pca-"."""
    first, *others = option.name.removeprefix("pca-").split("-")
    return first + "".join(word.capitalize() for word in others)


def add_params(stage: type[Params], options: Iterable[Option]) -> None:
    for option in options:
        name = param_of(option)
        setattr(stage, name, Param(Params._dummy(), name, option.help, CONVERTERS[option.type]))


def defaults_of(options: Iterable[Option]) -> dict[str, Any]:
    return {param_of(option): option.default for option in options}


def read_params(stage: Params, options: Iterable[Option]) -> dict[str, Any]:
    """The values of Params by keyword."""
    return {option.keyword: stage.getOrDefault(param_of(option)) for option in options}
