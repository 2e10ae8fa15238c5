"""The image's only step on a clean Debian 12, without Docker; then coulis, Spark and Jupyter in it."""

import os
import shutil
import tempfile
from pathlib import Path

from deploy.clean_root import check_image
from soak.row import Row, Skip


def check() -> Row:
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise Skip("needs root and mmdebstrap")
    folder = Path(tempfile.mkdtemp(prefix="coulis-image-"))
    try:
        check_image(folder)
    finally:
        shutil.rmtree(folder)
    return Row(
        "image",
        "deploy/docker/install.sh on a clean Debian 12, then coulis on 192 photos, Spark and Jupyter",
        "1",
        "nothing",
        "make soak CHECKS=image",
    )
