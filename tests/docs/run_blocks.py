"""The ```python blocks of a page of Markdown, one after another, as a reader would type them: run_blocks.py PAGE

A ```text block right after one is what it prints; "..." there stands for anything. A block that begins with
"# not run" is not.
"""

import contextlib
import io
import re
import sys
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^```(\w*)[^\n]*\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Block:
    language: str
    line: int  # of its first line
    text: str


def read_blocks(page: str) -> list[Block]:
    return [Block(match[1], page[: match.start(2)].count("\n") + 1, match[2]) for match in FENCE.finditer(page)]


def run_page(path: Path) -> int:
    """How many blocks were run. Raises what a block raises, with the page's lines in the traceback."""
    blocks = read_blocks(path.read_text())
    names = {"__name__": "__main__"}
    count = 0
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block.language != "python" or block.text.startswith("# not run"):
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * (block.line - 1) + block.text, str(path), "exec"), names)
        count += 1
        if after is not None and after.language == "text":
            check_printed(path, after, printed.getvalue())
    return count


def check_printed(path: Path, expected: Block, printed: str) -> None:
    pattern = re.escape(expected.text).replace(re.escape("..."), ".*")
    if not re.fullmatch(pattern, printed, re.DOTALL):
        raise AssertionError(f"{path}:{expected.line}: the page says\n{expected.text}and this was printed\n{printed}")


if __name__ == "__main__":
    print(run_page(Path(sys.argv[1])))
