"""ONNX networks of other families, run by OpenVINO, against ONNX Runtime on the uncut graph."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from onnx import helper
from python_models.networks import small_network
from python_models.onnx_networks import Style, make_onnx, run_onnx
from python_models.other_networks import resnet18, vit_tiny

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
NETWORKS = {"resnet18": (resnet18, "pool", 512), "vit_tiny": (vit_tiny, "token", 192)}

needs_openvino = pytest.mark.skipif(
    importlib.util.find_spec("openvino") is None, reason="the PyPI package openvino is not installed"
)


def import_onnx(folder: Path, model: onnx.ModelProto, **wishes):
    source = folder / "source.onnx"
    source.write_bytes(model.SerializeToString())
    return import_model(source, folder / "model.safetensors", Wishes(**wishes))


@pytest.fixture(scope="module", params=NETWORKS)
def imported(request, tmp_path_factory, photos):
    """A model file, its card, the width wanted, and ONNX Runtime's features of six photos."""
    make, tensor, width = NETWORKS[request.param]
    model = make()
    path, card = import_onnx(tmp_path_factory.mktemp(request.param), model, cut=tensor, input_size=(224, 224))
    del model.graph.output[:]
    model.graph.output.add().name = tensor
    return path, card, width, run_onnx(model, photos[::4], 1 / (255 * STD), -MEAN / STD, tensor)


@needs_openvino
def test_features_equal_those_of_onnx_runtime(imported, photos, assert_parity):
    path, _, _, expected = imported
    assert_parity(_core.Network(str(path)).features(photos[::4]), expected)


@needs_openvino
def test_a_row_depends_on_its_image_alone(imported, photos):
    path, _, _, _ = imported
    network, other = _core.Network(str(path)), _core.Network(str(path))
    rows = network.features(photos[:3])
    assert np.array_equal(other.features(photos[2]), rows[2])
    assert np.array_equal(network.features(photos[0]), rows[0])


def test_the_card_says_what_was_cut_and_how_the_image_is_prepared(imported):
    path, card, width, _ = imported
    assert (card["architecture"], card["feature_width"]) == ("onnx", width)
    assert "; cut at " in card["source"]
    assert np.allclose(card["input_scale"], 1 / (255 * STD)) and np.allclose(card["input_offset"], -MEAN / STD)
    assert _core.read_card(str(path)) == card


def test_without_openvino_the_error_says_how_to_install_it(imported):
    program = f"from coulis import _core; _core.Network({str(imported[0])!r})"
    environment = {**os.environ, "COULIS_OPENVINO": "no/such/folder", "PYTHONPATH": os.pathsep.join(sys.path)}
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, env=environment)
    said, remedy = done.stderr.splitlines()[-2:]
    assert said == "coulis._core.Error: this model is run by OpenVINO, which is not installed"
    assert "openvino" in remedy


def refuse(folder: Path, model: onnx.ModelProto, match: str, **wishes) -> None:
    with pytest.raises(ModelError, match=match):
        import_onnx(folder, model, **wishes)
    assert not (folder / "model.safetensors").exists()


def not_inverted_residual() -> onnx.ModelProto:
    model = make_onnx(small_network(), Style(classifier=True), 45, 38)
    for node in model.graph.node:
        if node.op_type == "Clip":
            node.CopyFrom(helper.make_node("Sigmoid", node.input[:1], node.output, name=node.name))
    return model


def test_a_graph_with_several_outputs_needs_a_cut(tmp_path):
    refuse(tmp_path, not_inverted_residual(), "2 outputs: features, logits", whole=True)


def test_a_tensor_that_is_not_there_cannot_be_cut_at(tmp_path):
    refuse(tmp_path, not_inverted_residual(), "cannot be cut at 'nowhere'", cut="nowhere")


def test_an_output_that_is_no_row_is_refused(tmp_path):
    model = not_inverted_residual()
    model.graph.node.insert(0, helper.make_node("Transpose", ["image"], ["turned"], perm=[0, 2, 3, 1]))
    refuse(tmp_path, model, r"is \[1, 38, 45, 3\], not one row \[1, C\] or \[1, C, 1, 1\]", cut="turned")


@needs_openvino
def test_a_graph_that_openvino_cannot_read_is_an_error(tmp_path):
    path, _ = import_onnx(tmp_path, not_inverted_residual(), cut="features")
    data = path.read_bytes()
    broken = tmp_path / "broken.safetensors"
    broken.write_bytes(data.replace(b"Sigmoid", b"Sigmuid"))
    with pytest.raises(_core.Error, match="OpenVINO cannot"):
        _core.Network(str(broken))
