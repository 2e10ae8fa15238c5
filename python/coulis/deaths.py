"""work: the result of an order, even if the process that works on it dies. Finds a photo that kills it.

A process that ends without an answer has died. Then another process tries the photos of the part one by one. It says
when it has begun and when each photo is done, so that the fatal photo is known. A photo with which two processes have
died is given up: it becomes a row of the errors table.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from coulis.program import Died, Programs, make_error, to_name
from coulis.task_results import is_of_features, make_failure

DEATHS = 2  # with one photo; the first may be an accident
ACCIDENTS = 3  # deaths that no photo has caused
REMEDY_OF_ACCIDENTS = "give the workers of the cluster more memory, or make parts smaller with images-per-part"

PROGRAMS = Programs()  # kept for this process's next task, with the model loaded


@dataclass(frozen=True)
class Attempt:
    """What a process should do. given_up: photos by index, and why. first: try the photos one by one from there on."""

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
    cause: str = ""


def work(shared: bytes, order: bytes, *, model: str | None = None, threads: int = 1) -> bytes:
    """In a task: the result of an order. `model`: the path of the model file here, if it differs from the order's."""
    attempt = Attempt(shared, order, model, threads)
    accidents = 0
    while True:
        ended = carry_out(attempt)
        if ended.result is not None:
            return ended.result
        found = find_deadly_photos(attempt) if is_of_features(order) else {}
        if isinstance(found, bytes):
            return found
        attempt = replace(attempt, given_up=attempt.given_up | found)
        accidents += not found
        if accidents == ACCIDENTS:
            message = f"{ACCIDENTS} processes died ({ended.cause}), but none of its photos alone kills one"
            return make_failure(order, make_error(1, message, REMEDY_OF_ACCIDENTS))


def find_deadly_photos(attempt: Attempt) -> dict[int, str] | bytes:
    """The part's fatal photos by index, with how the processes died; or an error."""
    found: dict[int, str] = {}
    first = deaths = 0
    while True:
        ended = carry_out(replace(attempt, given_up=attempt.given_up | found, first=first))
        if ended.result is not None:
            return ended.result or found
        deaths = 1 if ended.photos_done else deaths + 1
        first += ended.photos_done
        if deaths == DEATHS:
            found[first] = f"{DEATHS} processes that worked on it died ({ended.cause})"
            first, deaths = first + 1, 0


def carry_out(attempt: Attempt) -> Ended:
    fields = {
        "shared": len(attempt.shared),
        "model": None if attempt.model is None else to_name(attempt.model),
        "threads": attempt.threads,
        "given_up": list(attempt.given_up.items()),
    }
    if attempt.first is not None:
        fields["first"] = attempt.first
    said = 0
    with PROGRAMS.one() as program:
        try:
            for frame in program.ask(
                "work" if attempt.first is None else "try", attempt.shared, attempt.order, **fields
            ):
                said += frame.header["answer"] in ("begun", "tried")
        except Died as died:
            if said == 0:
                message = f"the process of this part ended before it began to work ({died})"
                return Ended(make_failure(attempt.order, RuntimeError(message)), 0)
            return Ended(None, said - 1, str(died))
    return Ended(frame.payload, said)
