"""The engines as long-lived processes, so that rounds interleave without start-up costs, and their inputs."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import harness
import numpy as np
from PIL import Image

MODELS = harness.ROOT / "build" / "bench" / "models"
MODEL_FILES = ("fp32.onnx", "int8.onnx", "fp32.tflite", "int8.tflite", "keras.weights.h5")
MODEL_SCRIPTS = ("make_models.py", "tflite_models.py", "onnx_int8.py", "keras_model.py")
SIDE_PX = 224


def make_models() -> None:
    """Makes the same network in each rival's format, if it does not exist."""
    made = [MODELS / name for name in MODEL_FILES]
    sources = [harness.PUBLISHED_MODEL, *(harness.RIVALS / name for name in MODEL_SCRIPTS)]
    if all(file.exists() for file in made):
        if max(file.stat().st_mtime for file in sources) < min(file.lstat().st_mtime for file in made):
            return
        for file in made:
            file.unlink()
    script = harness.RIVALS / "make_models.py"
    harness.run_measured([harness.RIVALS_PYTHON, script, harness.PUBLISHED_MODEL, MODELS], quiet=True)
    (MODELS / "fp32.onnx").symlink_to(harness.make_onnx_model())


def read_images(folder: Path, count: int) -> np.ndarray:
    """uint8 [count, 224, 224, 3] by Pillow, spread evenly over the photos of a folder."""
    files = sorted(file for file in folder.rglob("*") if file.suffix.lower() in (".jpg", ".jpeg"))
    chosen = [files[i * len(files) // count] for i in range(count)]
    size, bicubic = (SIDE_PX, SIDE_PX), Image.Resampling.BICUBIC
    return np.stack([np.asarray(Image.open(file).convert("RGB").resize(size, bicubic)) for file in chosen])


@dataclass(frozen=True)
class Race:
    """Images per second of wall clock, and per second of CPU time of the whole process."""

    rate: float
    cpu_rate: float


class EngineProcess:
    """rivals/engine_worker.py with one engine: `missing` says why it cannot run, `in_use` what it actually runs."""

    def __init__(self, engine: str, precision: str, images: Path, environment: dict[str, str]) -> None:
        self.stderr = tempfile.TemporaryFile("w+")  # noqa: SIM115 (closed with the object)
        python = sys.executable if engine == "coulis" else harness.RIVALS_PYTHON
        worker = harness.RIVALS / "engine_worker.py"
        self.process = subprocess.Popen(
            [python, worker, engine, precision, MODELS, images],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.stderr,
            text=True,
            env={**os.environ, "PYTHONPATH": str(harness.BUILD / "python"), **environment},
        )
        answer = self._read()
        self.missing: str = answer.get("missing", "")
        self.version: str = answer.get("version", "")
        self.in_use: str = answer.get("in_use", "")

    def _read(self) -> dict[str, Any]:
        assert self.process.stdout
        line = self.process.stdout.readline()
        if not line:
            self.stderr.seek(0)
            sys.exit(f"{self.stderr.read()}\nan engine died: {' '.join(map(str, self.process.args))}")
        return json.loads(line)

    def _ask(self, request: dict[str, Any]) -> dict[str, Any]:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(request) + "\n")
        self.process.stdin.flush()
        return self._read()

    def rows(self) -> np.ndarray:
        """float32 [images, 1280]"""
        with tempfile.NamedTemporaryFile(suffix=".npy") as file:
            self._ask({"rows": file.name})
            return np.load(file.name)

    def sample_avx512(self) -> float:
        """Percentage of AVX-512 among the instructions run for an image."""
        answer = self._ask({"sample": str(harness.SAMPLE_AVX512)})
        return 100 * answer["avx512"] / answer["samples"]

    def race(self, cores: Sequence[int], seconds: float) -> Race:
        """One thread on each core."""
        answer = self._ask({"cores": list(cores), "seconds": seconds})
        return Race(answer["images"] / answer["wall_s"], answer["images"] / answer["cpu_s"])

    def close(self) -> None:
        self.process.communicate()
