"""coulis on Spark: features and PCA as steps of a pyspark.ml pipeline, and the whole run as tasks: docs/spark.md.

Needs the same wheel on all machines, and no jar.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from coulis.spark.packages import check_packages

if TYPE_CHECKING:
    from coulis.spark.featurizer import ImageFeaturizer
    from coulis.spark.job import run
    from coulis.spark.packing import pack
    from coulis.spark.pca import PCA, PCAModel

__all__ = ["PCA", "ImageFeaturizer", "PCAModel", "pack", "run"]

_MODULES = {"ImageFeaturizer": "featurizer", "PCA": "pca", "PCAModel": "pca", "pack": "packing", "run": "job"}


def __getattr__(name: str) -> Any:
    """Imports at first use: a worker imports only the functions of its tasks, without pyspark.ml."""
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    check_packages()
    return getattr(import_module(f"coulis.spark.{_MODULES[name]}"), name)
