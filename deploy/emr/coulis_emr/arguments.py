"""The command line."""

from __future__ import annotations

import argparse
from dataclasses import fields
from pathlib import Path

from coulis_emr.kit import SPARK_ASKS_FOR
from coulis_emr.options import Deployment, check
from coulis_emr.steps import Job

WAIT_MINUTES = 240.0
TERMINATION_MINUTES = 5.0

DESCRIPTION = (
    "coulis on Amazon EMR. Results go to stdout, everything else to stderr; "
    "credentials come from where the AWS CLI has them."
)


def parse_arguments(argv: list[str]) -> argparse.Namespace:
    """What follows `--` is for coulis_job.py."""
    cut = argv.index("--") if "--" in argv else len(argv)
    arguments = make_parser().parse_args(argv[:cut])
    arguments.extra = tuple(argv[cut + 1 :])
    if arguments.extra and arguments.verb != "run":
        make_parser().error("only `run` hands on what follows --")
    return arguments


def make_parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="coulis-emr", description=DESCRIPTION)
    verbs = parser.add_subparsers(dest="verb", required=True, metavar="VERB")

    kit = verbs.add_parser("kit", help="gather wheels, job and bootstrap script in a folder, to be copied to S3")
    kit.add_argument("wheel", type=Path, help="coulis's wheel, built for Amazon Linux 2023 (manylinux_2_34 or older)")
    kit.add_argument("folder", type=Path, help="the kit's folder; run again with --graviton for both architectures")
    kit.add_argument("--graviton", action="store_true", help="wheels for 64-bit ARM")
    kit.add_argument("--platform", action="append", help="pip's platform tag instead of Amazon Linux 2023's")
    kit.add_argument(
        "--also",
        nargs="*",
        default=list(SPARK_ASKS_FOR),
        metavar="REQUIREMENT",
        help="other packages (default pandas and pyarrow)",
    )
    kit.add_argument("--model", type=Path, action="append", default=[], help="a model file beside the built-in one")

    template = verbs.add_parser("template", help="print a CloudFormation template, or write the IAM policies")
    template.add_argument("what", choices=("cluster", "serverless", "policies"))
    template.add_argument("folder", type=Path, nargs="?", help="where the policies go")
    template.add_argument("--input", required=True, metavar="S3URI", help="the photos")
    template.add_argument("--output", required=True, metavar="S3URI", help="the results")
    template.add_argument("--account", help="twelve digits, for the policies")
    add_region(template)
    add_deployment(template)

    up = verbs.add_parser("up", help="estimate the cost, then start a cluster; prints its id")
    add_start(up)
    add_deployment(up)
    up.add_argument("--serverless", action="store_true", help="an application of EMR Serverless instead")

    run = verbs.add_parser("run", help="run coulis on a cluster or application; prints the step's or job's id")
    add_id(run)
    run.add_argument("input", help="s3://BUCKET/PREFIX with photos")
    run.add_argument("output", help="s3://BUCKET/PREFIX for results")
    size = run.add_mutually_exclusive_group()
    size.add_argument("-k", type=int, default=50, help="principal components (default 50)")
    size.add_argument("--variance", type=float, help="as many components as explain this share")
    run.add_argument("--model", help="the name of a file in the kit's models/")
    run.add_argument("--kit", help="another kit than the one it was made with")
    run.add_argument("--role", help="serverless: the ARN of the job's role")
    add_wait(run)

    status = verbs.add_parser("status", help="state, steps, cost so far")
    add_id(status)
    add_prices(status)

    logs = verbs.add_parser("logs", help="fetch the logs of steps or jobs from S3")
    add_id(logs)
    logs.add_argument("step", nargs="?", help="one step or job (default: all)")
    logs.add_argument("--to", type=Path, metavar="FOLDER", help="write files instead of printing")
    logs.add_argument("--kit", help="look below this kit's logs/")

    clone = verbs.add_parser("clone", help="start another one like it, be it running or ended")
    add_id(clone)
    clone.add_argument("--name")
    clone.add_argument("--idle-minutes", type=int, default=60, help="where the old one has no such limit (default 60)")
    add_start(clone, region=False)

    down = verbs.add_parser("down", help="end it; says what it cost")
    add_id(down)
    add_prices(down)
    down.add_argument("--yes", action="store_true", help="do not ask")
    down.add_argument(
        "--wait", type=float, default=TERMINATION_MINUTES, metavar="MINUTES", help="for the end (default 5)"
    )
    return parser


def add_id(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("id", help="a cluster (j-...) or a serverless application (00...)")
    add_region(parser)


def add_region(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--region", help="default: as the AWS CLI")


def add_prices(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--prices", type=Path, metavar="FILE", help="a table of prices like prices.json")


def add_wait(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--wait", type=float, nargs="?", const=WAIT_MINUTES, metavar="MINUTES", help="until it is done (at most 240)"
    )


def add_start(parser: argparse.ArgumentParser, region: bool = True) -> None:
    if region:
        add_region(parser)
    add_prices(parser)
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument("--dry-run", action="store_true", help="print the request, send nothing")
    add_wait(parser)


def add_deployment(parser: argparse.ArgumentParser) -> None:
    default = Deployment(kit="")
    parser.add_argument("--kit", required=True, metavar="S3URI", help="s3://BUCKET/PREFIX, where the kit was copied")
    parser.add_argument("--name", default=default.name)
    parser.add_argument("--release", default=default.release, help="7 (Spark 3.5), 8 (Spark 4.0) or an EMR label")
    parser.add_argument("--instance-type", metavar="TYPE", help="4 GB of memory for each vCPU (default m5.xlarge)")
    parser.add_argument("--graviton", action="store_true", help="64-bit ARM: m7g.xlarge unless a type is given")
    parser.add_argument("--workers", type=int, default=default.workers, help="beside the primary node (default 2)")
    parser.add_argument("--max-workers", type=int, metavar="N", help="managed scaling, up to N workers")
    parser.add_argument("--spot", action="store_true", help="spot instances for all workers but the first")
    parser.add_argument("--idle-minutes", type=int, default=default.idle_minutes, help="then it ends (default 60)")
    parser.add_argument("--notebooks-bucket", metavar="BUCKET", help="JupyterHub keeps its notebooks there (EMR 7)")
    parser.add_argument("--subnet", help="a subnet with a way to S3; it needs no other")
    parser.add_argument("--key-pair", metavar="NAME", help="for SSH (default: none)")
    parser.add_argument("--service-role", default=default.service_role, metavar="NAME")
    parser.add_argument("--instance-profile", default=default.instance_profile, metavar="NAME")


def deployment_of(arguments: argparse.Namespace) -> Deployment:
    deployment = Deployment(**{field.name: getattr(arguments, field.name) for field in fields(Deployment)})
    check(deployment)
    return deployment


def job_of(arguments: argparse.Namespace) -> Job:
    return Job(**{field.name: getattr(arguments, field.name) for field in fields(Job)})
