"""coulis on Spark: features and PCA as steps of a pyspark.ml pipeline. Needs the same wheel on the driver and on every worker; no jar."""

from coulis.spark.featurizer import ImageFeaturizer
from coulis.spark.pca import PCA, PCAModel

__all__ = ["PCA", "ImageFeaturizer", "PCAModel"]
