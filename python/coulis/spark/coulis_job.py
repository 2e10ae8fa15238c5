"""For spark-submit: the flags and exit codes of `coulis run`; prints one JSON object."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from typing import Any

from pyspark.sql import SparkSession

from coulis import _core
from coulis.spark.job import run


def main() -> int:
    arguments = parse_arguments()
    logging.basicConfig(format="coulis: %(message)s", level=logging.INFO, stream=sys.stderr)
    for noisy in ("py4j", "pyspark"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    spark = SparkSession.builder.appName(f"coulis {arguments['input']}").getOrCreate()
    try:
        print(json.dumps(run(spark, **arguments)))
    except _core.Error as error:
        print(f"coulis: error: {error}", error.remedy, sep="\n", file=sys.stderr)
        return int(error.code)
    finally:
        spark.stop()
    return 0


def parse_arguments() -> dict[str, Any]:
    """Only what was given: the defaults are those of `coulis run`."""
    parser = argparse.ArgumentParser(prog="coulis_job.py", description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("-k", "--components", dest="k", type=int)
    parser.add_argument("--pca", help="project through this pca_model.safetensors")
    for name in (
        "model",
        "precision",
        "on-bad",
        "compression",
        "label-regex",
        "pca-convention",
        "csv-separator",
        "csv-formulas",
    ):
        parser.add_argument(f"--{name}")
    for name in ("endpoint-url", "region", "addressing"):
        parser.add_argument(f"--{name}")
    for name in ("images-per-part", "label-level", "max-pixels"):
        parser.add_argument(f"--{name}", type=int)
    for name in ("max-bad", "variance"):
        parser.add_argument(f"--{name}", type=parse_share)
    for name in ("include", "exclude"):
        parser.add_argument(f"--{name}", action="append")
    for name in ("fresh", "exif-orientation", "no-thumbnails", "no-sign-request", "request-payer"):
        parser.add_argument(f"--{name}", action="store_true")
    return vars(parser.parse_args())


def parse_share(text: str) -> float:
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)


if __name__ == "__main__":
    sys.exit(main())
