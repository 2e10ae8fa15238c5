"""coulis._job, which is linked to the libarrow of one pyarrow: says so in words where another one is installed."""

import re
from importlib import import_module
from importlib.metadata import version

import pyarrow  # noqa: F401  its libarrow is the one that _job then finds

try:
    job = import_module("coulis._job")
except ImportError as error:
    missing = re.search(r"lib(?:arrow|parquet)\w*\.so\.(\d+)(\d\d)\b", str(error))
    if missing is None:
        raise
    wanted = f"{missing[1]}.{int(missing[2])}"
    both = f"coulis is linked to pyarrow {wanted} and finds pyarrow {version('pyarrow')}"
    raise ImportError(f"{both}: pip install 'pyarrow=={wanted}.*'") from error
