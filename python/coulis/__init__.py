"""coulis: photos to image features, a PCA and a report."""

from importlib import import_module
from typing import Any

_PLACES = {"_job": ("linked_job", "job")}  # module, name there


def __getattr__(name: str) -> Any:
    """At first use."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _PLACES[name]
    return getattr(import_module(f"coulis.{module}"), there)
