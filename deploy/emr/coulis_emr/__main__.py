"""coulis-emr: reads the command line, calls a verb, turns what goes wrong into one sentence and an exit status."""

from __future__ import annotations

import json
import sys
from argparse import Namespace
from pathlib import Path

from botocore.exceptions import BotoCoreError, ClientError

from coulis_emr import cluster, serverless
from coulis_emr.arguments import deployment_of, parse_arguments
from coulis_emr.cloudformation import make_application_template, make_cluster_template
from coulis_emr.kit import list_platforms, make_kit
from coulis_emr.options import Deployment, UsageError
from coulis_emr.policies import Places, fill_policy, list_policies
from coulis_emr.terminal import hand_over_json, say

FAILED, USAGE, AWS_FAILED, INTERRUPTED = 1, 2, 5, 130  # as coulis's own


def main(argv: list[str] | None = None) -> int:
    try:
        return execute(parse_arguments(sys.argv[1:] if argv is None else argv))
    except UsageError as error:
        say(f"coulis-emr: {error}")
        return USAGE
    except ClientError as error:
        say(f"coulis-emr: {describe_refusal(error)}")
        return AWS_FAILED
    except BotoCoreError as error:
        say(f"coulis-emr: {error}")
        return AWS_FAILED
    except KeyboardInterrupt:
        say("coulis-emr: interrupted. What was started goes on: see `coulis-emr status`")
        return INTERRUPTED


def describe_refusal(error: ClientError) -> str:
    """The first line only: after a wrong signature AWS repeats the request, session token included."""
    message = error.response["Error"].get("Message", "").partition("\n")[0]
    return f"AWS refused {error.operation_name}: {error.response['Error']['Code']}: {message}"


def execute(arguments: Namespace) -> int:
    if arguments.verb == "kit":
        platforms = arguments.platform or list_platforms(arguments.graviton)
        make_kit(arguments.wheel, arguments.also, arguments.folder, platforms, arguments.model)
        return 0
    if arguments.verb == "template":
        return template(arguments)
    door = serverless if is_serverless(arguments) else cluster
    verb = getattr(door, arguments.verb)
    return int(verb(arguments))


def is_serverless(arguments: Namespace) -> bool:
    return arguments.serverless if arguments.verb == "up" else not arguments.id.startswith("j-")


def template(arguments: Namespace) -> int:
    deployment = deployment_of(arguments)
    places = Places(arguments.input, arguments.output)
    if arguments.what == "cluster":
        hand_over_json(make_cluster_template(deployment, places))
    elif arguments.what == "serverless":
        hand_over_json(make_application_template(deployment, places))
    elif not (arguments.folder and arguments.region and arguments.account):
        raise UsageError("template policies: needs a FOLDER, --region and --account")
    else:
        places = Places(arguments.input, arguments.output, arguments.region, arguments.account)
        write_policies(deployment, places, arguments.folder)
    return 0


def write_policies(deployment: Deployment, places: Places, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name in list_policies():
        file = folder / f"{name}.json"
        file.write_text(json.dumps(fill_policy(name, deployment, places), indent=2) + "\n")
        say(str(file))


if __name__ == "__main__":
    sys.exit(main())
