"""What Spark's history is made of: the events of an application, as its event log has them."""

from __future__ import annotations

import json
import time
from dataclasses import dataclass
from pathlib import Path

PATIENCE_S = 20


@dataclass(frozen=True)
class LoggedJob:
    description: str
    last_stage_tasks: int  # that succeeded, by their index


def read_events(folder: Path) -> list[dict]:
    """Of all files, rolled or not; written without compression. The last line may not be whole yet."""
    lines = [line for file in sorted(folder.rglob("*")) if file.is_file() for line in file.read_text().split("\n")[:-1]]
    return [json.loads(line) for line in lines]


def jobs_of_group(folder: Path, group: str) -> list[LoggedJob]:
    """Finished jobs in their order. Spark writes them a little later."""
    deadline = time.monotonic() + PATIENCE_S
    while True:
        events = read_events(folder)
        started = [event for event in events if is_of_group(event, group)]
        ended = {event["Job ID"] for event in events if event["Event"] == "SparkListenerJobEnd"}
        if started and {event["Job ID"] for event in started} <= ended:
            return [LoggedJob(description_of(job), tasks_of(events, max(job["Stage IDs"]))) for job in started]
        assert time.monotonic() < deadline, f"{len(started)} jobs have begun, and {len(ended)} of all have ended"
        time.sleep(0.1)


def is_of_group(event: dict, group: str) -> bool:
    is_start = event["Event"] == "SparkListenerJobStart"
    return is_start and event["Properties"].get("spark.jobGroup.id") == group


def description_of(job: dict) -> str:
    return job["Properties"]["spark.job.description"]


def tasks_of(events: list[dict], stage: int) -> int:
    ended = (event for event in events if event["Event"] == "SparkListenerTaskEnd" and event["Stage ID"] == stage)
    return len({event["Task Info"]["Index"] for event in ended if event["Task End Reason"]["Reason"] == "Success"})
