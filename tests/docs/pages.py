"""The pages that people read, and the blocks of code in them."""

import re
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").glob("*.md")])
BLOCK = re.compile(
    r"(?:^<!-- not run: (?P<reason>.+) -->\n)?^```(?P<language>.*)\n(?P<text>(?:.*\n)*?)^```$", re.MULTILINE
)


@dataclass(frozen=True)
class Block:
    page: str  # relative to the repository
    line: int  # of its first line, from 0
    language: str
    text: str
    why_not_run: str  # empty: it is run

    def __str__(self) -> str:
        return f"{self.page}:{self.line + 1}"


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix() if page.is_relative_to(ROOT) else page.name


def read_blocks(page: Path) -> list[Block]:
    text = page.read_text()
    return [
        Block(
            name_of(page),
            text.count("\n", 0, match.start("text")),
            match["language"],
            match["text"],
            match["reason"] or "",
        )
        for match in BLOCK.finditer(text)
    ]


def assert_printed(where: str, expected: str, printed: str) -> None:
    """That a page shows what is printed; "..." on the page stands for anything."""
    pattern = re.escape(expected).replace(re.escape("..."), ".*")
    if not re.fullmatch(pattern, printed, re.DOTALL):
        raise AssertionError(f"{where}: the page says\n{expected}and this was printed\n{printed}")
