"""The importer against the file that is committed."""

import hashlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
TFLITE = ROOT / ".." / "shared" / "models" / "mobilenet_v2_1.0_224_ptq.tflite"
MODEL = ROOT / "models" / "mobilenet_v2_1.0_224.safetensors"


def test_importing_the_published_file_gives_the_committed_model_byte_for_byte(tmp_path):
    pytest.importorskip("tflite", reason="the PyPI packages tflite and flatbuffers are missing")
    if not TFLITE.exists():
        pytest.skip(f"{TFLITE} is missing")
    from coulis.models.from_tflite import import_model

    target = tmp_path / "model.safetensors"
    import_model(TFLITE, target)
    assert hashlib.sha256(target.read_bytes()).hexdigest() == hashlib.sha256(MODEL.read_bytes()).hexdigest()
