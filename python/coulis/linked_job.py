"""coulis._job, which is linked to the libraries of one pyarrow, wherever that is installed; says so where it is not."""

import ctypes
import re
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from types import ModuleType

import pyarrow  # its libarrow is the one that _job then finds

LIBRARY = re.compile(r"lib(?:arrow|parquet)\w*\.so\.(\d+)(\d\d)\b")


def import_job() -> ModuleType:
    """A library that is in the process is not looked for: one that pyarrow has not loaded yet is loaded from there."""
    loaded = set()
    while True:
        try:
            return import_module("coulis._job")
        except ImportError as error:
            missing = LIBRARY.search(str(error))
            if missing is None:
                raise
            library = Path(pyarrow.__file__).with_name(missing[0])
            if library in loaded or not library.exists():
                raise ImportError(explain(missing)) from error
        ctypes.CDLL(str(library))
        loaded.add(library)


def explain(missing: re.Match[str]) -> str:
    wanted, found = f"{missing[1]}.{int(missing[2])}", version("pyarrow")
    remedy = f"pip install 'pyarrow=={wanted}.*'"
    if not found.startswith(f"{wanted}."):
        return f"coulis is linked to pyarrow {wanted} and finds pyarrow {found}: {remedy}"
    place = Path(pyarrow.__file__).parent
    return f"coulis needs {missing[0]} of pyarrow's wheel, which {place} does not have: {remedy} --force-reinstall"


job = import_job()
