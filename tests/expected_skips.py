"""Which skips are expected: tests/expected_skips.txt. As a program, those of ctest:

python tests/expected_skips.py JUNIT_FILE     prints each skip, and exits with 1 on one that is not in the list
"""

import re
import sys
from collections import Counter
from fnmatch import fnmatchcase
from pathlib import Path
from xml.etree import ElementTree

LIST = Path(__file__).with_suffix(".txt")
Skip = tuple[str, str]  # of a test: name and reason


def read_list(text: str) -> list[Skip]:
    lines = (line.strip() for line in text.splitlines())
    return [tuple(line.split(maxsplit=1)) for line in lines if line and not line.startswith("#")]


def is_expected(skip: Skip, expected: list[Skip]) -> bool:
    name, reason = skip
    return any(fnmatchcase(name, glob) and re.fullmatch(pattern, reason) for glob, pattern in expected)


def describe(skips: list[Skip]) -> tuple[str, bool]:
    """Lines to print, the last of which says how many; whether every skip is expected."""
    expected = read_list(LIST.read_text())
    lines = []
    for reason, count in sorted(Counter(reason for _, reason in skips).items()):
        names = [name for name, why in skips if why == reason]
        lines.append(f"skipped: {reason} ({count}: {names[0]}{', ...' if count > 1 else ''})")
    unexpected = sorted(skip for skip in skips if not is_expected(skip, expected))
    lines += [f"UNEXPECTED SKIP, not in tests/{LIST.name}: {name}: {reason}" for name, reason in unexpected]
    lines.append(f"{len(skips)} skipped, {len(unexpected)} of them unexpected")
    return "\n".join(lines), not unexpected


def read_junit(path: Path) -> list[Skip]:
    """Of ctest: what GoogleTest printed behind the place of a GTEST_SKIP."""
    skips = []
    for case in ElementTree.parse(path).iter("testcase"):
        if case.find("skipped") is not None or case.get("status") in ("notrun", "disabled"):
            printed = case.findtext("system-out") or ""
            said = re.search(r": Skipped\n(.*?)\n*\[", printed, re.DOTALL)
            skips.append((f"ctest:{case.get('name')}", said[1].strip() if said else "no reason given"))
    return skips


if __name__ == "__main__":
    text, fine = describe(read_junit(Path(sys.argv[1])))
    print(text)
    sys.exit(not fine)
