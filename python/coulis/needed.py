"""import_pyarrow: the user's pyarrow, or a helpful ImportError."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def import_pyarrow(what: str, *modules: str) -> Any:
    """pyarrow, with its `modules` imported. what: the feature that needs it, for the error."""
    try:
        for name in ("pyarrow", *(f"pyarrow.{module}" for module in modules)):
            import_module(name)
        return import_module("pyarrow")
    except ImportError as error:
        raise ImportError(f"{what} needs pyarrow 14 or later: pip install 'coulis[arrow]' ({error})") from error
