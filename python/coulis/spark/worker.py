"""Runs inside a Python worker of Spark: loads the model once, and computes photos with it."""

from __future__ import annotations

import gc
import os
import platform
import socket
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from stat import S_ISSOCK
from typing import Any, NamedTuple
from zipimport import zipimporter

import numpy as np

from coulis import _core


class Failure(NamedTuple):
    stage: str
    code: str
    message: str


@dataclass(frozen=True)
class Engine:
    """The options that affect a row, by keyword, and what must be equal on the driver and on every worker."""

    options: tuple[tuple[str, Any], ...]
    model_sha256: str
    version: str = _core.__version__


class Lanes:
    """One featurizer for each thread of a task; all share the weights."""

    def __init__(self, engine: Engine, threads: int) -> None:
        options = dict(engine.options)
        first = _core.Featurizer(**{**options, "model": model_path(options["model"])})
        check_same("the model's sha256", first.model_sha256, engine.model_sha256)
        self.width: int = first.width
        self._featurizers = [first, *(first.share() for _ in range(threads - 1))]
        self._pool = ThreadPoolExecutor(threads) if threads > 1 else None

    def features(self, photos: Sequence[bytes]) -> tuple[np.ndarray, list[Failure | None]]:
        """float32 [photos that can be used, width], and for each photo None or its failure."""
        if self._pool is None:
            results = [self._featurizers[0].features(list(photos))]
        else:
            lanes = len(self._featurizers)
            cuts = [len(photos) * i // lanes for i in range(lanes + 1)]
            runs = [list(photos[begin:end]) for begin, end in pairwise(cuts)]
            results = list(self._pool.map(lambda lane, run: lane.features(run), self._featurizers, runs))
        rows = np.concatenate([rows for rows, _ in results])
        return rows, [reason and Failure(*reason) for _, reasons in results for reason in reasons]


_lanes: dict[tuple[int, Engine, int], Lanes] = {}


def lanes_of(engine: Engine) -> Lanes:
    """Made at first use. The key has the process id: Spark forks its workers, and threads do not survive a fork."""
    key = (os.getpid(), engine, task_threads())
    if key not in _lanes:
        check_same("coulis", _core.__version__, engine.version)
        _lanes.clear()
        _lanes[key] = Lanes(engine, task_threads())
    return _lanes[key]


def task_threads() -> int:
    """Spark sets OMP_NUM_THREADS to spark.task.cpus, unless spark.executorEnv.OMP_NUM_THREADS says otherwise."""
    setting = os.environ.get("OMP_NUM_THREADS", "")
    return max(1, int(setting)) if setting.isdecimal() else 1


def begin_task() -> None:
    """Call it when a task begins. It removes waits of 0.03 to 0.1 s each from this task and the next one."""
    forget_zips()
    acknowledge_function()
    gc.freeze()  # Spark collects garbage after each task: all modules would be searched, which stay anyway


def forget_zips() -> None:
    """Spark before 4.2 calls importlib.invalidate_caches() when a task begins.

    Python before 3.12 then reads the directory of pyspark.zip again for each of 16 folders in it. Dropped entries are
    found again when needed.
    """
    for path, finder in list(sys.path_importer_cache.items()):
        if isinstance(finder, zipimporter):
            del sys.path_importer_cache[path]


def acknowledge_function() -> None:
    """The JVM sends the function of a task and its rows in two small packets.

    TCP holds the second one until the first is acknowledged (Nagle), which Linux delays by 40 ms, but not after this.
    """
    for entry in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the descriptor of this list is closed by now
            if S_ISSOCK(entry.stat().st_mode):
                acknowledge(int(entry.name))


def acknowledge(descriptor: int) -> None:
    with socket.socket(fileno=os.dup(descriptor)) as copy:
        if copy.family in (socket.AF_INET, socket.AF_INET6) and copy.type == socket.SOCK_STREAM:
            copy.setsockopt(socket.IPPROTO_TCP, socket.TCP_QUICKACK, 1)


def check_same(what: str, here: str, driver: str) -> None:
    if here != driver:
        raise RuntimeError(
            f"{what} is {here} on worker {platform.node()}, but {driver} on the driver: install the same files on both"
        )


def model_path(model: str) -> str:
    """Finds a model file at its path, or among files sent with addFile or addArtifacts(file=True)."""
    if not model.endswith(".safetensors") or Path(model).exists():
        return model
    from pyspark import SparkFiles  # available in a worker, inside a task

    sent = Path(SparkFiles.get(Path(model).name))
    if not sent.exists():
        raise RuntimeError(
            f"there is no model file {model} on worker {platform.node()}: copy it there, or send it with addFile()"
        )
    return str(sent)
