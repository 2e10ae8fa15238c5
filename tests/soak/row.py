"""One line of docs/reliability.md, and the page made of such lines."""

from __future__ import annotations

import re
from dataclasses import astuple, dataclass, fields
from datetime import UTC, datetime
from pathlib import Path

HEAD = """\
# Reliability

This page lists the faults that the soak checks inject into coulis, how often, and what was lost. `make soak` runs all
checks and writes this page. `make soak CHECKS="kills listing"` runs a selection and replaces its rows. A check that
finds a loss fails, and its row says so. `make test` includes a short form of most checks.

"""


class Skip(Exception):
    """The machine lacks what the check needs; the message says what."""


@dataclass(frozen=True)
class Row:
    check: str
    injected: str
    times: str
    lost: str
    command: str  # that does it again
    seconds: str = ""
    day: str = ""


def finish(row: Row, seconds: float) -> Row:
    return Row(*astuple(row)[:5], f"{seconds:.0f}", f"{datetime.now(UTC):%Y-%m-%d}")


def to_line(row: Row) -> str:
    cells = (re.sub(r"\s+", " ", cell).replace("|", "\\|") for cell in astuple(row))
    return f"| {' | '.join(cells)} |"


def read_lines(page: Path) -> dict[str, str]:
    """The page's lines by check."""
    lines = page.read_text().splitlines() if page.exists() else []
    found = {line.split(" | ")[0].removeprefix("| "): line for line in lines if line.startswith("| ")}
    return {check: line for check, line in found.items() if check != "check"}


def write_page(page: Path, lines: dict[str, str]) -> None:
    names = [field.name for field in fields(Row)]
    table = [f"| {' | '.join(names)} |", f"|{'---|' * len(names)}", *(lines[check] for check in sorted(lines))]
    page.write_text(HEAD + "\n".join(table) + "\n")
