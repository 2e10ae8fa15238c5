"""The `spark` convention against pyspark.ml.feature.PCA."""

import os
import shutil
import sys

import numpy as np
import pytest
from coulis import _core

pytest.importorskip("pyspark", reason="pyspark is not installed: nothing to compare with")
if shutil.which("java") is None and "JAVA_HOME" not in os.environ:
    pytest.skip("no java: Spark cannot run", allow_module_level=True)


@pytest.fixture(scope="module")
def spark(tmp_path_factory):
    from pyspark.sql import SparkSession

    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYSPARK_PYTHON", sys.executable)
        patch.setenv("SPARK_LOCAL_IP", "127.0.0.1")
        session = (
            SparkSession.builder.master("local[1]")
            .config("spark.ui.enabled", "false")
            .config("spark.driver.host", "127.0.0.1")
            .config("spark.sql.shuffle.partitions", "1")
            .config("spark.sql.warehouse.dir", str(tmp_path_factory.mktemp("warehouse")))
            .getOrCreate()
        )
        yield session
        session.stop()


@pytest.mark.parametrize(("shape", "k"), [((60, 16), 5), ((300, 128), 8)])
def test_spark_finds_the_same_components_and_projects_without_the_mean(spark, make_low_rank_rows, shape, k):
    from pyspark.ml.feature import PCA
    from pyspark.ml.functions import array_to_vector, vector_to_array

    rows = make_low_rank_rows(*shape)
    frame = spark.createDataFrame([(row,) for row in rows.astype(np.float64).tolist()], "values array<double>")
    frame = frame.select(array_to_vector("values").alias("vector"))
    model = PCA(k=k, inputCol="vector", outputCol="pca").fit(frame)
    theirs = np.array([row[0] for row in model.transform(frame).select(vector_to_array("pca")).collect()])

    ours = _core.fit_pca(rows, k, convention="spark")
    components = model.pc.toArray().T  # [k, d]
    signs = np.sign(np.sum(ours.components * components, axis=1))
    np.testing.assert_allclose(ours.components * signs[:, None], components, rtol=0, atol=1e-7)
    np.testing.assert_allclose(ours.project(rows) * signs, theirs, rtol=0, atol=1e-6)
    np.testing.assert_allclose(ours.explained_variance_ratio, model.explainedVariance.toArray(), rtol=1e-9)
