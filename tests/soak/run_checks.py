"""Runs the long checks and writes docs/reliability.md. What `make soak` runs.

    python -m soak.run_checks [NAME ...]

A check is a file check_NAME.py in this folder with a function check() -> Row, which raises AssertionError if
anything is lost and soak.row.Skip where the machine lacks something. Lines of checks that are not run stay as they are.
"""

from __future__ import annotations

import importlib
import sys
import time
import traceback
from pathlib import Path

from soak.row import Row, Skip, finish, read_lines, to_line, write_page

FOLDER = Path(__file__).parent
PAGE = FOLDER.parents[1] / "docs" / "reliability.md"


def run_check(name: str) -> Row | None:
    start = time.monotonic()
    try:
        row = importlib.import_module(f"soak.check_{name}").check()
        assert row.check == name, f"its row is called {row.check}"
    except Skip as e:
        print(f"skipped: {e}")
        return None
    except Exception as e:
        traceback.print_exc()
        row = Row(name, f"FAILED: {e or type(e).__name__}", "", "unknown", f'make soak CHECKS="{name}"')
    return finish(row, time.monotonic() - start)


def main() -> None:
    known = sorted(path.stem.removeprefix("check_") for path in FOLDER.glob("check_*.py"))
    names = sys.argv[1:] or known
    if unknown := set(names) - set(known):
        sys.exit(f"no such check: {', '.join(sorted(unknown))}; there are: {', '.join(known)}")
    failed = []
    for name in names:
        print(f"\n== {name}", flush=True)
        row = run_check(name)
        if row is None:
            continue
        print(to_line(row), flush=True)
        write_page(PAGE, read_lines(PAGE) | {row.check: to_line(row)})  # after each: others may run too
        if row.injected.startswith("FAILED"):
            failed.append(name)
    if failed:
        sys.exit(f"FAILED: {', '.join(failed)}")


if __name__ == "__main__":
    main()
