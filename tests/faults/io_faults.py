"""System errors at the n-th call of a run on OUTPUT: what coulis says and leaves, and that it goes on"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, replace
from pathlib import Path

from cli.command import COMMAND, Result, copy_photos, coulis
from faults.outputs import Content, content, temporary_files
from faults.verdict import assert_a_reader_can_tell, assert_no_half_file, assert_one_clear_sentence

SHIM = Path(COMMAND).parents[1] / "tests" / "faults" / "libcoulis_fault_shim.so"
READS = ("open to read", "read", "opendir", "readdir")
WRITES = ("open to write", "write", "fsync", "rename", "unlink", "mkdir", "flock")
FILLS_A_DISK = "open to write,write,fsync,rename,mkdir"


@dataclass(frozen=True)
class Fault:
    calls: str  # names of calls with commas between, as fault_shim.cpp knows them
    kind: str  # EIO, ENOSPC, EINTR, short, kill
    at: int  # which of these calls, from 1

    def __str__(self) -> str:
        return f"{self.kind} at call {self.at} of: {self.calls}"


@dataclass(frozen=True)
class Scenario:
    """A command that leaves `wanted`, on what `before` holds: nothing, or the finished output of another command."""

    arguments: tuple
    before: Path | None
    wanted: Content

    def prepare(self, output: Path) -> None:
        shutil.rmtree(output, ignore_errors=True)
        if self.before:
            shutil.copytree(self.before, output)

    def run(self, output: Path, fault: Fault | None = None, count: Path | None = None) -> Result:
        """The command writes to `output`, with one thread: its n-th call is the same each time."""
        orders = {}
        if fault:
            orders = {
                "LD_PRELOAD": str(SHIM),
                "COULIS_FAULT_FOLDER": str(output),
                "COULIS_FAULT_CALLS": fault.calls,
                "COULIS_FAULT_AT": str(fault.at),
                "COULIS_FAULT_KIND": fault.kind,
                "COULIS_FAULT_COUNT": str(count or ""),
            }
        verb, photos, *flags = self.arguments
        return coulis(verb, photos, output, *flags, "--threads", 1, **orders)


def make_scenarios(folder: Path) -> list[Scenario]:
    """A first run; and one with another k after a photo was removed: it reads, replaces and removes what is there."""
    flags = ("--images-per-part", 4, "--precision", "int8")
    photos = [copy_photos(folder / name, 12) for name in ("photos", "photos-less-one")]
    first, earlier, later = (
        ("run", photos[0], *flags, "-k", 3),
        ("run", photos[1], *flags, "-k", 3),
        ("run", photos[1], *flags, "-k", 2),
    )
    before = folder / "before"
    assert Scenario(earlier, None, {}).run(before).code == 0
    sorted(photos[1].rglob("*.jpg"))[5].unlink()
    return [with_its_output(first, None, folder / "wanted"), with_its_output(later, before, folder / "wanted")]


def with_its_output(arguments: tuple, before: Path | None, output: Path) -> Scenario:
    scenario = Scenario(arguments, before, {})
    scenario.prepare(output)
    assert scenario.run(output).code == 0
    return replace(scenario, wanted=content(output))


def count_calls(scenario: Scenario, calls: str, output: Path) -> int:
    """How many of these calls the undisturbed command makes."""
    scenario.prepare(output)
    count = output.with_name("count")
    result = scenario.run(output, Fault(calls, "EIO", 0), count)
    assert result.code == 0, result.stderr
    return int(count.read_text())


def inject(scenario: Scenario, fault: Fault, output: Path) -> str:
    """Whether coulis stopped ("refused") or went on ("survived"); raises AssertionError for what must not be."""
    scenario.prepare(output)
    earlier = [content(scenario.before)] if scenario.before else []
    result = scenario.run(output, fault)
    if result.code == 0:
        assert content(output) == scenario.wanted, fault
    elif fault.kind == "kill":
        assert result.code == -9, result.stderr
    else:
        assert result.code == 5, (fault, result.code, result.stderr)
        assert_one_clear_sentence(result)
        assert temporary_files(output) == set(), fault
    assert_no_half_file(output, scenario.wanted, *earlier)
    assert_a_reader_can_tell(output, scenario.wanted, *earlier)
    again = scenario.run(output)
    assert again.code == 0, (fault, again.stderr)
    assert content(output) == scenario.wanted, fault
    assert temporary_files(output) == set(), fault
    return "survived" if result.code == 0 else "refused"
