"""ONNX graphs of the inverted-residual family against ONNX Runtime on the same file."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from onnx import helper
from originals import published_model
from python_models import efficientnet_lite0
from python_models.networks import Weights, float32_bound, mobilenet_v2, small_network
from python_models.onnx_networks import Style, make_onnx, run_onnx
from tolerance import assert_within

MEAN, STD = np.array([0.485, 0.456, 0.406]), np.array([0.229, 0.224, 0.225])
SIZE = (45, 38)  # width, height: paddings differ between the two, and between even and odd


def import_onnx(folder: Path, model: onnx.ModelProto, wishes: Wishes | None = None):
    source = folder / "source.onnx"
    source.write_bytes(model.SerializeToString())
    path, card = import_model(source, folder / "model.safetensors", wishes or Wishes())
    assert card["architecture"] == "inverted_residual"
    return path, card


@pytest.mark.parametrize(
    "make_source",
    [lambda: make_onnx(efficientnet_lite0.read_network(), Style(norm="folded")), published_model.make_onnx],
    ids=["efficientnet_lite0", "mobilenet_v2"],
)
def test_features_of_real_weights_equal_those_of_onnx_runtime(
    tmp_path, photos, level, assert_parity, make_source: Callable[[], onnx.ModelProto]
):
    model = make_source()
    photos = photos[:: 8 if level == "portable" else 2]
    wishes = Wishes(scale=[1 / 128] * 3, offset=[-127 / 128] * 3)
    path, _ = import_onnx(tmp_path, model, wishes)
    assert_parity(_core.Network(str(path)).features(photos), run_onnx(model, photos, 1 / 128, -127 / 128))


def test_a_graph_as_pytorch_exports_it_has_its_padding_and_a_scale_for_each_channel(
    tmp_path, photos, level, assert_parity
):
    model = make_onnx(mobilenet_v2(1.0, seed=5), Style(padding="symmetric", clip="constant", classifier=True))
    path, card = import_onnx(tmp_path, model)
    assert card["filter"] == "bilinear"
    assert np.allclose(card["input_scale"], 1 / (255 * STD), rtol=1e-15)
    photos = photos[:: 12 if level == "portable" else 4]
    expected = run_onnx(model, photos, 1 / (255 * STD), -MEAN / STD)
    assert_parity(_core.Network(str(path)).features(photos), expected)


@pytest.mark.parametrize(
    "style",
    [
        Style(norm="folded", pool="mean_attribute", classifier=True),
        Style(padding="symmetric", clip="attribute", opset=9),
        Style(padding="auto", clip="constant", dynamic=False),
        Style(padding="node", pool="mean_input", opset=18),
        Style(padding="symmetric", norm="folded", pool="mean_input", opset=18),
    ],
    ids=lambda style: f"{style.padding}-{style.norm}-{style.clip}-{style.pool}",
)
@pytest.mark.parametrize(("activation", "head"), [("relu6", True), ("relu", False)])
def test_each_exporters_style_gives_the_features_of_onnx_runtime(tmp_path, style, activation, head):
    network = small_network(activation, head)
    model = make_onnx(network, style, *SIZE)
    path, _ = import_onnx(tmp_path, model, Wishes(scale=[1 / 127.5] * 3, offset=[-1.0] * 3))
    images = np.random.default_rng(0).integers(0, 256, (4, SIZE[1], SIZE[0], 3), np.uint8)
    expected = run_onnx(model, images, 1 / 127.5, -1)
    assert expected.std(0).max() > 1e-3
    assert_within(_core.Network(str(path)).features(images), expected, float32_bound(network, expected))


def test_kernels_that_our_engine_lacks_are_named_and_the_graph_left_to_openvino(tmp_path, capsys):
    network = small_network()
    network.blocks.append(Weights(4).block(12, 12, 3, kernel=7))
    source = tmp_path / "source.onnx"
    source.write_bytes(make_onnx(network, Style(), *SIZE).SerializeToString())
    _, card = import_model(source, tmp_path / "model.safetensors", Wishes())
    assert card["architecture"] == "onnx"
    assert (
        "blocks.5.depthwise has a kernel of 7x7, not of 3x3 or 5x5: the graph is run by Open" in capsys.readouterr().err
    )


def test_weights_that_are_not_finite_are_refused(tmp_path):
    network = small_network()
    network.blocks[1].layers[0].weight[0] = np.nan
    refuse(tmp_path, make_onnx(network, Style(), *SIZE), "blocks.1.expand has weights that are not finite")


def test_a_graph_that_lists_its_weights_among_its_inputs_has_one_image_still(tmp_path):
    model = make_onnx(small_network(), Style(clip="attribute", opset=9), *SIZE)
    model.ir_version = 3
    model.graph.input.extend(
        helper.make_tensor_value_info(tensor.name, tensor.data_type, tensor.dims) for tensor in model.graph.initializer
    )
    _, card = import_onnx(tmp_path, model)
    assert card["feature_width"] == 20


def test_flags_describe_what_the_graph_does_not_say(tmp_path):
    wishes = Wishes(name="mine", title="My own", licence="MIT", filter="lanczos", mean=[0.5] * 3, std=[0.25] * 3)
    _, card = import_onnx(tmp_path, make_onnx(small_network(), Style(), *SIZE), wishes)
    assert (card["name"], card["title"], card["licence"], card["filter"]) == ("mine", "My own", "MIT", "lanczos")
    assert card["preprocessing"] == f"rgb 45x38 lanczos, u8 * {1 / (255 * 0.25)} + -2"


def refuse(folder: Path, model: onnx.ModelProto, match: str) -> None:
    source = folder / "source.onnx"
    source.write_bytes(model.SerializeToString())
    with pytest.raises(ModelError, match=match):
        import_model(source, folder / "model.safetensors", Wishes())
    assert not (folder / "model.safetensors").exists()


def test_a_size_other_than_the_graphs_is_refused(tmp_path):
    with pytest.raises(ModelError, match="fixed at 45x38"):
        import_onnx(tmp_path, make_onnx(small_network(), Style(), *SIZE), Wishes(input_size=(64, 64)))


@pytest.mark.parametrize(
    ("kind", "name", "attributes", "why"),
    [
        ("Conv", "Conv_0", {"dilations": [2, 2]}, "Conv 'Conv_0' of the ONNX graph is dilated"),
        ("Conv", "Conv_0", {"strides": [2, 1]}, "different strides"),
        ("Conv", "Conv_0", {"pads": [1, 0, 0, 1]}, "neither TensorFlow's nor PyTorch's"),
        ("Conv", "Conv_0", {"auto_pad": "SAME_LOWER"}, "padded in an unknown way"),
        ("Sigmoid", "Clip_2", {}, "Sigmoid 'Clip_2' of the ONNX graph is not a layer of an inverted-residual"),
    ],
)
def test_a_node_that_does_not_fit_is_named_and_the_graph_left_to_openvino(
    tmp_path, capsys, kind, name, attributes, why
):
    model = make_onnx(small_network(), Style(), *SIZE)
    node = next(node for node in model.graph.node if node.name == name)
    kept = {
        a.name: helper.get_attribute_value(a)
        for a in node.attribute
        if a.name != "pads" or "auto_pad" not in attributes
    }
    inputs = list(node.input) if kind != "Sigmoid" else node.input[:1]
    node.CopyFrom(helper.make_node(kind, inputs, node.output, name=name, **{**kept, **attributes}))
    source = tmp_path / "source.onnx"
    source.write_bytes(model.SerializeToString())
    _, card = import_model(source, tmp_path / "model.safetensors", Wishes())
    assert card["architecture"] == "onnx"
    assert why in capsys.readouterr().err
