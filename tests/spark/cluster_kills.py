"""kill -9 of executors and Python workers at random moments of a run on a cluster: what comes out must not tell."""

from __future__ import annotations

import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from cli.command import read_parts, succeed
from faults.kills import Job
from faults.outputs import content, count_parts, names_in, remove, temporary_files
from spark.cluster import Cluster

OPTIONS = {"k": 10, "images_per_part": 8, "precision": "int8"}
FLAGS = ("-k", 10, "--images-per-part", 8, "--precision", "int8")
KILLS_AT_ONCE = 3  # in one run, at most: Spark gives a task four attempts


@dataclass(frozen=True)
class ClusterKill:
    victim: str
    stage: str
    features: int  # parts committed
    pca: int  # parts projected

    def __str__(self) -> str:
        return f"{self.victim} in {self.stage}, {self.features} parts committed, {self.pca} projected"


class KilledRuns:
    """Runs of one input on one cluster, each with kills, compared with what the command makes of it."""

    def __init__(self, cluster: Cluster, photos: Path, folder: Path, seed: int):
        self.cluster, self.photos, self.folder = cluster, photos, folder
        self.dice = random.Random(seed)
        self.kills: list[ClusterKill] = []
        succeed("run", photos, folder / "command", *FLAGS)
        self.wanted = content(folder / "command")
        self.listed = read_parts(folder / "command").column("path").to_pylist()
        self.job = Job(str(photos), FLAGS, parts=count_parts(set(self.wanted), "features"))
        self.last_s = 0.0  # seconds of the last run
        self.run(0)

    def run(self, kills: int, tell: Callable[[str], None] = print) -> None:
        output = self.folder / "out"
        moments = sorted(self.dice.uniform(0, self.last_s) for _ in range(kills))
        start = time.monotonic()
        self.cluster.begin(self.photos, output, slow=True, **OPTIONS)
        fell = []
        for moment in moments:
            if self.cluster.has_answered(max(0, start + moment - time.monotonic())):
                break  # it was faster
            if victim := self._kill_one():
                names = names_in(output)
                stage = self.job.stage_of(names)
                fell.append(ClusterKill(victim, stage, count_parts(names, "features"), count_parts(names, "pca")))
                tell(f"kill {len(self.kills) + len(fell)}: {fell[-1]}")
        answer = self.cluster.answer()
        self.last_s = time.monotonic() - start
        assert not answer.error, f"{fell}: {answer.error[-3000:]}"
        assert content(output) == self.wanted, f"{fell}: other bytes"
        assert temporary_files(output) == set(), fell
        assert read_parts(output).column("path").to_pylist() == self.listed
        self.kills += fell
        remove(output)

    def tally(self) -> str:
        victims = Counter(kill.victim for kill in self.kills)
        stages = Counter(kill.stage for kill in self.kills)
        return (
            f"{', '.join(f'{count} of {victim}' for victim, count in victims.most_common())};"
            f" {', '.join(f'{count} in {stage}' for stage, count in stages.most_common())}"
        )

    def _kill_one(self) -> str:
        """Executors and Python workers in equal parts; what was killed, or nothing where there is none."""
        processes = {"an executor": self.cluster.executors(), "a Python worker": self.cluster.python_workers()}
        victim = self.dice.choice([name for name, found in processes.items() if found] or [""])
        try:
            os.kill(self.dice.choice(processes[victim]), signal.SIGKILL)
        except (KeyError, ProcessLookupError):  # none, or it has just ended
            return ""
        return victim
