"""CPU and peak memory of the processes of a Spark application on this machine, by what they do."""

from __future__ import annotations

import os
import subprocess
import threading
from dataclasses import dataclass, field
from pathlib import Path

from spark.cluster import command_of, descendants, parents

INTERVAL_S = 0.2
DRIVER = ("driver: Python", "driver: coulis", "driver: JVM")
TASKS = ("tasks: Python", "tasks: coulis", "tasks: JVM")


@dataclass
class Usage:
    """Sampled in a thread while `with` lasts. `driver`: the Python process of the driver, the parent of all others."""

    driver: int
    cpu_s: dict[str, float] = field(default_factory=dict)
    peak_mb: dict[str, float] = field(default_factory=dict)  # of the largest process

    def __enter__(self) -> Usage:
        self._roles: dict[int, str] = {}
        self._at_first: dict[int, float] = {}
        self._latest: dict[int, float] = {}
        self._sample()
        self._at_first = dict(self._latest)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._watch)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()
        self._thread.join()
        for process, cpu_s in self._latest.items():
            role = self._roles[process]
            self.cpu_s[role] = self.cpu_s.get(role, 0) + cpu_s - self._at_first.get(process, 0)

    def heap_mb(self) -> float:
        """What the driver's JVM still uses after a garbage collection. Needs a JDK, not only a JRE."""
        jvm = next(str(process) for process, role in self._roles.items() if role == "driver: JVM")
        subprocess.run(["jcmd", jvm, "GC.run"], check=True, capture_output=True)
        said = subprocess.run(["jstat", "-gc", jvm], check=True, capture_output=True, text=True).stdout
        names, values = (line.split() for line in said.splitlines()[:2])
        kilobytes = dict(zip(names, values, strict=True))
        return sum(float(kilobytes[name]) for name in ("S0U", "S1U", "EU", "OU")) * 1024 / 1e6

    def _watch(self) -> None:
        while not self._ended.wait(INTERVAL_S):
            self._sample()

    def _sample(self) -> None:
        for process in [self.driver, *descendants(self.driver)]:
            try:
                after_name = Path(f"/proc/{process}/stat").read_text().rpartition(")")[2].split()
            except OSError:  # gone
                continue
            role = self._roles.setdefault(process, self._role_of(process))
            if role == "unknown":  # between fork and exec
                role = self._roles[process] = self._role_of(process)
            self._latest[process] = (int(after_name[11]) + int(after_name[12])) / os.sysconf("SC_CLK_TCK")
            resident_mb = int(after_name[21]) * os.sysconf("SC_PAGE_SIZE") / 1e6
            self.peak_mb[role] = max(self.peak_mb.get(role, 0), resident_mb)

    def _role_of(self, process: int) -> str:
        command = command_of(process)
        if process == self.driver:
            return "driver: Python"
        if b"SparkSubmit" in command:
            return "driver: JVM"
        if b"CoarseGrainedExecutorBackend" in command:
            return "tasks: JVM"
        if b"pyspark.daemon" in command:
            return "tasks: Python"
        if b"/coulis\0serve" in command:
            return "driver: coulis" if parents().get(process) == self.driver else "tasks: coulis"
        return "unknown"
