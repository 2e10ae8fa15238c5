"""What an OUTPUT holds, wherever it lies: a folder, or any URI that Arrow's file systems read."""

from __future__ import annotations

import json
from pathlib import Path

from pyarrow import fs

Content = dict[str, bytes | dict | list]  # files by name; the manifest and its parts as what they say
# The times of a run, and the lock: what two runs that agree may differ in.
NOT_COMPARED = ("report.html", ".coulis-lock")


def names_in(output: Path | str) -> set[str]:
    """Every file below it, as coulis names them: features/part-00000-..., _SUCCESS."""
    files, root = fs.FileSystem.from_uri(str(output))
    try:
        found = files.get_file_info(fs.FileSelector(root, recursive=True, allow_not_found=True))
    except FileNotFoundError:  # made in the moment between Arrow's two looks at it
        return names_in(output)
    return {info.path.removeprefix(root).lstrip("/") for info in found if info.is_file}


def read(output: Path | str, name: str) -> bytes:
    files, root = fs.FileSystem.from_uri(str(output))
    with files.open_input_stream(f"{root}/{name}") as stream:
        return stream.read()


def remove(output: Path | str) -> None:
    files, root = fs.FileSystem.from_uri(str(output))
    if files.get_file_info(root).type != fs.FileType.NotFound:
        files.delete_dir(root)


def content(output: Path | str) -> Content:
    """All that two runs must agree on."""
    found: Content = {name: read(output, name) for name in names_in(output) if name not in NOT_COMPARED}
    if "manifest.json" in found:
        manifest = json.loads(found["manifest.json"])
        del manifest["last_run"]
        found["manifest.json"] = manifest
    if "parts.jsonl" in found:
        found["parts.jsonl"] = [json.loads(line) for line in found["parts.jsonl"].splitlines()]
    return found


def is_temporary(name: str) -> bool:
    return name.rpartition("/")[2].startswith(".coulis-tmp-")


def temporary_files(output: Path | str) -> set[str]:
    return {name for name in names_in(output) if is_temporary(name)}


def count_parts(names: set[str], folder: str) -> int:
    return sum(name.startswith(f"{folder}/part-") for name in names)
