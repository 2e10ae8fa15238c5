"""A folder for clean Debians, where this machine can make some."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from soak.row import Skip


@contextmanager
def clean_folder(name: str) -> Iterator[Path]:
    """Gone at the end. Skips the check where there is no root or no mmdebstrap."""
    if os.geteuid() != 0 or shutil.which("mmdebstrap") is None:
        raise Skip("needs root and mmdebstrap")
    folder = Path(tempfile.mkdtemp(prefix=f"coulis-{name}-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder)
