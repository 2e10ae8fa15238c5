"""The programs that soak checks run."""

import os
import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]


def build(preset: str, target: str) -> None:
    for command in (["cmake", "--preset", preset], ["cmake", "--build", "--preset", preset, "--target", target]):
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)


def run(command: list[str | Path]) -> subprocess.CompletedProcess[str]:
    """Its output is shown where it fails."""
    environment = os.environ | {"ARROW_DEFAULT_MEMORY_POOL": "system"}
    done = subprocess.run(command, cwd=ROOT / "build", capture_output=True, text=True, env=environment, check=False)
    if done.returncode != 0:
        print(done.stdout[-4000:], done.stderr[-4000:])
    return done
