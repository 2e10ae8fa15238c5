"""Every coulis-emr command of docs/emr.md is one that the command understands, and every verb is in it."""

import re
import shlex
from pathlib import Path

import pytest
from coulis_emr.arguments import deployment_of, job_of, parse_arguments
from coulis_emr.steps import make_spark_submit

GUIDE = (Path(__file__).parents[2] / "docs/emr.md").read_text()
COMMANDS = re.findall(r"^coulis-emr (.+?)(?: > \S+)?$", GUIDE, re.MULTILINE)


@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_of_the_guide_is_understood(command: str) -> None:
    arguments = parse_arguments(shlex.split(command))
    if arguments.verb in ("up", "template"):
        deployment_of(arguments)


def test_the_guide_shows_every_verb() -> None:
    verbs = {command.split()[0] for command in COMMANDS}
    assert verbs == {"kit", "template", "up", "run", "status", "logs", "clone", "down"}


def test_the_step_that_the_guide_shows_is_the_one_that_is_sent() -> None:
    [run] = [command for command in COMMANDS if command.startswith("run j-")]
    submit = make_spark_submit("s3://my-bucket/coulis", job_of(parse_arguments(shlex.split(run))))
    assert shlex.join(submit) in GUIDE.splitlines()
