"""Feature rows to fit a PCA to: real photos through ONNX Runtime, and seeded matrices."""

import numpy as np
import pytest
from originals import published_model
from originals.photos import read_all_twice
from threadpoolctl import threadpool_limits


@pytest.fixture(autouse=True)
def one_blas_thread():
    """scikit-learn's BLAS threads spin while other tests run beside them."""
    with threadpool_limits(1):
        yield


@pytest.fixture(scope="module")
def photo_features() -> np.ndarray:
    """[384, 1280] float32, by ONNX Runtime."""
    return published_model.features(read_all_twice())


def low_rank_rows(rows: int, columns: int, seed: int = 0) -> np.ndarray:
    """[rows, columns] float32: ten strong directions of different strength, an offset, and a little noise."""
    rng = np.random.default_rng(seed)
    rank = min(10, rows, columns)
    strengths = 0.7 ** np.arange(rank)
    signal = rng.standard_normal((rows, rank)) * strengths @ rng.standard_normal((rank, columns)) / np.sqrt(rank)
    noise = 1e-3 * rng.standard_normal((rows, columns))
    return (signal + noise + rng.uniform(0, 1, columns)).astype(np.float32)


@pytest.fixture
def make_low_rank_rows():
    return low_rank_rows
