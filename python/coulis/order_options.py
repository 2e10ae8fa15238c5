"""to_options: keywords of a function as the options of an order (docs/protocol.md)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from coulis.keywords import to_native
from coulis.options import OPTIONS
from coulis.program import make_error, to_name

TYPES = {option.keyword: option.type for option in OPTIONS} | {"shard_bytes": "integer", "resize": "integer"}


def to_options(keywords: Mapping[str, Any]) -> dict[str, Any]:
    """The options as in an order: texts by flag. Raises coulis.Error for an unknown name or a value of the wrong
    type."""
    options = {}
    for name, value in to_native(keywords).items():
        if name not in TYPES:
            raise make_error(2, f"there is no option {name}", "the options are the command's flags, with '_' for '-'")
        try:
            options[name.replace("_", "-")] = WRITERS[TYPES[name]](value)
        except (TypeError, ValueError):
            raise make_error(2, f"{name} is of the wrong type", "see help(coulis.run)") from None
    return options


def write_flag(value: Any) -> str:
    if type(value).__name__ not in ("bool", "bool_"):  # NumPy's too
        raise TypeError
    return "true" if value else "false"


WRITERS: dict[str, Callable[[Any], Any]] = {
    "flag": write_flag,
    "integer": lambda value: str(operator.index(value)),
    "list": lambda value: [to_name(one) for one in value],
    "share": lambda value: repr(float(value)),
    "text": to_name,
    "word": to_name,
}
