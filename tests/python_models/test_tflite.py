"""The int8 importer against the model file that is committed."""

from pathlib import Path

import pytest
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from python_models.tflite_files import TfliteBuilder

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


def import_tflite(builder: TfliteBuilder, output: int, folder: Path) -> dict:
    return import_model(builder.write(folder / "source.tflite", output), folder / "model.safetensors", Wishes())[1]


@pytest.mark.parametrize("scores", [True, False])
def test_what_follows_the_average_pool_is_left_out(tmp_path, scores):
    builder = TfliteBuilder()
    output = builder.operator("SOFTMAX", [builder.classify()], [1, 5]) if scores else builder.pool
    card = import_tflite(builder, output, tmp_path)
    assert (card["feature_width"], card["input_width_px"]) == (10, 16)


@pytest.mark.parametrize(("activation", "kind"), [("RELU6", "SOFTMAX"), ("NONE", "LOGISTIC"), ("NONE", None)])
def test_a_classifier_before_the_average_pool_is_not_taken_for_the_last_layer(tmp_path, activation, kind):
    builder = TfliteBuilder(head_activation=activation)
    output = builder.operator(kind, [builder.pool], [1, 10]) if kind else builder.pool
    with pytest.raises(ModelError, match="before the average pool, may be its classifier"):
        import_tflite(builder, output, tmp_path)
    assert not (tmp_path / "model.safetensors").exists()


@pytest.mark.parametrize("channels", [1, 4])
def test_an_input_that_is_no_colour_image_is_refused(tmp_path, channels):
    builder = TfliteBuilder(channels)
    with pytest.raises(ModelError, match=rf"is \[1, 16, 16, {channels}\], not one RGB image"):
        import_tflite(builder, builder.pool, tmp_path)
