"""The recipes of CONTRIBUTING.md and the lists of decision 20 name files that exist."""

import re
import subprocess
from fnmatch import fnmatchcase

import pytest
from cli.command import REPOSITORY

RECIPES = (REPOSITORY / "CONTRIBUTING.md").read_text().split("## How to add")[1].split("## Words")[0]
LISTS = (REPOSITORY / "docs" / "decisions" / "0020-what-a-change-touches.md").read_text()
FILE = re.compile(r"`([\w./<>*-]+\.(?:hpp|cpp|py|pyi|md|txt|toml|csv|cmake|yml|json)|[\w.<>-]+/[\w./<>-]+)`")


def tracked_files() -> list[str]:
    listed = subprocess.run(["git", "ls-files"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return listed.stdout.splitlines()


def exists(name: str, files: list[str]) -> bool:
    """A name alone may be in any folder; <format> and the like stand for a word; a folder is what files are below."""
    pattern = re.sub(r"<\w+>", "*", name.rstrip("/"))
    return any(fnmatchcase(file, p) for file in files for p in (pattern, f"*/{pattern}", f"{pattern}/*"))


@pytest.mark.parametrize("text", [RECIPES, LISTS], ids=["CONTRIBUTING", "decision 20"])
def test_the_files_that_a_recipe_names_exist(text):
    names = set(FILE.findall(text))
    assert len(names) > 20
    files = tracked_files()
    assert [name for name in sorted(names) if not exists(name, files)] == []


def test_a_file_that_does_not_exist_is_found_out():
    assert not exists("core/decode/jp2.cpp", tracked_files())
    assert not exists("<format>.rs", tracked_files())
