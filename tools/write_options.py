"""Writes two modules from `coulis options`: the options for Python's keywords and Spark's Params, and their types.

usage: write_options.py COULIS      COULIS: the command. A test checks that the files are current
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

from coulis.keywords import Option

'''
HEAD_OF_TYPES = '''"""The types of the options, for `**keywords`. Written by tools/write_options.py: do not edit."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import TypedDict


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


def write_list(options: list[dict[str, Any]]) -> str:
    text = HEAD + "OPTIONS = (\n" + "".join(map(write_option, options)) + ")\n"
    return text + "DEFAULTS = {option.keyword: option.default for option in OPTIONS}\n"


def write_types(options: list[dict[str, Any]]) -> str:
    photo = [option for option in options if option["group"] in ("network", "decode")]
    of_featurize = [
        option
        for option in options
        if option in photo or option["affects"] == "photos" or option["group"] in ("machine", "storage")
    ]
    text = HEAD_OF_TYPES
    text += write_keywords("RunOptions", "Of coulis.run.", options)
    text += write_keywords("FeaturizeOptions", "Of coulis.featurize.", of_featurize)
    storage = [option for option in options if option["group"] == "storage"]
    return text + write_keywords("StorageOptions", "Of coulis.open, for buckets.", storage)


def format_python(text: str) -> str:
    command = [sys.executable, "-m", "ruff", "format", "--stdin-filename", "python/coulis/options.py", "-"]
    return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout


def write_modules(options: list[dict[str, Any]]) -> dict[str, str]:
    """The text of each file, by its name."""
    modules = {"options.py": write_list(options), "option_types.py": write_types(options)}
    return {name: format_python(text) for name, text in modules.items()}


def main() -> int:
    package = Path(__file__).parent.parent / "python" / "coulis"
    for name, text in write_modules(read_options(sys.argv[1])).items():
        (package / name).write_text(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
