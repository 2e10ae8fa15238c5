"""What is said, and what is asked: results on stdout, everything else on stderr."""

from __future__ import annotations

import json
import sys
import time
from collections.abc import Callable, Collection
from typing import Any

from coulis_emr.options import UsageError

POLL_S = 15.0


def hand_over(result: str) -> None:
    print(result)


def hand_over_json(value: dict[str, Any]) -> None:
    print(json.dumps(value, indent=2))


def say(text: str) -> None:
    print(text, file=sys.stderr)


def ask(question: str, yes: bool) -> bool:
    if yes:
        return True
    if not sys.stdin.isatty():
        raise UsageError("nobody is there to answer: say --yes")
    print(f"{question} [y/N] ", end="", file=sys.stderr, flush=True)
    return sys.stdin.readline().strip().lower() in ("y", "yes")


def wait_for(what: str, read_state: Callable[[], str], ends: Collection[str], minutes: float) -> str:
    """The state, once it is one of the ends or the time is over. Says each state once."""
    give_up = time.monotonic() + minutes * 60
    said = ""
    while True:
        state = read_state()
        if state != said:
            say(f"{what}: {state}")
            said = state
        if state in ends or time.monotonic() >= give_up:
            return state
        time.sleep(min(POLL_S, max(0.0, give_up - time.monotonic())))
