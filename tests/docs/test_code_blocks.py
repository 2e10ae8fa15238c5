"""The code on our pages works: each page's ```python blocks, in order, in an empty folder with examples/fruits."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cli.command import COMMAND, REPOSITORY
from docs.run_blocks import run_page

PAGES = ["docs/python.md", "README.md"]


@pytest.mark.parametrize("page", PAGES)
def test_every_block_of_python_on_the_page_runs_and_prints_what_the_page_says(page, tmp_path):
    (tmp_path / "examples").symlink_to(REPOSITORY / "examples")
    environment = {
        **os.environ,
        "PATH": f"{Path(COMMAND).parent}:{os.environ['PATH']}",
        "PYTHONPATH": os.pathsep.join(path for path in sys.path if path),
        "OPENBLAS_NUM_THREADS": "1",
    }
    command = [sys.executable, str(REPOSITORY / "tests" / "docs" / "run_blocks.py"), str(REPOSITORY / page)]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) > 0


def write_page(folder, *blocks):
    page = folder / "page.md"
    page.write_text("# Page\n\n" + "\n".join(f"```{language}\n{text}\n```\n" for language, text in blocks))
    return page


def test_blocks_share_their_names(tmp_path):
    page = write_page(tmp_path, ("python", "a = 1"), ("sh", "exit 1"), ("python", "assert a == 1"))
    assert run_page(page) == 2


def test_a_block_that_fails_is_found_with_its_line(tmp_path):
    page = write_page(tmp_path, ("python", "a = 1"), ("python", "a += 1\na / 0"))
    with pytest.raises(ZeroDivisionError) as raised:
        run_page(page)
    assert raised.traceback[-1].lineno + 1 == 9


def test_what_is_printed_must_be_what_the_page_says(tmp_path):
    run_page(write_page(tmp_path, ("python", "print('[1, 2] in 3.2 s')"), ("text", "[1, 2] in ... s")))
    with pytest.raises(AssertionError, match="the page says"):
        run_page(write_page(tmp_path, ("python", "print(1)"), ("text", "2")))


def test_a_block_may_say_that_it_is_not_run(tmp_path):
    page = write_page(tmp_path, ("python", "1 / 0"))
    page.write_text(page.read_text().replace("```python", "<!-- not run: needs a bucket -->\n```python"))
    assert run_page(page) == 0
