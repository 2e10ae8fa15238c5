"""Channels first or last: by all extents of the input and by the first layers, against ONNX Runtime on the source."""

import itertools
from pathlib import Path

import numpy as np
import onnx
import pytest
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from onnx import TensorProto, helper
from python_models.networks import small_network
from python_models.onnx_networks import Style, make_onnx, run_onnx
from python_models.tails import TailBuilder

WIDTH, HEIGHT = 26, 18
SCALE, OFFSET = 1 / 127.5, -1.0
WISHES = {"scale": [SCALE] * 3, "offset": [OFFSET] * 3, "input_size": (WIDTH, HEIGHT)}


def network(shape: list | None, layout: str, first: str = "") -> onnx.ModelProto:
    """layout: what the first layers take. first: a layer before them that does not tell."""
    builder = TailBuilder()
    output = builder.flat()
    before = []
    source = "image"
    if first == "Mul":
        before.append(helper.make_node("Mul", [source, builder.constant(0.5)], ["half"]))
        source = "half"
    if first == "Slice":  # BGR
        ends = [builder.constant([n], np.int64) for n in (-1, -9, 1 if layout == "nchw" else 3, -1)]
        before.append(helper.make_node("Slice", [source, *ends], ["turned"]))
        source = "turned"
    if layout == "nhwc":
        before.append(helper.make_node("Transpose", [source], ["first"], perm=[0, 3, 1, 2]))
        source = "first"
    builder.nodes[0].input[0] = source
    graph = helper.make_graph(
        [*before, *builder.nodes],
        "network",
        [helper.make_tensor_value_info("image", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info(output, TensorProto.FLOAT, None)],
        builder.initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def import_onnx(folder: Path, model: onnx.ModelProto, **wishes) -> tuple[Path, dict]:
    source = folder / "source.onnx"
    source.write_bytes(model.SerializeToString())
    return import_model(source, folder / "model.safetensors", Wishes(**{**WISHES, **wishes}))


def assert_features(folder: Path, model: onnx.ModelProto, layout: str) -> None:
    path, card = import_onnx(folder, model)
    assert (card["input_width_px"], card["input_height_px"]) == (WIDTH, HEIGHT)
    images = np.random.default_rng(3).integers(0, 256, (3, HEIGHT, WIDTH, 3), np.uint8)
    for dim in model.graph.input[0].type.tensor_type.shape.dim[:1]:
        dim.dim_param = "batch"  # ONNX Runtime keeps to a fixed one
    expected = run_onnx(model, images, SCALE, OFFSET, model.graph.output[0].name, layout)
    assert expected.std(0).max() > 1e-3
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-4, atol=1e-5)


def open_some(extents: tuple[int, ...]) -> list[list]:
    """Each of them fixed, open without a name, or open with one."""
    names = ("batch", "c", "h", "w")
    return [
        [(extent, None, name)[choice] for extent, choice, name in zip(extents, choices, names, strict=True)]
        for choices in itertools.product((0, 1, 2), repeat=4)
        if sum(choices) % 2 or max(choices) < 2  # half of the combinations with names, all of those without
    ]


@pytest.mark.parametrize("shape", open_some((1, 3, HEIGHT, WIDTH)), ids=str)
def test_channels_first_is_read_whatever_is_open(tmp_path, shape):
    assert_features(tmp_path, network(shape, "nchw"), "nchw")


@pytest.mark.parametrize("shape", open_some((1, HEIGHT, WIDTH, 3)), ids=str)
def test_channels_last_is_read_whatever_is_open(tmp_path, shape):
    assert_features(tmp_path, network(shape, "nhwc"), "nhwc")


@pytest.mark.parametrize("layout", ["nchw", "nhwc"])
@pytest.mark.parametrize("shape", [None, [None] * 4, ["N", "C", "H", "W"], [8, None, None, None]], ids=str)
def test_without_extents_the_first_layers_tell(tmp_path, shape, layout):
    assert_features(tmp_path, network(shape, layout, "Mul"), layout)


@pytest.mark.parametrize(("shape", "layout"), [([1, 3, None, None], "nchw"), ([1, None, None, 3], "nhwc")], ids=str)
def test_where_the_first_layers_do_not_tell_a_fixed_3_does(tmp_path, shape, layout):
    assert_features(tmp_path, network(shape, layout, "Slice"), layout)


def refuse(folder: Path, model: onnx.ModelProto, match: str, **wishes) -> str:
    with pytest.raises(ModelError, match=match) as error:
        import_onnx(folder, model, **wishes)
    assert not (folder / "model.safetensors").exists()
    return error.value.remedy


@pytest.mark.parametrize("shape", [[None] * 4, [1, 3, 3, 3], [1, 3, None, 3], [1, None, HEIGHT, WIDTH]], ids=str)
def test_what_neither_tells_is_refused_with_the_remedy(tmp_path, shape):
    remedy = refuse(tmp_path, network(shape, "nchw", "Slice"), "which may be channels first or last", input_size=None)
    assert "[1, 3, height, width] or [1, height, width, 3]" in remedy


@pytest.mark.parametrize(
    ("shape", "layout"),
    [([1, 3, 3, WIDTH], "nchw"), ([1, 3, HEIGHT, 3], "nchw"), ([1, 3, WIDTH, 3], "nhwc"), ([3, HEIGHT, 3, 3], "nhwc")],
    ids=str,
)
def test_an_image_3_pixels_wide_is_read_by_its_first_layers(tmp_path, shape, layout):
    model = network(shape, layout)
    path, card = import_onnx(tmp_path, model, input_size=None)
    height, width = shape[2:] if layout == "nchw" else shape[1:3]
    assert (card["input_width_px"], card["input_height_px"]) == (width, height)
    images = np.random.default_rng(3).integers(0, 256, (2, height, width, 3), np.uint8)
    model.graph.input[0].type.tensor_type.shape.dim[0].dim_value = 1
    expected = run_onnx(model, images, SCALE, OFFSET, model.graph.output[0].name, layout)
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(
    ("shape", "layout", "why"),
    [
        ([1, HEIGHT, WIDTH, 3], "nchw", "which its first layers do not fit"),
        ([1, 3, HEIGHT, WIDTH], "nhwc", "which its first layers do not fit"),
        ([1, 1, HEIGHT, WIDTH], "nchw", "one channel, grey: coulis gives red, green and blue"),
        ([None, HEIGHT, WIDTH, 1], "nhwc", "one channel, grey"),
        ([None, 4, HEIGHT, WIDTH], "nchw", "not of three channels"),
        ([3, HEIGHT, WIDTH], "nchw", r"is \[3, 18, 26\], not one image"),
        ([1, 2, 3, HEIGHT, WIDTH], "nchw", "not one image"),
        ([], "nchw", "not one image"),
    ],
    ids=str,
)
def test_an_input_that_is_no_colour_image_is_refused(tmp_path, shape, layout, why):
    refuse(tmp_path, network(shape, layout), why)


@pytest.mark.parametrize("shape", [[1, None, HEIGHT, WIDTH], [None] * 4, None, [1, None, None, 3]], ids=str)
@pytest.mark.parametrize("channels", [1, 4])
def test_a_first_convolution_of_other_channels_is_refused(tmp_path, channels, shape):
    model = network(shape, "nchw")
    weight = next(t for t in model.graph.initializer if t.name == model.graph.node[0].input[1])
    weight.CopyFrom(onnx.numpy_helper.from_array(np.zeros((8, channels, 3, 3), np.float32), weight.name))
    refuse(tmp_path, model, f"its first convolution takes {channels}-channel images")


def test_the_size_of_an_image_with_channels_last_is_its_own(tmp_path):
    model = network(["N", HEIGHT, WIDTH, 3], "nhwc")
    _, card = import_onnx(tmp_path, model, input_size=None)
    assert (card["input_width_px"], card["input_height_px"]) == (WIDTH, HEIGHT)
    (tmp_path / "model.safetensors").unlink()
    refuse(tmp_path, model, "fixed at 26x18", input_size=(HEIGHT, WIDTH))


def test_several_inputs_are_named(tmp_path):
    model = network([1, 3, HEIGHT, WIDTH], "nchw")
    model.graph.input.append(helper.make_tensor_value_info("training", TensorProto.BOOL, []))
    assert "takes an image and nothing else" in refuse(tmp_path, model, "2 inputs, not one image, 'image', 'training'")


def test_a_network_of_our_engine_may_take_its_channels_last(tmp_path):
    model = make_onnx(small_network(), Style(dynamic=False), WIDTH, HEIGHT)
    images = np.random.default_rng(3).integers(0, 256, (3, HEIGHT, WIDTH, 3), np.uint8)
    expected = run_onnx(model, images, SCALE, OFFSET)
    model.graph.input[0].CopyFrom(helper.make_tensor_value_info("pixels", TensorProto.FLOAT, ["N", None, None, 3]))
    model.graph.node.insert(0, helper.make_node("Transpose", ["pixels"], ["image"], perm=[0, 3, 1, 2]))
    path, card = import_onnx(tmp_path, model)
    assert card["architecture"] == "inverted_residual"
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-5, atol=1e-5)


@pytest.mark.parametrize("name", ["UINT8", "DOUBLE", "INT64", "BFLOAT16", "INT8", "FLOAT8E4M3FN"])
def test_an_input_of_another_type_is_refused_by_its_type_with_the_remedy(tmp_path, name):
    model = network([1, 3, HEIGHT, WIDTH], "nchw")
    model.graph.input[0].type.tensor_type.elem_type = TensorProto.DataType.Value(name)
    said = {"DOUBLE": "float64"}.get(name, name.lower())
    remedy = refuse(tmp_path, model, f"the ONNX model's input 'image' is {said}, not float32")
    assert "float32 input" in remedy


@pytest.mark.parametrize("name", ["DOUBLE", "INT64", "UINT8", "BFLOAT16"])
def test_an_output_of_another_type_is_not_called_one_of_another_shape(tmp_path, name):
    model = network([1, 3, HEIGHT, WIDTH], "nchw")
    flat = model.graph.output[0].name
    model.graph.node.append(helper.make_node("Cast", [flat], ["cast"], to=TensorProto.DataType.Value(name)))
    model.graph.output[0].CopyFrom(helper.make_tensor_value_info("cast", TensorProto.DataType.Value(name), None))
    said = {"DOUBLE": "float64"}.get(name, name.lower())
    assert "--cut" in refuse(tmp_path, model, f"'cast' is {said}, not float32")


def test_a_graph_that_puts_out_a_list_is_refused_calmly(tmp_path):
    model = network([1, 3, HEIGHT, WIDTH], "nchw")
    model.graph.node.append(helper.make_node("SequenceConstruct", [model.graph.output[0].name], ["list"]))
    model.graph.output[0].CopyFrom(helper.make_tensor_sequence_value_info("list", TensorProto.FLOAT, None))
    refuse(tmp_path, model, "is sequence, not float32", whole=True)
