"""For spark-submit: the flags and exit codes of `coulis run`; prints one JSON object."""

from __future__ import annotations

import argparse
import json
import logging
import sys
from collections.abc import Callable
from typing import Any

from pyspark.sql import SparkSession

from coulis import _core
from coulis.keywords import Option
from coulis.options import OPTIONS
from coulis.spark.job import run

RUN_FAILED = 1  # as in the exit codes of the command


def main() -> int:
    arguments = parse_arguments()
    logging.basicConfig(format="coulis: %(message)s", level=logging.INFO, stream=sys.stderr)
    for noisy in ("py4j", "pyspark"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    builder = SparkSession.builder.appName(f"coulis {arguments['input']}")
    spark = builder.config("spark.python.daemon.module", "coulis.spark.daemon").getOrCreate()
    try:
        print(json.dumps(run(spark, **arguments)))
    except (_core.Error, ImportError) as error:
        print(f"coulis: error: {error}", getattr(error, "remedy", ""), sep="\n", file=sys.stderr)
        return int(getattr(error, "code", RUN_FAILED))
    finally:
        spark.stop()
    return 0


def parse_arguments() -> dict[str, Any]:
    """Only the given options: `coulis run` has the defaults."""
    parser = argparse.ArgumentParser(prog="coulis_job.py", description=__doc__, argument_default=argparse.SUPPRESS)
    parser.add_argument("input", metavar="INPUT")
    parser.add_argument("output", metavar="OUTPUT")
    parser.add_argument("--pca", help="project with this pca_model.safetensors")
    for option in OPTIONS:
        add_argument(parser, option)
    return vars(parser.parse_args())


def add_argument(parser: argparse.ArgumentParser, option: Option) -> None:
    flags = ["-k", "--components"] if option.name == "k" else [f"--{option.name}"]
    text = option.help.replace("%", "%%")
    if option.type == "flag":
        parser.add_argument(*flags, dest=option.keyword, action="store_true", help=text)
    elif option.type == "list":
        parser.add_argument(*flags, dest=option.keyword, action="append", help=text)
    else:
        converters: dict[str, Callable[[str], Any]] = {"integer": int, "share": parse_share}
        convert = converters.get(option.type, str)
        parser.add_argument(*flags, dest=option.keyword, type=convert, help=text)


def parse_share(text: str) -> float:
    return float(text.removesuffix("%")) / 100 if text.endswith("%") else float(text)


if __name__ == "__main__":
    sys.exit(main())
