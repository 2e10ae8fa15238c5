"""check_packages: checks the packages that PySpark's mapInArrow needs before any task runs."""

from __future__ import annotations

import re


def check_packages() -> None:
    """On the driver. Raises ImportError for a package that is missing, or too old for this PySpark."""
    try:
        from pyspark.sql.pandas import utils
    except ImportError as error:
        raise ImportError(f"coulis.spark needs PySpark: pip install 'coulis[spark]' ({error})") from error
    for package in ("numpy", "pyarrow", "pandas"):  # pandas, although no row passes through it
        require = getattr(utils, f"require_minimum_{package}_version", None)  # for NumPy since 4.0
        try:
            if require is not None:
                require()
        except ImportError as error:
            said = re.sub(r"^\[\w+\] ", "", str(error)).rstrip(".")
            raise ImportError(f"PySpark needs {package} for coulis: {said}: pip install 'coulis[spark]'") from error
