"""The ```python blocks of a page of Markdown, one after another, as a reader would type them: run_blocks.py PAGE

A ```text block right after one is what it prints; "..." there stands for anything.
"""

import contextlib
import io
import sys
from pathlib import Path

from docs.pages import assert_printed, read_blocks

LINES_BETWEEN = 3  # the end of a block, an empty line, the beginning of the next


def run_page(path: Path) -> int:
    """How many blocks were run. Raises what a block raises, with the page's lines in the traceback."""
    blocks = read_blocks(path)
    names = {"__name__": "__main__"}
    count = 0
    for block, after in zip(blocks, [*blocks[1:], None], strict=True):
        if block.language != "python" or block.why_not_run:
            continue
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            exec(compile("\n" * block.line + block.text, str(path), "exec"), names)
        count += 1
        end = block.line + block.text.count("\n")
        if after is not None and after.language == "text" and after.line == end + LINES_BETWEEN:
            assert_printed(f"{path}:{after.line + 1}", after.text, printed.getvalue())
    return count


if __name__ == "__main__":
    print(run_page(Path(sys.argv[1])))
