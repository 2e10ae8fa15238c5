"""A part in a process of its own, for orders that have failed twice: a photo that kills its process is found.

A process that ends without an answer has died. Then another one tries the photos one by one; it says when it is ready
and when each is done, so that the task, which lives, knows the photo. One with which two processes have died is given
up: a row of the errors table.

    python -m coulis.part_process FILE      an Attempt, pickled
"""

from __future__ import annotations

import os
import pickle
import signal
import subprocess
import sys
import tempfile
import threading
from dataclasses import dataclass, field, replace
from pathlib import Path

from coulis import _job

DEATHS = 2  # of one photo; the first may be an accident
ACCIDENTS = 3  # deaths for which no photo is to blame
STEP = b"."  # the model is loaded; a photo is done
REMEDY_OF_ACCIDENTS = "give the workers of the cluster more memory, or use smaller parts"


@dataclass(frozen=True)
class Attempt:
    """What one process is to do. given_up: photos by index, and why. first: try them one by one from there on."""

    shared: bytes
    order: bytes
    model: str | None
    threads: int
    given_up: dict[int, str] = field(default_factory=dict)
    first: int | None = None


@dataclass(frozen=True)
class Ended:
    result: bytes | None  # None: it died
    photos_done: int
    cause: str


def work_apart(shared: bytes, order: bytes, *, model: str | None = None, threads: int = 1) -> bytes:
    """As work(), of an order of features."""
    attempt = Attempt(shared, order, model, threads)
    accidents = 0
    while True:
        ended = run_process(attempt)
        if ended.result is not None:
            return ended.result
        found = find_deadly_photos(attempt)
        if isinstance(found, bytes):
            return found
        attempt = replace(attempt, given_up=attempt.given_up | found)
        accidents += not found
        if accidents == ACCIDENTS:
            message = f"{ACCIDENTS} processes died ({ended.cause}), and with none of its photos alone"
            return _job.make_failure(order, message, REMEDY_OF_ACCIDENTS, 1)


def find_deadly_photos(attempt: Attempt) -> dict[int, str] | bytes:
    """Photos of the part by index, and how the processes died that tried them; or an error."""
    found: dict[int, str] = {}
    first = deaths = 0
    while True:
        ended = run_process(replace(attempt, given_up=attempt.given_up | found, first=first))
        if ended.result is not None:
            return ended.result or found
        deaths = 1 if ended.photos_done else deaths + 1
        first += ended.photos_done
        if deaths == DEATHS:
            found[first] = f"{DEATHS} processes died that worked on it ({ended.cause})"
            first, deaths = first + 1, 0


def run_process(attempt: Attempt) -> Ended:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    with tempfile.NamedTemporaryFile(prefix="coulis-part-", suffix=".pickle") as file:
        pickle.dump(attempt, file)
        file.flush()
        command = [sys.executable, "-m", "coulis.part_process", file.name]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
            assert process.stdout is not None
            said = process.stdout.read()
    steps, answered, result = said.partition(b"\n")
    cause = name_cause(process.returncode)
    if not steps and not answered:
        message = f"a process for it ended before it had begun ({cause})"
        return Ended(_job.make_failure(attempt.order, message, "", 1), 0, cause)
    return Ended(result if answered else None, len(steps) - 1, cause)


def name_cause(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit code {code}"


def end_with_parent() -> None:
    """The other end of stdin is open as long as the task lives: a cluster kills tasks that others have overtaken."""
    os.read(0, 1)
    os._exit(1)


def take_step() -> None:
    os.write(1, STEP)


def carry_out(attempt: Attempt) -> bytes:
    worker = _job.TaskWorker(attempt.shared, attempt.model, attempt.threads)
    if error := worker.prepare(attempt.order):
        return error
    take_step()
    given_up = [_job.GivenUpImage(index, message) for index, message in attempt.given_up.items()]
    if attempt.first is None:
        return worker.work(attempt.order, given_up)
    return worker.try_images(attempt.order, attempt.first, given_up, take_step)


def main() -> None:
    threading.Thread(target=end_with_parent, daemon=True).start()
    attempt: Attempt = pickle.loads(Path(sys.argv[1]).read_bytes())
    os.write(1, b"\n" + carry_out(attempt))


if __name__ == "__main__":
    main()
