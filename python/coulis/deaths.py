"""work: the result of an order, whatever becomes of the process that works on it. A photo that kills it is found.

A process that ends without an answer has died. Then another one tries the photos of the part one by one; it says when
it has begun and when each is done, so that the photo is known. One with which two processes have died is given up: a
row of the errors table.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from coulis.program import Died, Programs, make_error, to_name
from coulis.task_results import is_of_features, make_failure

DEATHS = 2  # of one photo; the first may be an accident
ACCIDENTS = 3  # deaths for which no photo is to blame
REMEDY_OF_ACCIDENTS = "give the workers of the cluster more memory, or use smaller parts"

PROGRAMS = Programs()  # of this process: it keeps them, with the model loaded, for its next task


@dataclass(frozen=True)
class Attempt:
    """What a process is to do. given_up: photos by index, and why. first: try them one by one from there on."""

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
    """In a task: the result of an order. `model`: where the model file is here, if not at its path."""
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
            message = f"{ACCIDENTS} processes died ({ended.cause}), and with none of its photos alone"
            return make_failure(order, make_error(1, message, REMEDY_OF_ACCIDENTS))


def find_deadly_photos(attempt: Attempt) -> dict[int, str] | bytes:
    """Photos of the part by index, and how the processes died that tried them; or an error."""
    found: dict[int, str] = {}
    first = deaths = 0
    while True:
        ended = carry_out(replace(attempt, given_up=attempt.given_up | found, first=first))
        if ended.result is not None:
            return ended.result or found
        deaths = 1 if ended.photos_done else deaths + 1
        first += ended.photos_done
        if deaths == DEATHS:
            found[first] = f"{DEATHS} processes died that worked on it ({ended.cause})"
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
                message = f"a process for it ended before it had begun ({died})"
                return Ended(make_failure(attempt.order, RuntimeError(message)), 0)
            return Ended(None, said - 1, str(died))
    return Ended(frame.payload, said)
