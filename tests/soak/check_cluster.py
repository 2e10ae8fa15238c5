"""kill -9 of executors and Python workers while coulis.spark.run works on a Spark cluster, with speculation."""

import tempfile
from pathlib import Path

import spark.conftest  # noqa: F401  the environment of Spark's processes
from cli.command import ALL_PHOTOS, PHOTOS
from soak.row import Row, Skip
from spark.cluster import MASTER, SPECULATION, Cluster
from spark.cluster_kills import KILLS_AT_ONCE, KilledRuns

RUNS = 30


def check() -> Row:
    try:
        import pyspark
    except ImportError as e:
        raise Skip("pyspark is not installed") from e
    with tempfile.TemporaryDirectory() as temporary:
        folder = Path(temporary)
        with Cluster(folder, SPECULATION) as cluster:
            runs = KilledRuns(cluster, PHOTOS, folder, seed=11)
            for number in range(RUNS):
                runs.run(1 + number % KILLS_AT_ONCE)
    assert len(runs.kills) >= RUNS, f"only {len(runs.kills)} processes were killed"
    return Row(
        "cluster",
        f"kill -9 of executors and Python workers at random moments of `coulis.spark.run` on {MASTER}, PySpark"
        f" {pyspark.__version__}: {len(ALL_PHOTOS)} photos in {runs.job.parts} parts, with speculation, every fifth"
        " task held up at first",
        f"{RUNS} runs, {len(runs.kills)} kills: {runs.tally()}",
        f"0 rows; {RUNS} of {RUNS} runs ended with the bytes of `coulis run`: features, PCA, tables",
        "make soak CHECKS=cluster",
    )
