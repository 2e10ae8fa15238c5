"""Runs a notebook from top to bottom, and writes it with its outputs: `tools/execute_notebook.py FROM TO`.

Drops what programs wrote to stderr, and the times of cells.
"""

from __future__ import annotations

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient


def execute(source: Path, target: Path) -> None:
    notebook = nbformat.read(source, as_version=4)  # type: ignore[no-untyped-call]
    place = {"metadata": {"path": str(source.parent)}}  # relative paths are those of the notebook
    NotebookClient(notebook, timeout=None, kernel_name="python3", record_timing=False, resources=place).execute()
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [output for output in cell.outputs if output.get("name") != "stderr"]
    notebook.metadata.get("language_info", {}).pop("version", None)
    nbformat.write(notebook, target)  # type: ignore[no-untyped-call]


if __name__ == "__main__":
    execute(Path(sys.argv[1]), Path(sys.argv[2]))
