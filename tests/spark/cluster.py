"""A Spark cluster on this machine for tests: executors are processes of their own, which can be seen and killed."""

from __future__ import annotations

import importlib.util
import json
import os
import select
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

MASTER = "local-cluster[2,1,2048]"
# After Josh Rosen's in SPARK-4879, where two attempts of a task committed: nearly every slow task gets a second copy.
SPECULATION = {
    "spark.speculation": "true",
    "spark.speculation.quantile": "0.01",
    "spark.speculation.multiplier": "1.1",
    "spark.speculation.interval": "100ms",
    "spark.speculation.efficiency.enabled": "false",
}
SETTINGS = {
    "spark.master": MASTER,
    "spark.ui.enabled": "false",
    "spark.ui.showConsoleProgress": "false",
    "spark.driver.host": "127.0.0.1",
    "spark.sql.shuffle.partitions": "2",
    "spark.deploy.maxExecutorRetries": "-1",  # each executor killed is replaced, however many
    "spark.executor.memory": "512m",
    "spark.scheduler.minRegisteredResourcesRatio": "1.0",  # no task before both executors are there
    "spark.shuffle.io.retryWait": "200ms",  # 5 s, for a dead executor, would only make the tests longer
}


def make_spark_home(folder: Path) -> Path:
    """The package as links: an executor works in the folder `work` of its home, and that must not be the package's."""
    package = Path(importlib.util.find_spec("pyspark").origin).parent
    folder.mkdir()
    for entry in package.iterdir():
        (folder / entry.name).symlink_to(entry)
    return folder


@dataclass
class Answer:
    summary: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    code: int | None = None
    remedy: str = ""


class Cluster:
    """Runs coulis.spark.run on it. `with` starts and stops it."""

    def __init__(self, folder: Path, settings: dict[str, str] | None = None):
        self.folder = folder
        self.settings = {**SETTINGS, **(settings or {})}

    def __enter__(self) -> Cluster:
        home = make_spark_home(self.folder / "spark")
        driver = Path(__file__).with_name("cluster_driver.py")
        self._log = (self.folder / "driver.log").open("ab")
        self._driver = subprocess.Popen(
            # Not left behind by a test process that is killed; the JVMs end with it.
            ["setpriv", "--pdeathsig", "KILL", sys.executable, driver, json.dumps(self.settings)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            cwd=self.folder,
            env={**os.environ, "SPARK_HOME": str(home)},
            text=True,
        )
        self.answer()
        return self

    def __exit__(self, *_: object) -> None:
        self._driver.stdin.close()
        self._driver.wait(60)
        self._driver.stdout.close()
        self._log.close()

    def restart(self, settings: dict[str, str]) -> None:
        """Another cluster, with these settings besides the usual ones."""
        self._send({"restart": {**SETTINGS, **settings}})
        self.answer()

    def begin(self, input: str, output: str, *, slow: bool = False, environment: dict | None = None, **options: Any):
        keywords = {"input": str(input), "output": str(output), **options}
        self._send({"keywords": keywords, "environment": environment or {}, "slow": slow})

    def has_answered(self, timeout_s: float) -> bool:
        return bool(select.select([self._driver.stdout], [], [], timeout_s)[0])

    def answer(self) -> Answer:
        """Of the run that was begun; waits for its end."""
        line = self._driver.stdout.readline()
        assert line, f"the driver is gone:\n{self.log()[-5000:]}"
        return Answer(**json.loads(line))

    def run(self, input: str, output: str, **options: Any) -> Answer:
        self.begin(input, output, **options)
        return self.answer()

    def succeed(self, input: str, output: str, **options: Any) -> dict[str, Any]:
        answer = self.run(input, output, **options)
        assert not answer.error, f"{answer.error[-3000:]}\n{self.log()[-3000:]}"
        return answer.summary

    @property
    def driver(self) -> int:
        """Its Python process."""
        return self._driver.pid

    def log(self) -> str:
        return (self.folder / "driver.log").read_text(errors="replace")

    def executors(self) -> list[int]:
        """Processes: a JVM each."""
        return [pid for pid in descendants(self._driver.pid) if b"CoarseGrainedExecutorBackend" in command_of(pid)]

    def python_workers(self) -> list[int]:
        """Processes of Python that work on a task, or wait for the next one."""
        daemons = {pid for pid in descendants(self._driver.pid) if b"pyspark.daemon" in command_of(pid)}
        return [pid for pid in daemons if parents().get(pid) in daemons]

    def _send(self, order: dict) -> None:
        self._driver.stdin.write(json.dumps(order) + "\n")
        self._driver.stdin.flush()


def command_of(process: int) -> bytes:
    try:
        return Path(f"/proc/{process}/cmdline").read_bytes()
    except OSError:  # gone
        return b""


def parents() -> dict[int, int]:
    """The parent of each process."""
    found = {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdecimal():
            continue
        try:
            after_name = (entry / "stat").read_text().rpartition(")")[2]
        except OSError:  # gone
            continue
        found[int(entry.name)] = int(after_name.split()[1])
    return found


def descendants(process: int) -> list[int]:
    parent_of = parents()
    found = [process]
    for ancestor in found:  # grows while it is walked
        found.extend(pid for pid, parent in parent_of.items() if parent == ancestor)
    return found[1:]
