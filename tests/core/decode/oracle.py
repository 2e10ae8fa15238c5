"""What Pillow makes of a file, and what coulis does, in a form to compare."""

import io
import warnings

import numpy as np
from coulis import _core
from PIL import Image, ImageOps


def pillow(data: bytes, turned: bool = False) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # about transparency that convert("RGB") drops
        with Image.open(io.BytesIO(data)) as image:
            return np.asarray((ImageOps.exif_transpose(image) if turned else image).convert("RGB"))


def outcome(data: bytes, **options) -> np.ndarray | str:
    """The pixels, or the code of the failure."""
    try:
        return _core.decode(data, **options)
    except _core.DecodeFailure as failure:
        code, message = failure.args
        assert message
        return code


def difference(want: np.ndarray, got: np.ndarray | str) -> str | None:
    if isinstance(got, str):
        return f"refused as {got}"
    if want.shape != got.shape:
        return f"{got.shape} instead of {want.shape}"
    if not np.array_equal(want, got):
        return f"differs by up to {np.abs(want.astype(int) - got).max()} in {(want != got).mean():.2%} of the samples"
    return None
