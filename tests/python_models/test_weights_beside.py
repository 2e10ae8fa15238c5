"""ONNX files with their weights in other files, and those of float16, against ONNX Runtime on the same files."""

import os
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest
from coulis import _core
from coulis.models import external_data
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from onnx import TensorProto, helper, numpy_helper
from python_models.networks import small_network
from python_models.onnx_networks import Style, make_onnx, run_onnx
from python_models.tails import SIZE_PX, TailBuilder, make

SCALE, OFFSET = 1 / 127.5, -1.0
DATA = "source.onnx.data"


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (4, SIZE_PX, SIZE_PX, 3), np.uint8)


def save(folder: Path, model: onnx.ModelProto, location: str = DATA, **options) -> Path:
    source = folder / "source.onnx"
    (folder / location).parent.mkdir(exist_ok=True)
    copy = onnx.ModelProto()
    copy.CopyFrom(model)
    onnx.save(copy, source, save_as_external_data=True, location=location, size_threshold=0, **options)
    return source


def import_onnx(source: Path) -> tuple[Path, dict]:
    return import_model(source, source.with_name("model.safetensors"), Wishes(scale=[SCALE] * 3, offset=[OFFSET] * 3))


@pytest.mark.parametrize(
    ("location", "options"),
    [
        (DATA, {}),
        ("weights/all.bin", {}),
        (DATA, {"convert_attribute": True}),
        ("weights.d/any name", {"all_tensors_to_one_file": True}),
    ],
)
def test_weights_beside_the_model_are_read(tmp_path, images, location, options):
    model = make(lambda b: b.flat())
    source = save(tmp_path, model, location, **options)
    assert (tmp_path / location).stat().st_size > 4000
    path, card = import_onnx(source)
    assert card["architecture"] == "onnx"
    expected = run_onnx(str(source), images, SCALE, OFFSET, model.graph.output[0].name)
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-4, atol=1e-5)
    before = path.read_bytes()
    (tmp_path / location).unlink()
    assert _core.read_card(str(path))["sha256"] and path.read_bytes() == before


def test_each_tensor_may_have_a_file_of_its_own(tmp_path, images):
    model = make(lambda b: b.flat())
    source = save(tmp_path, model, all_tensors_to_one_file=False)
    assert len(list(tmp_path.iterdir())) > 2
    expected = run_onnx(str(source), images, SCALE, OFFSET, model.graph.output[0].name)
    np.testing.assert_allclose(_core.Network(str(import_onnx(source)[0])).features(images), expected, atol=1e-5)


def test_the_file_is_that_of_the_same_model_in_one_piece(tmp_path):
    model = make_onnx(small_network(), Style(), 45, 38)
    whole = tmp_path / "whole"
    whole.mkdir()
    (whole / "source.onnx").write_bytes(model.SerializeToString())
    weights = [
        _core.read_model_weights(str(import_onnx(source)[0]))
        for source in (whole / "source.onnx", save(tmp_path, model))
    ]
    assert all(np.array_equal(weights[0][name], weights[1][name]) for name in weights[0])


def spoil(source: Path, **entries: str | None) -> Path:
    """Other external data for the first weights."""
    model = onnx.load(source, load_external_data=False)
    tensor = model.graph.initializer[0]
    kept = {entry.key: entry.value for entry in tensor.external_data} | entries
    del tensor.external_data[:]
    for key, value in kept.items():
        if value is not None:
            tensor.external_data.add(key=key, value=value)
    source.write_bytes(model.SerializeToString())
    return source


def refuse(source: Path, match: str) -> None:
    with pytest.raises(ModelError, match=match) as error:
        import_onnx(source)
    assert error.value.remedy and "\n" not in str(error.value)
    assert not source.with_name("model.safetensors").exists()


@pytest.fixture
def source(tmp_path) -> Path:
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / "secret").write_bytes(bytes(1 << 16))
    return save(folder, make(lambda b: b.flat()))


@pytest.mark.parametrize("location", ["../secret", "/etc/passwd", "a/../../secret", "", ".", "..", "a\0b"])
def test_a_place_outside_the_folder_is_refused(source, location):
    refuse(spoil(source, location=location), "outside the folder of the ONNX model: refused")


@pytest.mark.parametrize("kind", ["file", "folder", "inside", "dangling"])
def test_a_link_is_refused(source, kind):
    folder = source.parent
    if kind == "folder":
        (folder / "link").symlink_to(folder.parent)
    else:
        target = {"file": folder.parent / "secret", "inside": folder / DATA, "dangling": folder / "none"}[kind]
        (folder / "link").symlink_to(target)
    refuse(spoil(source, location="link/secret" if kind == "folder" else "link"), "is a link: refused")


def test_what_is_no_file_is_refused(source):
    (source.parent / "folder").mkdir()
    refuse(spoil(source, location="folder"), "'folder' beside the ONNX model cannot be read: Is a directory")
    os.mkfifo(source.parent / "pipe")
    refuse(spoil(source, location="pipe"), "'pipe', which holds weights of the ONNX model, is not a file")


def test_a_file_that_is_missing_is_named(source):
    (source.parent / DATA).unlink()
    refuse(source, f"'{DATA}' beside the ONNX model cannot be read: No such file")


def test_a_file_that_is_too_short_is_named_with_both_numbers(source):
    data = source.parent / DATA
    size = data.stat().st_size
    os.truncate(data, size - 1)
    refuse(source, f"'{DATA}' has {size - 1} bytes, but the weights '.*' end at byte {size}")


@pytest.mark.parametrize(
    ("entries", "why"),
    [
        ({"offset": "1000000"}, "end at byte"),
        ({"offset": "999999999999999999"}, "end at byte"),
        ({"offset": "-1"}, "have the offset '-1'"),
        ({"offset": "0x10"}, "have the offset '0x10'"),
        ({"offset": "9" * 5000}, "have the offset"),
        ({"length": "1"}, r"need 864 bytes, but have 1 in"),
        ({"length": "99999999999"}, r"need 864 bytes, but have 99999999999 in"),
        ({"length": "x"}, "have the length 'x'"),
    ],
    ids=str,
)
def test_numbers_that_do_not_fit_are_refused(source, entries, why):
    refuse(spoil(source, **entries), why)


def test_without_length_and_offset_the_shape_says_how_much(source, images):
    expected = run_onnx(str(source), images, SCALE, OFFSET, onnx.load(source).graph.output[0].name)
    model = onnx.load(source, load_external_data=False)
    assert {e.key: e.value for e in model.graph.initializer[0].external_data}["offset"] == "0"
    path, _ = import_onnx(spoil(source, length=None, offset=None))
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-4, atol=1e-5)


def test_shapes_that_ask_for_gigabytes_are_refused(source):
    model = onnx.load(source, load_external_data=False)
    model.graph.initializer[0].dims[:] = [1 << 20, 1 << 20]
    source.write_bytes(model.SerializeToString())
    refuse(spoil(source, length=None), "have more than 1073741824 bytes")


def test_all_weights_together_are_bounded(source, monkeypatch):
    monkeypatch.setattr(external_data, "MAX_BYTES", 1000)
    refuse(source, "have more than 1000 bytes")


def test_weights_of_no_numbers_are_refused(source):
    model = onnx.load(source, load_external_data=False)
    model.graph.initializer[0].data_type = TensorProto.STRING
    source.write_bytes(model.SerializeToString())
    refuse(source, "are string, not numbers")


def half(model: onnx.ModelProto, inputs: bool) -> onnx.ModelProto:
    """With float16 weights; inputs: the input and the output too, else a Cast on each side."""
    for tensor in model.graph.initializer:
        if tensor.data_type == TensorProto.FLOAT:
            values = numpy_helper.to_array(tensor).astype(np.float16)
            tensor.CopyFrom(numpy_helper.from_array(values, tensor.name))
    output = model.graph.output[0]
    if inputs:
        model.graph.input[0].type.tensor_type.elem_type = TensorProto.FLOAT16
        output.type.tensor_type.elem_type = TensorProto.FLOAT16
        return model
    for node in model.graph.node:
        node.input[:] = ["half" if name == "image" else name for name in node.input]
    model.graph.node.insert(0, helper.make_node("Cast", ["image"], ["half"], to=TensorProto.FLOAT16))
    model.graph.node.append(helper.make_node("Cast", [output.name], ["wide"], to=TensorProto.FLOAT))
    output.CopyFrom(helper.make_tensor_value_info("wide", TensorProto.FLOAT, None))
    return model


def run_half(model: onnx.ModelProto, images: np.ndarray) -> np.ndarray:
    session = onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    dtype = np.float16 if session.get_inputs()[0].type == "tensor(float16)" else np.float32
    inputs = (images * SCALE + OFFSET).astype(dtype).transpose(0, 3, 1, 2)
    rows = [session.run(None, {"image": np.ascontiguousarray(image[None])})[0] for image in inputs]
    return np.concatenate(rows).astype(np.float32).reshape(len(images), -1)


def tail_of_several_types(b: TailBuilder) -> str:
    """Constants of a node and of ConstantOfShape, a Cast between."""
    ones = b.node("ConstantOfShape", [b.constant([1], np.int64)], value=helper.make_tensor("v", 10, [1], [0.5]))
    two = b.node("Constant", [], value=numpy_helper.from_array(np.array(2, np.float16)))
    whole = b.node("Cast", [b.node("Cast", [b.flat()], to=TensorProto.FLOAT)], to=TensorProto.FLOAT16)
    return b.node("Relu", [b.node("Mul", [b.node("Add", [whole, ones]), two])])


@pytest.mark.parametrize("inputs", [True, False], ids=["float16 input", "float32 input"])
@pytest.mark.parametrize("tail", [lambda b: b.flat(), tail_of_several_types], ids=["pool", "several types"])
def test_float16_is_widened(tmp_path, images, inputs, tail):
    model = half(make(tail), inputs)
    source = tmp_path / "source.onnx"
    source.write_bytes(model.SerializeToString())
    path, _ = import_onnx(source)
    expected = run_half(model, images)
    assert expected.std(0).max() > 1e-2
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=5e-3, atol=5e-3)


def test_float16_weights_beside_the_model_are_widened_too(tmp_path, images):
    model = half(make(lambda b: b.flat()), True)
    path, _ = import_onnx(save(tmp_path, model))
    expected = run_half(model, images)
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=5e-3, atol=5e-3)


def test_a_float16_network_of_our_engine_keeps_its_numbers(tmp_path):
    network = small_network()
    for layer in network.layers():
        layer.weight = layer.weight.astype(np.float16).astype(np.float32)
        layer.norm = [values.astype(np.float16).astype(np.float32) for values in layer.norm]
    paths = []
    for name, model in (
        ("wide", make_onnx(network, Style(), 45, 38)),
        ("half", half(make_onnx(network, Style(), 45, 38), True)),
    ):
        (tmp_path / name).mkdir()
        (tmp_path / name / "source.onnx").write_bytes(model.SerializeToString())
        path, card = import_onnx(tmp_path / name / "source.onnx")
        assert card["architecture"] == "inverted_residual"
        paths.append(path)
    wide, narrow = (_core.read_model_weights(str(path)) for path in paths)
    assert all(np.array_equal(wide[name], narrow[name]) for name in wide)
