"""The `spark` convention against pyspark.ml.feature.PCA."""

import sys

import numpy as np
import pytest
from coulis import _core
from tolerance import assert_same_components, assert_within, pca_bounds


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

    ours = _core.fit_pca(rows, k=k, pca_convention="spark")
    components = model.pc.toArray().T  # [k, d]
    bounds = pca_bounds(rows, k, "spark")
    signs = assert_same_components(ours.components, components, bounds)
    assert_within(ours.project(rows) * signs, theirs, bounds.projected)
    assert_within(ours.explained_variance_ratio, model.explainedVariance.toArray(), bounds.ratio)
