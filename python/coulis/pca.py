"""PCA: the PCA of `coulis run` as an estimator of scikit-learn."""

from __future__ import annotations

import os
from numbers import Integral, Real
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from coulis import _core
from coulis.options import DEFAULTS

try:
    from sklearn.base import BaseEstimator, ClassNamePrefixFeaturesOutMixin, TransformerMixin
    from sklearn.utils.validation import check_array, check_is_fitted, validate_data
except ImportError as error:
    raise ImportError("coulis.PCA is an estimator of scikit-learn 1.6 or later: pip install scikit-learn") from error


DEFAULT_K: int = DEFAULTS["k"]


class PCA(ClassNamePrefixFeaturesOutMixin, TransformerMixin, BaseEstimator):  # type: ignore[misc]
    """Principal components with the arithmetic of `coulis run`: the same rows in the same order give the same bits.

    It adds rows up in float64, 1,024 at a time, and takes the eigenvectors of the covariance. So it needs 8 d^2 bytes
    of memory, not a copy of the rows. The components are those of sklearn.decomposition.PCA, with their signs: the
    largest loading of a component is positive.

    n_components: an int, or a float below 1 for the fewest that explain that share of the variance, or None for all.
        A number above min(n, d) is lowered to it; scikit-learn would refuse it.
    convention: "centred" subtracts the mean when it projects, as scikit-learn does; "spark" does not, like MLlib.
    whiten: as in scikit-learn, divides each component by its standard deviation (n - 1), with either convention.

    Attributes after fit, as in scikit-learn, in float64: components_ [k, d], explained_variance_ [k],
    explained_variance_ratio_ [k], singular_values_ [k], mean_ [d], noise_variance_; n_components_, n_samples_,
    n_features_in_. transform() gives float64 [n, k].
    """

    def __init__(
        self, n_components: int | float | None = DEFAULT_K, *, convention: str = "centred", whiten: bool = False
    ) -> None:
        self.n_components = n_components
        self.convention = convention
        self.whiten = whiten

    def fit(self, X: ArrayLike, y: object = None) -> PCA:
        """X: [n, d], at least two rows; converts other types than float32 and float64 to float64. Ignores y."""
        rows = validate_data(self, X, dtype=[np.float64, np.float32], order="C", ensure_min_samples=2)
        k, share = read_components(self.n_components, min(rows.shape))
        projection: dict[str, Any] = {"pca_convention": self.convention, "pca_whiten": self.whiten}
        self._adopt(_core.fit_pca(rows, k=k, variance=share, **projection))
        return self

    def transform(self, X: ArrayLike) -> Any:
        """[n, d] -> [n, k], or as set_output() asks."""
        check_is_fitted(self)
        return self._pca.project(validate_data(self, X, dtype=[np.float64, np.float32], order="C", reset=False))

    def inverse_transform(self, X: ArrayLike) -> NDArray[np.float64]:
        """[n, k] -> [n, d]: the points in the space that the components span."""
        check_is_fitted(self)
        projected = check_array(X, input_name="X", dtype=np.float64)
        if self._pca.projection["whiten"]:
            projected = projected * np.maximum(np.sqrt(self.explained_variance_), np.finfo(float).eps)
        centred = self._pca.projection["convention"] == "centred"
        origin = np.zeros(self.n_components_) if centred else self.mean_ @ self.components_.T
        points: NDArray[np.float64] = (projected - origin) @ self.components_ + self.mean_
        return points

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write a pca_model.safetensors, for `coulis project --pca` and coulis.run(pca=...)."""
        check_is_fitted(self)
        Path(path).write_bytes(self._pca.to_safetensors())

    @classmethod
    def load(cls, path: str | os.PathLike[str]) -> PCA:
        """Load the pca_model.safetensors of an OUTPUT, or a file of save(). Raises coulis.Error for another file."""
        if Path(path).exists() and not Path(path).is_file():  # never wait for a pipe
            raise OSError(f"{os.fspath(path)} is not a file: name the pca_model.safetensors of an OUTPUT")
        return cls.from_bytes(Path(path).read_bytes())

    @classmethod
    def from_bytes(cls, data: bytes) -> PCA:
        """As load(), from the file's content."""
        pca = _core.Pca.from_safetensors(data)
        estimator = cls(pca.k, **pca.projection)
        estimator.n_features_in_ = len(pca.mean)
        estimator._adopt(pca)
        return estimator

    def _adopt(self, pca: Any) -> None:
        left_over = min(pca.count, len(pca.mean)) - pca.k
        noise = pca.total_variance - pca.explained_variance.sum()
        self._pca = pca
        self.components_: NDArray[np.float64] = pca.components
        self.explained_variance_: NDArray[np.float64] = pca.explained_variance
        self.explained_variance_ratio_: NDArray[np.float64] = pca.explained_variance_ratio
        self.singular_values_: NDArray[np.float64] = np.sqrt(pca.explained_variance * max(pca.count - 1, 0))
        self.mean_: NDArray[np.float64] = pca.mean
        self.n_components_: int = pca.k
        self.n_samples_: int = pca.count
        self.noise_variance_: float = max(float(noise), 0.0) / left_over if left_over > 0 else 0.0

    @property
    def _n_features_out(self) -> int:
        return self.n_components_


def read_components(asked: object, most: int) -> tuple[int, float]:
    """The number of components, and the share of the variance to explain instead, or 0."""
    if asked is None:
        return most, 0.0
    if isinstance(asked, Integral) and not isinstance(asked, bool) and int(asked) >= 1:
        return min(int(asked), most), 0.0
    if isinstance(asked, Real) and not isinstance(asked, Integral) and 0 < float(asked) < 1:
        return most, float(asked)
    raise ValueError(f"n_components is {asked!r}: it must be an int of 1 or more, a float between 0 and 1, or None")
