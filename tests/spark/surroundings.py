"""What the processes that Spark starts find in their environment; set once, as pytest may import a conftest twice."""

import os
import sys
import tempfile
from pathlib import Path

from cli.command import REPOSITORY

PYTHON_PATHS = [str(REPOSITORY / "build" / "release" / "python"), str(REPOSITORY / "tests")]

# The environment of Spark's Python workers, which import what the driver imports.
os.environ["PYTHONPATH"] = os.pathsep.join([*PYTHON_PATHS, os.environ.get("PYTHONPATH", "")])
os.environ["PYSPARK_PYTHON"] = os.environ["PYSPARK_DRIVER_PYTHON"] = sys.executable
os.environ["SPARK_LOCAL_IP"] = "127.0.0.1"
# Of buckets; the processes that Spark starts look there too. test_bucket writes the file.
CREDENTIALS = Path(tempfile.mkdtemp(prefix="coulis-spark-")) / "credentials"
os.environ["AWS_SHARED_CREDENTIALS_FILE"] = str(CREDENTIALS)
# A test is over before the second compiler of the JVM has made better code.
os.environ["JAVA_TOOL_OPTIONS"] = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
