"""A user's program is checked by mypy --strict: right use passes, wrong use does not."""

import os
import subprocess
import sys

from cli.command import REPOSITORY

RIGHT = """
import coulis
import numpy as np
from numpy.typing import NDArray
from pathlib import Path

features = coulis.featurize("photos/", precision="int8", on_bad="raise")
features = coulis.featurize([Path("a.jpg"), Path("b.jpg")])
features = coulis.featurize([b"", b""])
features = coulis.featurize([np.zeros((4, 4, 3), np.uint8)])
values: NDArray[np.float32] = features.values
paths: list[str] = features.paths
codes: list[str] = [error.code for error in features.errors]
rows: NDArray[np.float32] = coulis.open("results/").matrix()
labels: list[str] = coulis.open("results/").labels
pca: coulis.PCA = coulis.PCA(n_components=0.95).fit(values)
components: NDArray[np.float64] = pca.components_
featurizer: coulis.Featurizer = coulis.Featurizer(model=Path("model.safetensors"))
summary = coulis.run("photos/", "results/", k=20)
try:
    print(summary["ok"], coulis.__version__)
except coulis.Error as error:
    print(error.code, error.remedy)
except coulis.BadPhoto as bad:
    print(bad.message)
"""


def check(program, tmp_path):
    (tmp_path / "program.py").write_text(program)
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file=", "--ignore-missing-imports", "program.py"]
    environment = {**os.environ, "MYPYPATH": str(REPOSITORY / "build" / "release" / "python")}
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, timeout=300)
    return [line for line in done.stdout.splitlines() if ": error:" in line]


WRONG = {
    'coulis.featurize("photos/", on_bad="skip")': "incompatible type \"Literal['skip']\"",
    "coulis.featurize([1, 2])": "incompatible type",
    'coulis.featurize("photos/").rows': '"Features" has no attribute "rows"',
    'coulis.open("out").matrix("labels")': "incompatible type \"Literal['labels']\"",
    "coulis.Featurizer(precisoin=1)": 'Unexpected keyword argument "precisoin"',
}


def test_right_use_passes_and_wrong_use_does_not(tmp_path):
    """In one program, as mypy takes seconds: the lines of WRONG come after those of RIGHT."""
    errors = check(RIGHT + "\n".join(WRONG), tmp_path)
    first_wrong = RIGHT.count("\n") + 1
    for number, message in enumerate(WRONG.values(), start=first_wrong):
        assert any(line.startswith(f"program.py:{number}: ") and message in line for line in errors), errors
    assert len({line.split(": error:")[0] for line in errors}) == len(WRONG), errors
