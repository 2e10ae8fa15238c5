"""coulis: photos to image features, a PCA and a report.

>>> features = coulis.featurize("photos/")
>>> rows = coulis.PCA(n_components=50).fit_transform(features)
>>> result = coulis.open("results/")  # what `coulis run photos/ results/` has written

docs/python.md is the guide.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from coulis._core import Error, __version__
    from coulis.features import BadPhoto, Features
    from coulis.job import run
    from coulis.output import Output
    from coulis.output import open_output as open
    from coulis.packing import pack
    from coulis.pca import PCA
    from coulis.photos import Featurizer, featurize

__all__ = [
    "PCA",
    "BadPhoto",
    "Error",
    "Features",
    "Featurizer",
    "Output",
    "__version__",
    "featurize",
    "open",
    "pack",
    "run",
]

_PLACES = {  # module, name there
    "BadPhoto": ("features", "BadPhoto"),
    "Error": ("_core", "Error"),
    "Features": ("features", "Features"),
    "Featurizer": ("photos", "Featurizer"),
    "Output": ("output", "Output"),
    "PCA": ("pca", "PCA"),
    "__version__": ("_core", "__version__"),
    "featurize": ("photos", "featurize"),
    "open": ("output", "open_output"),
    "pack": ("packing", "pack"),
    "run": ("job", "run"),
}


def __getattr__(name: str) -> Any:
    """Imports at first use: coulis.models and Spark's workers need none of these, and only PCA needs scikit-learn."""
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module, there = _PLACES[name]
    return getattr(import_module(f"coulis.{module}"), there)


def __dir__() -> list[str]:
    """For completion, which must list the names before their first use."""
    return sorted({*globals(), *__all__})
