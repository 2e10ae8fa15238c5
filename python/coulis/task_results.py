"""TaskError: why an order failed. Python looks only into results that are errors."""

from __future__ import annotations

import json
import platform
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class TaskError:
    stage: str
    part: int
    worker: str  # the machine
    code: int  # an exit code of the command
    message: str
    remedy: str

    def __str__(self) -> str:
        return f"part {self.part} failed on worker {self.worker}: {self.message}"


def maybe_error(result: bytes) -> TaskError | None:
    fields = fields_of(result)
    if fields.get("kind") != "error":
        return None
    return TaskError(**{name: fields[name] for name in TaskError.__dataclass_fields__})


def make_failure(order: bytes, error: Exception) -> bytes:
    """In a task: the result of an order that failed outside of work()."""
    fields = fields_of(order)
    failure = TaskError(
        stage=str(fields["kind"]).removesuffix(" order"),
        part=fields["parts"][0]["number"],
        worker=platform.node(),
        code=getattr(error, "code", 1),
        message=str(error),
        remedy=getattr(error, "remedy", "") or "see the log of this worker",
    )
    return json.dumps({"kind": "error", "format": fields["format"], **vars(failure)}).encode() + b"\n"


def is_of_features(order: bytes) -> bool:
    return bool(fields_of(order).get("kind") == "features order")


def fields_of(record: bytes) -> dict[str, Any]:
    """The fields in the first line of an order or a result; {} for other bytes."""
    try:
        fields = json.loads(record[: record.find(b"\n") + 1])
    except ValueError:
        return {}
    return fields if isinstance(fields, dict) else {}
