"""Shared by the rivals in Python: a photo to its row with Pillow and ONNX Runtime, and rows to a Parquet file."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, BinaryIO

SIDE_PX = 224
WIDTH = 1280


def read_with_pillow(photo: Path | BinaryIO, draft: bool = False) -> Any:
    import numpy as np
    from PIL import Image

    with Image.open(photo) as image:
        if draft:
            image.draft("RGB", (2 * SIDE_PX, 2 * SIDE_PX))
        return np.asarray(image.convert("RGB").resize((SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC))


def read_with_draft(photo: Path | BinaryIO) -> Any:
    return read_with_pillow(photo, draft=True)


def read_with_pyvips(photo: Path | BinaryIO) -> Any:
    import pyvips

    return pyvips.Image.thumbnail(str(photo), SIDE_PX, height=SIDE_PX, size="force", no_rotate=True).numpy()[..., :3]


def read_with_opencv(photo: Path | BinaryIO) -> Any:
    import cv2

    cv2.setNumThreads(1)
    image = cv2.imread(str(photo), cv2.IMREAD_REDUCED_COLOR_4 | cv2.IMREAD_IGNORE_ORIENTATION)
    return cv2.resize(image, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)[..., ::-1]


def read_with_pillow_heif(photo: Path | BinaryIO) -> Any:
    import pillow_heif

    pillow_heif.register_heif_opener()
    return read_with_pillow(photo)


# A file -> uint8 [SIDE_PX, SIDE_PX, 3], by name.
READERS: dict[str, Callable[[Path | BinaryIO], Any]] = {
    "pillow": read_with_pillow,
    "draft": read_with_draft,
    "pyvips": read_with_pyvips,
    "opencv": read_with_opencv,
    "pillow_heif": read_with_pillow_heif,
}


class Featurizer:
    """One photo at a time on one thread, without spinning: ONNX Runtime's fastest mode on a CPU."""

    def __init__(self, model: Path, reader: str = "pillow") -> None:
        import numpy as np
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = options.inter_op_num_threads = 1
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        self.session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        self.name = self.session.get_inputs()[0].name
        self.read = READERS[reader]
        self.planes = np.empty((1, 3, SIDE_PX, SIDE_PX), np.float32)

    def featurize(self, photo: Path | BinaryIO) -> Any:
        """float32 [WIDTH]"""
        import numpy as np

        pixels = self.read(photo)
        np.divide(pixels.transpose(2, 0, 1), np.float32(127.5), out=self.planes[0])
        self.planes -= 1
        return self.session.run(None, {self.name: self.planes})[0][0]


def write_part(file: Path, paths: list[str], labels: list[str], rows: Any) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    features = pa.FixedSizeListArray.from_arrays(rows.ravel(), WIDTH)
    pq.write_table(pa.table({"path": paths, "label": labels, "features": features}), file)
