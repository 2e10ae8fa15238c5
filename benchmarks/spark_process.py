"""coulis.spark.run in a session of its own, on local[2]: once from the start of Spark, then again in the warm session.

spark_process.py PHOTOS OUTPUT IMAGES_PER_PART    writes OUTPUT/first and OUTPUT/warm, prints one JSON object
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path
from typing import Any


def main(photos: str, output: str, images_per_part: str) -> None:
    start = time.perf_counter()
    from coulis.spark import run
    from pyspark.sql import SparkSession

    builder = SparkSession.builder.appName("coulis").master("local[2]")
    for name in ("spark.ui.enabled", "spark.ui.showConsoleProgress"):
        builder = builder.config(name, "false")
    builder = builder.config("spark.python.daemon.module", "coulis.spark.daemon")  # as docs/spark.md says
    spark = builder.getOrCreate()
    spark.sparkContext.setLogLevel("ERROR")
    session_s = time.perf_counter() - start

    def run_once(name: str) -> dict[str, Any]:
        begin = time.perf_counter()
        summary = run(spark, photos, str(Path(output) / name), images_per_part=int(images_per_part))
        return {**summary, "run_s": time.perf_counter() - begin}

    print(json.dumps({"session_s": session_s, "first": run_once("first"), "warm": run_once("warm")}))
    spark.stop()


if __name__ == "__main__":
    main(*sys.argv[1:])
