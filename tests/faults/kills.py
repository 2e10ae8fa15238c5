"""kill -9 in every stage of a run, what is left, and that the same command finishes it. INPUT, OUTPUT: any URI."""

from __future__ import annotations

import random
import re
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from cli.command import coulis, start
from faults.outputs import Content, content, count_parts, names_in, remove, temporary_files
from faults.verdict import assert_a_reader_can_tell, assert_no_half_file

STAGES = ("start and listing", "features", "moments and PCA", "projection", "publishing")
FINISHED = "the moment after _SUCCESS"
POLL_S = 0.004
# Of 100 kills: features take nearly all of the time; the others must not be missed for that.
KILLS_OF_100 = {"start and listing": 10, "features": 45, "moments and PCA": 15, "projection": 15, "publishing": 15}


@dataclass(frozen=True)
class Job:
    """`coulis run INPUT OUTPUT FLAGS`, which makes so many parts."""

    input: str
    flags: tuple
    parts: int

    def start(self, output: str) -> subprocess.Popen:
        return start("run", self.input, output, *self.flags)

    def stage_of(self, names: set[str]) -> str:
        """How far a run is, by the files that it has left so far."""
        if "_SUCCESS" in names:
            return FINISHED
        if ".coulis-lock" not in names:
            return "start and listing"
        if count_parts(names, "features") < self.parts:
            return "features"
        if "pca_model.safetensors" not in names:
            return "moments and PCA"
        return "projection" if count_parts(names, "pca") < self.parts else "publishing"


@dataclass(frozen=True)
class Kill:
    stage: str
    features: int  # parts committed
    pca: int  # parts projected
    writing: tuple[str, ...]  # temporary files: what was being written

    def __str__(self) -> str:
        writing = f", writing {' and '.join(self.writing)}" if self.writing else ""
        return f"{self.stage}, {self.features} parts committed, {self.pca} projected{writing}"


@dataclass
class Tally:
    kills: list[Kill] = field(default_factory=list)

    def by_stage(self) -> dict[str, int]:
        counts = Counter(kill.stage for kill in self.kills)
        return {stage: counts[stage] for stage in (*STAGES, FINISHED)}

    def __str__(self) -> str:
        committed = sorted({kill.features for kill in self.kills if kill.stage == "features"})
        writing = sum(bool(kill.writing) for kill in self.kills)
        stages = ", ".join(f"{count} in {stage}" for stage, count in self.by_stage().items() if count)
        return (
            f"{stages}; {writing} while a file was being written; {len(committed)} different numbers of parts committed"
        )


def time_stages(job: Job, output: str) -> dict[str, float]:
    """Seconds of an undisturbed run from the first sign of each stage to that of the next."""
    run = job.start(output)
    began = {STAGES[0]: time.monotonic()}
    while run.poll() is None:
        stage = job.stage_of(names_in(output))
        began.setdefault(stage, time.monotonic())
        time.sleep(POLL_S)
    _, stderr = run.communicate()
    assert run.returncode == 0, stderr.decode()
    began[FINISHED] = time.monotonic()
    moments = [began.get(stage) for stage in (*STAGES, FINISHED)]
    for i in reversed(range(len(STAGES))):  # a stage too short to be seen
        moments[i] = moments[i] or moments[i + 1]
    return {stage: moments[i + 1] - moments[i] for i, stage in enumerate(STAGES)}


def kill_in(job: Job, output: str, stage: str, delay_s: float) -> Kill | None:
    """Starts a run and kills it so long after the stage has begun; nothing if it was faster."""
    run = job.start(output)
    wanted = (*STAGES, FINISHED).index(stage)
    while wanted > 0 and run.poll() is None and (*STAGES, FINISHED).index(job.stage_of(names_in(output))) < wanted:
        time.sleep(POLL_S)
    time.sleep(delay_s)
    run.kill()
    run.communicate()
    if run.returncode != -signal.SIGKILL:
        return None
    names = names_in(output)
    writing = tuple(sorted(re.sub(r"\.coulis-tmp-\d+-", "", name) for name in temporary_files(output)))
    return Kill(job.stage_of(names), count_parts(names, "features"), count_parts(names, "pca"), writing)


def finish(job: Job, output: str, wanted: Content, kill: Kill) -> None:
    """The same command again: to the same bytes, and without computing again what was committed."""
    result = coulis("run", job.input, output, *job.flags, "--json")
    assert result.code == 0, (kill, result.stderr)
    assert content(output) == wanted, f"killed in {kill}: finished to other bytes"
    assert temporary_files(output) == set(), f"killed in {kill}: temporary files are left"
    listed = sorted(part["listed"] for part in wanted["parts.jsonl"])
    assert result.json["computed"] <= sum(listed) - sum(listed[: kill.features]), (
        f"killed in {kill}: committed work was lost"
    )


def kill_many(job: Job, folder: str, count: int, seed: int, tell: Callable[[str], None] = print) -> Tally:
    """Kills `count` runs, each at a random moment of a stage, and finishes each; AssertionError if one is not."""
    dice = random.Random(seed)
    undisturbed = f"{folder}/undisturbed"
    seconds = time_stages(job, undisturbed)
    wanted = content(undisturbed)
    tally = Tally()
    stages = [stage for stage, share in KILLS_OF_100.items() for _ in range(max(1, round(share * count / 100)))]
    dice.shuffle(stages)  # so that a soak that is cut short has seen them all
    for number in range(1, 4 * count):
        if len(tally.kills) == count:
            return tally
        stage = stages[len(tally.kills) % len(stages)]
        output = f"{folder}/killed-{number}"
        kill = kill_in(job, output, stage, dice.random() * seconds[stage])
        if kill:
            assert_no_half_file(output, wanted)
            assert_a_reader_can_tell(output, wanted)
            finish(job, output, wanted, kill)
            tally.kills.append(kill)
            tell(f"kill {len(tally.kills)}: {kill}")
        remove(output)
    raise AssertionError(f"only {len(tally.kills)} of {4 * count} runs were alive when they were to be killed")
