"""A part in a process of its own, for tasks that have failed twice: a photo that kills its process is found.

A process that ends without an answer has died. Then another one tries the photos one by one; it says when it is ready
and when each is done, so that the task, which lives, knows the photo. One with which two processes have died is given
up: a row of the errors table.

    python -m coulis.spark.part_process FILE      the order, as JSON
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from coulis import _job
from coulis.spark.task_errors import RUN_FAILED, make_error

DEATHS = 2  # of one photo; the first may be an accident
ACCIDENTS = 3  # deaths for which no photo is to blame
STEP = b"."  # the model is loaded; a photo is done


@dataclass(frozen=True)
class Ended:
    answered: bool
    result: Any
    photos_done: int
    cause: str


def featurize_apart(keywords: dict[str, Any], settings: str, number: int, arguments: list[Any]) -> Any:
    """As PartFeaturizer.featurize()."""
    order = {"keywords": keywords, "settings": settings, "number": number, "arguments": arguments}
    given_up: dict[int, str] = {}
    accidents = 0
    while True:
        ended = run_process({**order, "given_up": list(given_up.items())})
        if ended.answered:
            return ended.result
        found = find_deadly_photos(order, given_up)
        given_up |= found
        accidents += not found
        if accidents == ACCIDENTS:
            message = f"{ACCIDENTS} processes died ({ended.cause}), and with none of its photos alone"
            raise make_error(message, "give executors more memory, or use smaller parts", RUN_FAILED)


def find_deadly_photos(order: dict[str, Any], given_up: dict[int, str]) -> dict[int, str]:
    """Photos of the part by index, and how the processes died that tried them."""
    found: dict[int, str] = {}
    first = deaths = 0
    while True:
        left_out = list((given_up | found).items())
        ended = run_process({**order, "given_up": left_out, "first": first})
        if ended.answered:
            return found
        deaths = 1 if ended.photos_done else deaths + 1
        first += ended.photos_done
        if deaths == DEATHS:
            found[first] = f"{DEATHS} processes died that worked on it ({ended.cause})"
            first, deaths = first + 1, 0


def run_process(order: dict[str, Any]) -> Ended:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.NamedTemporaryFile("w", prefix="coulis-part-", suffix=".json") as file:
        json.dump(order, file)
        file.flush()
        command = [sys.executable, "-m", "coulis.spark.part_process", file.name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            said = process.stdout.read()
    steps, _, line = said.partition(b"\n")
    answer = json.loads(line) if line else {}
    cause = name_cause(process.returncode)
    if "error" in answer:
        raise make_error(**answer["error"])
    if not steps:
        raise make_error(
            f"a process for it ended before it had begun ({cause})", "see the log of this worker", RUN_FAILED
        )
    return Ended("result" in answer, answer.get("result"), len(steps) - 1, cause)


def name_cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def end_with_parent() -> None:
    """The other end of stdin is open as long as the task lives: Spark kills a task that another copy has overtaken."""
    os.read(0, 1)
    os._exit(1)


def take_step() -> None:
    os.write(1, STEP)


def carry_out(order: dict[str, Any]) -> Any:
    featurizer = _job.PartFeaturizer(order["keywords"], order["settings"])
    take_step()
    fingerprint, images = order["arguments"]
    given_up = [tuple(pair) for pair in order["given_up"]]
    if "first" not in order:
        return featurizer.featurize(order["number"], fingerprint, images, given_up)
    return featurizer.try_images(order["number"], images, order["first"], given_up, take_step)


def main() -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    order = json.loads(Path(sys.argv[1]).read_text())
    try:
        answer = {"result": carry_out(order)}
    except Exception as error:
        remedy, code = getattr(error, "remedy", ""), getattr(error, "code", RUN_FAILED)
        answer = {"error": {"message": str(error), "remedy": remedy, "code": code}}
    sys.stdout.write("\n" + json.dumps(answer))


if __name__ == "__main__":
    main()
