"""Both doors of coulis.spark on the Spark of this Python: both_doors.py MASTER|connect PHOTOS OUTPUT MODEL

Runs the job into OUTPUT/job, and writes what the other door gives as OUTPUT/result.json.
"""

import json
import shutil
import sys
from pathlib import Path

import coulis
from coulis.spark import PCA, ImageFeaturizer, coulis_job, run
from pyspark.ml import Pipeline
from pyspark.sql import SparkSession


def start_session(where: str) -> SparkSession:
    builder = SparkSession.builder.appName("coulis tests")
    settings = {"spark.ui.enabled": "false", "spark.driver.host": "127.0.0.1", "spark.sql.shuffle.partitions": "2"}
    if where == "connect":
        return builder.remote("local[2]").getOrCreate()
    settings["spark.python.daemon.module"] = "coulis.spark.daemon"
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.master(where).getOrCreate()


def send_file(spark: SparkSession, file: str) -> None:
    if hasattr(spark, "addArtifacts") and not isinstance(spark, SparkSession):
        spark.addArtifacts(file, file=True)
    else:
        spark.sparkContext.addFile(file)


def check_tables(photos: str, output: str) -> None:
    """With the pyarrow of this Python, which may be the oldest that is supported."""
    opened, features = coulis.open(output), coulis.featurize(photos)
    assert (opened.matrix() == features.values).all() and opened.paths == features.paths
    assert features.to_arrow()["features"].to_pylist() == opened.features.to_table()["features"].to_pylist()
    assert opened.errors.num_rows == 0


def main(where: str, photos: str, output: str, model: str) -> None:
    spark = start_session(where)
    if where == "connect":
        run(spark, photos, f"{output}/job", k=5, images_per_part=4)
    else:
        sys.argv = ["coulis_job.py", photos, f"{output}/job", "-k", "5", "--images-per-part", "4"]
        assert coulis_job.main() == 0  # takes the session that there is, and stops it
        spark = start_session(where)

    check_tables(photos, f"{output}/job")
    files = spark.read.format("binaryFile").option("recursiveFileLookup", "true").load(f"file://{photos}")
    pipeline = Pipeline(stages=[ImageFeaturizer(inputCol="content", statusCol="status", keepInput=False), PCA(k=5)])
    fitted = pipeline.fit(files)
    rows = fitted.transform(files).select("path", "features", "status", "pca").collect()

    here = Path(output, "model_of_the_driver")  # the workers find what was sent under the same name, and this no more
    here.mkdir()
    shutil.copy(model, here)
    send_file(spark, model)
    features = ImageFeaturizer(model=str(here / Path(model).name)).transform(files.select("path"))
    shutil.rmtree(here)
    by_path = {row.path: row.features for row in features.collect()}
    result = {
        "version": spark.version,
        "features": {row.path.removeprefix("file:"): row.features for row in rows},
        "features_of_paths": {path.removeprefix("file:"): values for path, values in by_path.items()},
        "statuses": sorted({row.status for row in rows}),
        "pca": {row.path.removeprefix("file:"): row.pca for row in rows},
        "components": fitted.stages[1].pca.components.tolist(),
    }
    Path(output, "result.json").write_text(json.dumps(result))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
