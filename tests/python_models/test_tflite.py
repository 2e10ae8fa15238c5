"""The int8 importer against the model file that is committed."""

from pathlib import Path

import pytest
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError

ROOT = Path(__file__).parents[2]
TFLITE = ROOT / ".." / "shared" / "models" / "mobilenet_v2_1.0_224_ptq.tflite"
MODEL = ROOT / "models" / "mobilenet_v2_1.0_224.safetensors"


@pytest.fixture
def source():
    pytest.importorskip("tflite", reason="the PyPI packages tflite and flatbuffers are missing")
    if not TFLITE.exists():
        pytest.skip(f"{TFLITE} is missing")
    return TFLITE


def test_importing_the_published_file_gives_the_committed_model_byte_for_byte(source, tmp_path):
    target, _ = import_model(source, tmp_path / "model.safetensors", Wishes())
    assert target.read_bytes() == MODEL.read_bytes()


def test_a_size_other_than_the_files_is_refused(source, tmp_path):
    with pytest.raises(ModelError, match="fixed at 224x224"):
        import_model(source, tmp_path / "model.safetensors", Wishes(input_size=(192, 192)))
