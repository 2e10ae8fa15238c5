"""PCA and PCAModel against scikit-learn and MLlib, over any number of partitions."""

import numpy as np
import pytest
from cli.command import read_parts
from coulis import _core
from coulis.spark import PCA, ImageFeaturizer, PCAModel
from coulis.spark.moments import merge_by_tasks, sum_partitions
from sklearn import decomposition
from tolerance import EPS32, assert_same_components, assert_within, pca_bounds, whitened_bounds


def make_rows(count: int, width: int) -> np.ndarray:
    """[count, width] float32: six directions of clearly different strength, an offset, a little noise."""
    rng = np.random.default_rng(7)
    directions = np.linalg.qr(rng.standard_normal((width, 6)))[0].T
    signal = rng.standard_normal((count, 6)) * [8, 6, 4, 3, 2, 1] @ directions
    return (signal + 0.01 * rng.standard_normal((count, width)) + rng.uniform(0, 1, width)).astype(np.float32)


ROWS = make_rows(3000, 48)


@pytest.fixture(scope="module")
def frame(spark):
    rows = [(i, row) for i, row in enumerate(ROWS.tolist())]
    return spark.createDataFrame(rows, "id int, features array<float>").repartition(2, "id").cache()


def projected(model, frame) -> np.ndarray:
    return np.array([row.pca for row in model.transform(frame).orderBy("id").collect()])


def test_centred_is_the_pca_of_scikit_learn(frame):
    expected = decomposition.PCA(5, svd_solver="covariance_eigh").fit(ROWS.astype(np.float64))
    model = PCA(k=5).fit(frame)
    bounds = pca_bounds(ROWS, 5)
    signs = assert_same_components(model.pca.components, expected.components_, bounds)
    assert_within(model.pca.mean, expected.mean_, bounds.mean)
    assert_within(model.pca.explained_variance, expected.explained_variance_, bounds.variance)
    assert_within(model.pca.explained_variance_ratio, expected.explained_variance_ratio_, bounds.ratio)
    assert_within(projected(model, frame) * signs, expected.transform(ROWS.astype(np.float64)), bounds.projected)


def test_whitened_rows_are_those_of_scikit_learn(frame):
    theirs = decomposition.PCA(5, svd_solver="covariance_eigh", whiten=True).fit(ROWS.astype(np.float64))
    model = PCA(k=5, whiten=True).fit(frame)
    signs = assert_same_components(model.pca.components, theirs.components_, pca_bounds(ROWS, 5))
    expected = theirs.transform(ROWS.astype(np.float64))
    bound = whitened_bounds(ROWS, expected, theirs.explained_variance_)
    assert_within(projected(model, frame) * signs, expected, bound)


def test_spark_is_the_pca_of_mllib(frame):
    from pyspark.ml.feature import PCA as TheirPCA
    from pyspark.ml.functions import array_to_vector, vector_to_array

    vectors = frame.select("id", array_to_vector("features").alias("vector"))
    theirs = TheirPCA(k=5, inputCol="vector", outputCol="v").fit(vectors)
    their_rows = theirs.transform(vectors).orderBy("id").select(vector_to_array("v"))
    model = PCA(k=5, convention="spark").fit(frame)
    bounds = pca_bounds(ROWS, 5, "spark")
    signs = assert_same_components(model.pca.components, theirs.pc.toArray().T, bounds)
    assert_within(projected(model, frame) * signs, [row[0] for row in their_rows.collect()], bounds.projected)
    assert_within(model.pca.explained_variance_ratio, theirs.explainedVariance.toArray(), bounds.ratio)


def test_a_share_of_variance_takes_as_many_components_as_in_scikit_learn(frame):
    for share in (0.4, 0.9, 0.999):
        expected = decomposition.PCA(share, svd_solver="full").fit(ROWS.astype(np.float64))
        assert PCA(variance=share).fit(frame).pca.k == expected.n_components_


def test_any_number_of_partitions_gives_the_same_components(frame):
    one, bounds = PCA(k=5).fit(frame.coalesce(1)).pca, pca_bounds(ROWS, 5)
    for partitions in (2, 40):
        many = PCA(k=5).fit(frame.repartition(partitions, "id")).pca
        assert many.count == 3000
        assert set(assert_same_components(many.components, one.components, bounds)) == {1.0}
        assert_within(many.explained_variance, one.explained_variance, bounds.variance)


def test_the_same_partitions_give_the_same_bits(frame):
    assert len({PCA(k=5).fit(frame).pca.to_safetensors() for _ in range(3)}) == 1


def test_tasks_merge_32_partitions_at_a_time(spark, frame):
    sums = sum_partitions(spark.range(35, numPartitions=35).selectExpr("array(float(id), float(id * id)) as features"))
    rows = merge_by_tasks(sums).orderBy("number").collect()
    assert [row.number for row in rows] == [0, 1]
    assert [_core.Moments.from_bytes(bytes(row.result)).count for row in rows] == [32, 3]


def test_rows_that_are_null_do_not_count_and_stay_null(spark):
    rows = [(1.0, 2.0), (2.0, 1.0), (4.0, 5.0)]
    data = [(list(row),) for row in rows] + [(None,), (None,)]
    frame = spark.createDataFrame(data, "features array<float>").coalesce(1)
    model = PCA(k=1).fit(frame)
    expected = decomposition.PCA(1).fit(rows)
    found = [row.pca for row in model.transform(frame).collect()]
    assert found[3:] == [None, None]
    assert_within(np.abs(found[:3]), np.abs(expected.transform(rows)), pca_bounds(rows, 1).projected)
    all_null = model.transform(frame.where("features is null")).collect()
    assert [row.pca for row in all_null] == [None, None]


def test_what_cannot_be_fitted_says_why(spark, frame):
    with pytest.raises(TypeError, match=r"features is array<double>: it must be array<float>"):
        PCA().fit(frame.selectExpr("cast(features as array<double>) as features"))
    with pytest.raises(_core.Error, match="no feature row"):
        PCA().fit(frame.where("id < 0"))
    with pytest.raises(_core.Error, match="not finite"):
        PCA().fit(spark.sql("select array(float('nan'), float(1)) as features"))
    with pytest.raises(_core.Error, match="unknown PCA convention"):
        PCA(convention="sklearn").fit(frame)
    mixed = spark.sql("select explode(array(array(float(1)), array(float(1), float(2)))) as features")
    with pytest.raises(Exception, match=r"must have one width"):
        PCA().fit(mixed)


def test_photos_to_pca_is_a_pipeline_that_can_be_saved(spark, finished, tmp_path):
    from pyspark.ml import Pipeline, PipelineModel

    paths = read_parts(finished).column("path").to_pylist()
    frame = spark.createDataFrame(list(enumerate(paths)), "id int, path string")
    model = Pipeline(stages=[ImageFeaturizer(), PCA(k=5)]).fit(frame)
    folder = f"file://{tmp_path}/model"
    model.save(folder)
    loaded = PipelineModel.load(folder)
    assert isinstance(loaded.stages[1], PCAModel)
    assert loaded.stages[1].pca.to_safetensors() == model.stages[1].pca.to_safetensors()
    rows = projected(loaded, frame)
    assert rows.tobytes() == projected(model, frame).tobytes()
    in_file = np.array(read_parts(finished, "pca").column("pca").to_pylist())  # float32
    in_run = np.array(read_parts(finished).column("features").to_pylist())
    assert_within(rows, in_file, pca_bounds(in_run, 5).projected + EPS32 * np.abs(rows))


def test_an_estimator_can_be_saved_before_it_is_fitted(spark, tmp_path):
    from pyspark.ml import Pipeline

    Pipeline(stages=[ImageFeaturizer(inputCol="x"), PCA(variance=0.5, inputCol="y")]).save(f"file://{tmp_path}/p")
    featurizer, pca = Pipeline.load(f"file://{tmp_path}/p").getStages()
    assert featurizer.getInputCol() == "x"
    assert pca.getOrDefault("variance") == 0.5 and pca.getInputCol() == "y"
