"""Writes python/coulis/options.py from `coulis options`: for Python's keywords and Spark's Params.

usage: write_options.py COULIS      COULIS: the command; a test compares the file with what this writes
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

TYPES = {
    "flag": "bool",
    "integer": "int",
    "list": "str | Sequence[str]",
    "share": "float",
    "text": "str",
    "word": "str",
}
HEAD = '''"""The options of `coulis run`, as the command has them. Written by tools/write_options.py: do not edit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict

from coulis.keywords import Option


'''


def read_options(command: str) -> list[dict[str, Any]]:
    listed: list[dict[str, Any]] = json.loads(subprocess.run([command, "options"], stdout=-1, check=True).stdout)
    return listed


def write_option(option: dict[str, Any]) -> str:
    values = [f"{key}={option[key]!r}" for key in ("name", "type", "help", "affects", "group", "default")]
    if choices := option.get("choices"):
        values.append(f"choices={tuple(choices)!r}")
    return f"    Option({', '.join(values)}),\n"


def write_keywords(name: str, doc: str, options: list[dict[str, Any]]) -> str:
    lines = [f'class {name}(TypedDict, total=False):\n    """{doc}"""\n\n']
    for option in options:
        keyword = option["name"].replace("-", "_")
        kind = "str | os.PathLike[str]" if keyword == "model" else TYPES[option["type"]]
        lines.append(f"    {keyword}: {kind}\n")
    return "".join(lines) + "\n\n"


def write_module(options: list[dict[str, Any]]) -> str:
    photo = [option for option in options if option["group"] in ("network", "decode")]
    of_featurize = [
        option
        for option in options
        if option in photo or option["affects"] == "photos" or option["group"] in ("machine", "storage")
    ]
    text = HEAD
    text += write_keywords("RunOptions", "Of coulis.run.", options)
    text += write_keywords("FeaturizeOptions", "Of coulis.featurize.", of_featurize)
    storage = [option for option in options if option["group"] == "storage"]
    text += write_keywords("StorageOptions", "Of coulis.open, for buckets.", storage)
    text += "OPTIONS = (\n" + "".join(map(write_option, options)) + ")\n"
    text += "DEFAULTS = {option.keyword: option.default for option in OPTIONS}\n"
    return text


def format_python(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "python/coulis/options.py", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def main() -> int:
    root = Path(__file__).parent.parent
    text = format_python(write_module(read_options(sys.argv[1])))
    (root / "python/coulis/options.py").write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
