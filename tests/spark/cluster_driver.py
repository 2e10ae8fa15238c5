"""The driver of cluster.py, in a process of its own: cluster_driver.py SETTINGS (JSON)

Reads orders and gives answers, a line of JSON each: {"keywords": of coulis.spark.run, "environment": of the Python
workers, "slow": whether to hold up first attempts}, or {"restart": settings of a new session}.
"""

import json
import os
import sys
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from coulis.spark import job, run
from coulis.spark.part_tasks import Numbered, StageTasks
from pyspark import TaskContext
from pyspark.sql import SparkSession

HOLD_UP_S = 1.0


def start_session(settings: dict[str, str]) -> SparkSession:
    builder = SparkSession.builder.appName("coulis tests")
    for name, value in settings.items():
        builder = builder.config(name, value)
    return builder.getOrCreate()


@dataclass(frozen=True)
class SlowTasks(StageTasks):
    """Every fifth task is held up the first time, so that speculation starts a second copy beside it."""

    def work_on(self, orders: Iterable[Numbered]) -> Iterator[Numbered]:
        context = TaskContext.get()
        assert context is not None
        if context.attemptNumber() == 0 and context.partitionId() % 5 == 0:
            time.sleep(HOLD_UP_S)
        yield from super().work_on(orders)


def main() -> None:
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # whatever else is printed
    spark = start_session(json.loads(sys.argv[1]))
    original = dict(spark.sparkContext.environment)
    answers.write("{}\n")
    for line in sys.stdin:
        order = json.loads(line)
        if "restart" in order:
            spark.stop()
            spark = start_session(order["restart"])
            original = dict(spark.sparkContext.environment)
            answers.write("{}\n")
            continue
        spark.sparkContext.environment = {**original, **order["environment"]}
        job.StageTasks = SlowTasks if order["slow"] else StageTasks
        try:
            answer = {"summary": run(spark, **order["keywords"])}
        except Exception as error:
            answer = {"error": str(error), "code": getattr(error, "code", None), "remedy": getattr(error, "remedy", "")}
        answers.write(json.dumps(answer) + "\n")
    spark.stop()


if __name__ == "__main__":
    main()
