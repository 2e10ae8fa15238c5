"""benchmarks/table.py: the page of figures, and when there is none."""

import json
import subprocess
import sys

import pytest
from cli.command import REPOSITORY


def write_page(folder, busy_cores: float) -> subprocess.CompletedProcess:
    machine = {"cpu": "A", "family": "6", "cores": 2, "busy_cores": busy_cores, "coulis": "avx2", "version": "1"}
    figure = {"name": "photos", "unit": "photos/s", "median": 100.0, "min": 90.0, "max": 110.0, "values": [90, 110]}
    result = {"title": "Photos", "command": "benchmarks/photos.py", "date": "2026-01-01", "proof": "equal rows"}
    result |= {"rounds": 2, "quick": False, "machine": machine, "figures": [figure]}
    (folder / "photos.json").write_text(json.dumps(result))
    command = [sys.executable, REPOSITORY / "benchmarks" / "table.py", folder / "photos.json"]
    return subprocess.run(command, capture_output=True, text=True)


def test_figures_of_a_machine_that_did_nothing_else_are_a_page(tmp_path):
    done = write_page(tmp_path, busy_cores=0.3)
    assert done.returncode == 0
    assert "| photos | 100 photos/s | 90 to 110 |" in done.stdout


@pytest.mark.parametrize("busy_cores", [0.31, 2.0])
def test_figures_beside_other_work_are_no_page(tmp_path, busy_cores):
    done = write_page(tmp_path, busy_cores)
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"benchmarks/photos.py: {busy_cores:.2f} cores were in use before it" in done.stderr
