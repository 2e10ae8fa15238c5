"""Feature rows to fit a PCA to: real photos through ONNX Runtime, and seeded matrices."""

from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

SHARED = Path(__file__).parents[4] / "shared"
PHOTOS = 400


@pytest.fixture(autouse=True)
def one_blas_thread():
    """scikit-learn's BLAS threads spin while other tests run beside them."""
    with threadpool_limits(1):
        yield


def features_of_photos(model: Path, photos: list[Path]) -> np.ndarray:
    onnxruntime = pytest.importorskip("onnxruntime")
    image = pytest.importorskip("PIL.Image")
    session = onnxruntime.InferenceSession(str(model), providers=["CPUExecutionProvider"])
    name = session.get_inputs()[0].name
    rows = []
    for photo in photos:
        pixels = np.asarray(image.open(photo).convert("RGB").resize((224, 224)), np.float32)
        pixels = (pixels / 127.5 - 1).transpose(2, 0, 1)[np.newaxis]  # [1, 3, 224, 224]
        rows.append(session.run(None, {name: np.ascontiguousarray(pixels)})[0][0])
    return np.stack(rows)


@pytest.fixture(scope="module")
def photo_features(request: pytest.FixtureRequest) -> np.ndarray:
    """[400, 1280] float32, kept in pytest's cache."""
    model = SHARED / "models" / "mobilenetv2_from_int8_fp32.onnx"
    photos = sorted((SHARED / "fruits-360" / "Test").rglob("*.jpg"))
    if not model.is_file() or len(photos) < PHOTOS:
        pytest.skip("../shared has no model or no photos: no real features to compare on")
    cached = request.config.cache.mkdir("coulis") / f"mobilenetv2_from_int8_fp32_{PHOTOS}.npy"
    if not cached.is_file():
        np.save(cached, features_of_photos(model, photos[:: len(photos) // PHOTOS][:PHOTOS]))
    return np.load(cached)


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
