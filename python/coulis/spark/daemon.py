"""The process that Python workers are forked from, as Spark's own: spark.python.daemon.module = coulis.spark.daemon.

Spark imports PySpark from zips, which have no compiled files: Python compiles 0.4 s long. If the same PySpark is also
installed, this takes the installed one, and a run begins that much sooner.
"""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path
from runpy import run_module
from zipimport import zipimporter

VERSION = "pyspark/version.py"


def installed_first(path: list[str]) -> list[str]:
    """Spark's zips last, if an installed PySpark has their version."""
    zips = [entry for entry in path if entry.endswith(".zip") and Path(entry).name.startswith(("pyspark", "py4j"))]
    others = [entry for entry in path if entry not in zips]
    installed = next((file for entry in others if (file := Path(entry, VERSION)).is_file()), None)
    if installed is not None and installed.read_bytes() == version_in(zips):
        return others + zips
    return path


def version_in(zips: list[str]) -> bytes:
    for name in zips:
        with suppress(ImportError, OSError):  # not a zip, or one without the file
            return zipimporter(name).get_data(VERSION)
    return b""


if __name__ == "__main__":
    sys.path[:] = installed_first(sys.path)
    run_module("pyspark.daemon", run_name="__main__")
