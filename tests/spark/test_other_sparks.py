"""Both doors on executors of their own, through Spark Connect, and on PySpark 3.5: each in a process of its own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from cli.command import REPOSITORY, differing, rows_by_path
from spark.cluster import MASTER, make_spark_home
from tolerance import assert_same_components, assert_within, pca_bounds

PYTHON_35 = REPOSITORY / ".venv-spark35" / "bin" / "python"
PYTHON_CONNECT = REPOSITORY / ".venv-connect" / "bin" / "python"  # the other's protobuf is too new for PySpark's
MODEL = REPOSITORY / "models" / "mobilenet_v2_1.0_224.safetensors"


def run_both_doors(where: str, photos: Path, folder: Path, python: str = sys.executable, **environment: str) -> dict:
    model = folder / "model.safetensors"
    model.write_bytes(MODEL.read_bytes())
    script = Path(__file__).with_name("both_doors.py")
    variables = {**os.environ, "PYSPARK_PYTHON": python, "PYSPARK_DRIVER_PYTHON": python, **environment}
    done = subprocess.run(
        [python, script, where, photos, folder, model], capture_output=True, text=True, env=variables, timeout=900
    )
    assert done.returncode == 0, done.stderr[-5000:]
    return json.loads((folder / "result.json").read_text())


def assert_as_the_command(result: dict, output: Path, finished: Path) -> None:
    assert differing(output, finished) == []
    rows = rows_by_path(finished)
    expected = {path: np.array(row[-1], np.float32).tobytes() for path, row in rows.items()}
    for features in (result["features"], result["features_of_paths"]):
        assert {path: np.array(row, np.float32).tobytes() for path, row in features.items()} == expected
    assert result["statuses"] == ["ok"]
    matrix = np.array([row[-1] for row in rows.values()], np.float64)
    _, vectors = np.linalg.eigh(np.cov(matrix, rowvar=False))
    components = vectors[:, ::-1][:, :5].T
    bounds = pca_bounds(matrix, 5)
    components *= assert_same_components(result["components"], components, bounds)[:, None]
    projected = (matrix - matrix.mean(axis=0)) @ components.T
    assert_within([result["pca"][path] for path in rows], projected, bounds.projected)


def test_executors_of_their_own_give_the_output_of_the_command(photos, finished, tmp_path):
    result = run_both_doors(MASTER, photos, tmp_path, SPARK_HOME=str(make_spark_home(tmp_path / "spark")))
    assert_as_the_command(result, tmp_path / "job", finished)


def test_spark_connect_gives_the_output_of_the_command(photos, finished, tmp_path):
    if not PYTHON_CONNECT.exists():
        pytest.skip(".venv-connect is missing: docs/spark.md says how to make it")
    result = run_both_doors("connect", photos, tmp_path, str(PYTHON_CONNECT))
    assert_as_the_command(result, tmp_path / "job", finished)


def test_pyspark_3_5_gives_the_output_of_the_command(photos, finished, tmp_path):
    if not PYTHON_35.exists():
        pytest.skip(".venv-spark35 is missing: docs/spark.md says how to make it")
    result = run_both_doors("local[2]", photos, tmp_path, str(PYTHON_35))
    assert result["version"].startswith("3.5.")
    assert_as_the_command(result, tmp_path / "job", finished)
