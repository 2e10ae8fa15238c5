"""The int8 importer against the model file that is committed."""

from pathlib import Path

import pytest
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from originals.published_model import PUBLISHED

MODEL = Path(__file__).parents[2] / "models" / "mobilenet_v2_1.0_224.safetensors"


def test_importing_the_published_file_gives_the_committed_model_byte_for_byte(tmp_path):
    target, _ = import_model(PUBLISHED, tmp_path / "model.safetensors", Wishes())
    assert target.read_bytes() == MODEL.read_bytes()


def test_a_size_other_than_the_files_is_refused(tmp_path):
    with pytest.raises(ModelError, match="fixed at 224x224"):
        import_model(PUBLISHED, tmp_path / "model.safetensors", Wishes(input_size=(192, 192)))
