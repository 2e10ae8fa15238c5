"""A tuned PCA in Spark MLlib, as a long-lived process: local[2], with vectors made inside the JVM.

    python benchmarks/rivals/mllib_pca.py PARQUET_FOLDER K OUTPUT

Starts its session and prints {"version"}. Then, for each line on stdin: Parquet files -> array_to_vector -> cache ->
fit -> project -> Parquet, and prints {"fit_s", "whole_s", "components" [1280][k], "explained" [k]}.
"""

from __future__ import annotations

import json
import os
import sys
import time
from typing import Any

CORES = 2


def fit_and_project(spark: Any, folder: str, k: int, output: str) -> dict[str, Any]:
    from pyspark.ml.feature import PCA
    from pyspark.ml.functions import array_to_vector

    start = time.perf_counter()
    table = spark.read.parquet(folder).select("path", "label", array_to_vector("features").alias("vector")).cache()
    model = PCA(k=k, inputCol="vector", outputCol="pca").fit(table)
    fit_s = time.perf_counter() - start
    model.transform(table).select("path", "label", "pca").write.mode("overwrite").parquet(output)
    whole_s = time.perf_counter() - start
    table.unpersist(blocking=True)
    explained = model.explainedVariance.toArray().tolist()
    return {"fit_s": fit_s, "whole_s": whole_s, "components": model.pc.toArray().tolist(), "explained": explained}


def main() -> None:
    folder, k, output = sys.argv[1:]
    answers = os.fdopen(os.dup(1), "w")  # Spark prints to stdout too
    os.dup2(2, 1)
    os.environ["PYSPARK_PYTHON"] = sys.executable
    import pyspark
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.master(f"local[{CORES}]").config("spark.driver.memory", "4g")
    quiet = {"spark.ui.enabled": "false", "spark.ui.showConsoleProgress": "false"}
    spark = builder.config(map=quiet).getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    print(json.dumps({"version": pyspark.__version__}), file=answers, flush=True)
    for _ in sys.stdin:
        print(json.dumps(fit_and_project(spark, folder, int(k), output)), file=answers, flush=True)
    spark.stop()


if __name__ == "__main__":
    main()
