"""Damaged files of every kind: an error of ours, or a model read; never a crash, another exception or gigabytes."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from originals.published_model import PUBLISHED
from python_models.networks import small_network, tiny_mobilenet_v2, write_keras
from python_models.onnx_networks import Style, make_onnx
from python_models.tails import CUT
from python_models.tails import make as make_tail
from python_models.torch_files import state_dict, tiny_efficientnet_lite, write_torch

MUTANTS = Path(__file__).with_name("mutants.py")


def make_source(kind: str, folder: Path) -> Path:
    if kind == "keras":
        return write_keras(folder / "source.h5", tiny_mobilenet_v2())
    if kind == "torch":
        return write_torch(folder / "source.pth", state_dict(tiny_efficientnet_lite()))
    source = folder / "source.onnx"
    model = (
        make_tail(CUT["two layers"].tail)
        if kind == "onnx for OpenVINO"
        else make_onnx(small_network(), Style(), 64, 64)
    )
    source.write_bytes(model.SerializeToString())
    return source


def run_mutants(source: Path, count: int) -> dict[str, int]:
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path)), "OPENBLAS_NUM_THREADS": "1"}
    command = [sys.executable, str(MUTANTS), str(source), str(count), "20261122"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600, env=environment)
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout)


@pytest.mark.parametrize(("kind", "count"), [("keras", 120), ("onnx", 300), ("onnx for OpenVINO", 300), ("torch", 300)])
def test_a_damaged_source_is_an_error_of_ours(tmp_path, kind, count):
    results = run_mutants(make_source(kind, tmp_path), count)
    assert sum(results.values()) == count
    assert results["refused"] >= count // 4


def test_a_damaged_tflite_file_is_an_error_of_ours(tmp_path):
    source = tmp_path / "source.tflite"
    source.write_bytes(PUBLISHED.read_bytes())
    assert run_mutants(source, 60)["refused"] >= 15


def test_a_damaged_model_file_is_an_error_of_ours(tmp_path):
    source = make_source("onnx", tmp_path)
    path, _ = import_model(source, tmp_path / "model.safetensors", Wishes())
    results = run_mutants(path, 500)
    assert sum(results.values()) == 500
    assert results["refused"] >= 250
