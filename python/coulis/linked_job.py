"""coulis._job, which is linked to the libarrow of one pyarrow; where another one is installed, a sentence that says so."""

import re

import pyarrow

try:
    from coulis import _job as job  # type: ignore[attr-defined]
except ImportError as error:
    missing = re.search(r"lib(?:arrow|parquet)\w*\.so\.(\d+)(\d\d)\b", str(error))
    if missing is None:
        raise
    wanted = f"{missing[1]}.{int(missing[2])}"
    raise ImportError(
        f"coulis is linked to pyarrow {wanted}, and {pyarrow.__version__} is installed: pip install 'pyarrow=={wanted}.*'"
    ) from error

__all__ = ["job"]
