"""What Pillow makes of a file, and what coulis does, in a form to compare."""

import io
import warnings

import numpy as np
import pillow_heif
import pillow_jxl  # noqa: F401  registers itself
from coulis import _core
from PIL import Image, ImageOps

pillow_heif.register_heif_opener()


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


def difference(want: np.ndarray, got: np.ndarray | str, bound: int = 0) -> str | None:
    if isinstance(got, str):
        return f"refused as {got}"
    if want.shape != got.shape:
        return f"{got.shape} instead of {want.shape}"
    most = np.abs(want.astype(int) - got).max()
    if most > bound:
        return f"differs by up to {most} in {(want != got).mean():.2%} of the samples"
    return None
