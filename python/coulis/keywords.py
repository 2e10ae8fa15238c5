"""Options of a run as keywords of a function: for help(), and to refuse unknown ones."""

from __future__ import annotations

import inspect
import os
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
R = TypeVar("R")


@dataclass(frozen=True)
class Option:
    """One option: `name` is the flag without its dashes, `affects` what a change recomputes in a finished OUTPUT."""

    name: str
    type: str  # "flag", "integer", "list", "share", "text", "word"
    help: str
    affects: str  # "features", "photos", "pca", "tables", "report", "nothing"
    group: str
    default: Any
    choices: tuple[str, ...] = ()

    @property
    def keyword(self) -> str:
        return self.name.replace("-", "_")


def takes(options: Iterable[Option]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """For a function with **keywords: its signature lists them, and an unknown one raises TypeError."""
    added = [
        inspect.Parameter(option.keyword, inspect.Parameter.KEYWORD_ONLY, default=option.default) for option in options
    ]

    def decorate(function: Callable[P, R]) -> Callable[P, R]:
        signature = inspect.signature(function)
        own = [one for one in signature.parameters.values() if one.kind is not inspect.Parameter.VAR_KEYWORD]
        names = {one.name for one in own}
        whole = signature.replace(parameters=[*own, *(one for one in added if one.name not in names)])

        @wraps(function)
        def checked(*args: P.args, **keywords: P.kwargs) -> R:
            for name in keywords:
                if name not in whole.parameters:
                    raise TypeError(f"{function.__name__}() got an unexpected keyword argument {name!r}")
            return function(*args, **keywords)

        checked.__signature__ = whole  # type: ignore[attr-defined]
        return checked

    return decorate


def to_native(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """As the extension takes them: a path as str, one glob as a list of one. Drops None: the option is not given."""
    native = {name: value for name, value in keywords.items() if value is not None}
    for name, value in native.items():
        if isinstance(value, os.PathLike):
            native[name] = os.fspath(value)
        elif name in ("include", "exclude"):
            native[name] = [value] if isinstance(value, str) else list(value)
    return native
