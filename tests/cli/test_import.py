"""coulis models import: the hand-over to Python, what it prints, and a run with the model it makes."""

import importlib.util
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from bits import same_bits
from cli.command import COMMAND, Result, coulis, read_manifest, read_parts, succeed
from coulis import _core
from PIL import Image
from python_models.networks import small_network, tiny_mobilenet_v2, write_keras
from python_models.onnx_networks import Style, make_onnx
from python_models.tails import UNDECIDED
from python_models.tails import make as make_tail

PACKAGE = Path(COMMAND).parents[1] / "python"


def import_model(*arguments, **environment) -> Result:
    return coulis(
        "models", "import", *arguments, **{"COULIS_PYTHON": sys.executable, "PYTHONPATH": str(PACKAGE), **environment}
    )


@pytest.fixture
def weights(tmp_path):
    return write_keras(tmp_path / "weights.of.mine", tiny_mobilenet_v2())


def test_it_prints_the_file_the_card_and_the_sum(weights, tmp_path):
    result = import_model(weights, tmp_path / "tiny.safetensors", "--name", "tiny", "--licence", "CC0-1.0")
    assert result.code == 0, result.stderr
    card = succeed("models", tmp_path / "tiny.safetensors", "--json").json
    assert result.stdout.splitlines() == [
        str(tmp_path / "tiny.safetensors"),
        f"{card['title']} (licence: CC0-1.0)",
        f"{card['features']} features, {card['preprocessing']}",
        f"sha256 {card['sha256']}",
    ]
    assert (card["name"], card["licence"]) == ("tiny", "CC0-1.0")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["tiny.safetensors", "weights.of.mine"]


def test_without_a_target_the_file_is_here_and_has_the_models_name(weights, tmp_path):
    folder = tmp_path / "here"
    folder.mkdir()
    environment = {"COULIS_PYTHON": sys.executable, "PYTHONPATH": str(PACKAGE)}
    result = coulis("models", "import", weights, "--name", "tiny", "--json", cwd=folder, **environment)
    assert result.json["file"] == "tiny.safetensors"
    assert [path.name for path in folder.iterdir()] == ["tiny.safetensors"]


def test_a_run_uses_the_imported_model_with_its_own_input_size(tmp_path, photos):
    source = tmp_path / "small.onnx"
    source.write_bytes(make_onnx(small_network(), Style(padding="symmetric"), 45, 38).SerializeToString())
    model = tmp_path / "small.safetensors"
    assert import_model(source, model).code == 0
    succeed("run", photos, tmp_path / "out", "-k", 3, "--model", model)
    rows = np.array(read_parts(tmp_path / "out")["features"].to_pylist())
    assert rows.shape == (12, 20) and rows.std(0).max() > 1e-3
    assert _core.read_card(str(model))["sha256"] in str(read_manifest(tmp_path / "out"))


def test_a_model_file_of_an_earlier_coulis_is_refused_with_the_remedy(tmp_path, photos):
    source, model = tmp_path / "small.onnx", tmp_path / "small.safetensors"
    source.write_bytes(make_onnx(small_network(), Style(), 45, 38).SerializeToString())
    assert import_model(source, model, "--whole").code == 0
    data = model.read_bytes()
    assert data.count(rb"\"output\":") == 1
    model.write_bytes(data.replace(rb"\"output\":", rb"\"outpu_\":"))  # as it was before there was one
    for result in (coulis("run", photos, tmp_path / "out", "--model", model), coulis("models", model)):
        assert result.code == 1
        assert "may be class scores" in result.stderr and "it was made of small.onnx, sha256 " in result.stderr
        assert "try: import the model again: coulis models import SOURCE" in result.stderr
    assert not (tmp_path / "out").exists()


def test_an_undecided_graph_is_refused_with_a_list_and_then_taken_as_told(tmp_path):
    source, model = tmp_path / "undecided.onnx", tmp_path / "model.safetensors"
    source.write_bytes(make_tail(UNDECIDED["linear layer"].tail).SerializeToString())
    result = import_model(source, model)
    refuse(result, 1, "which may be a classifier or a projection; it could be cut at\n    ", "pool  [1, 12, 1, 1] of")
    assert "\n  try: --cut TENSOR for one of them, or --whole for the unchanged output\n" in result.stderr
    for flags, width in ((["--cut", "pool"], 12), (["--whole"], 5)):
        result = import_model(source, model, *flags)
        assert result.code == 0 and f"\n{width} features, " in result.stdout, result.stderr
    refuse(import_model(source, model, "--cut", "pool", "--whole"), 2, "not allowed with")


@pytest.mark.parametrize("flags", [["--cut", "Conv1"], ["--whole"]], ids=lambda flags: flags[0])
def test_cut_and_whole_are_not_ignored_where_they_mean_nothing(weights, tmp_path, flags):
    refuse(import_model(weights, tmp_path / "m.safetensors", *flags), 1, "--cut and --whole are for ONNX files")


def refuse(result: Result, code: int, *texts: str) -> None:
    assert result.code == code
    assert result.stdout == ""
    assert result.stderr.startswith("coulis: error: ") and "Traceback" not in result.stderr
    for text in texts:
        assert text in result.stderr


def test_without_python_or_the_package_it_says_what_to_install(weights, tmp_path):
    remedy = "pip install 'coulis[models]'"
    refuse(import_model(weights, COULIS_PYTHON=str(tmp_path / "python")), 2, "python' cannot be run", remedy)
    (tmp_path / "empty").mkdir()
    refuse(import_model(weights, PYTHONPATH=str(tmp_path / "empty")), 2, "needs the Python package coulis", remedy)


def test_without_a_package_that_reads_the_file_it_says_what_to_install(weights, tmp_path):
    (tmp_path / "broken" / "h5py").mkdir(parents=True)
    (tmp_path / "broken" / "h5py" / "__init__.py").write_text("raise ModuleNotFoundError('gone', name='h5py')")
    result = import_model(weights, PYTHONPATH=f"{tmp_path / 'broken'}:{PACKAGE}")
    refuse(result, 2, "needs the Python package h5py", "pip install 'coulis[models]'")


def test_the_current_folder_is_no_place_for_modules(weights, tmp_path):
    (tmp_path / "h5py.py").write_text("raise SystemExit(77)")
    environment = {"COULIS_PYTHON": sys.executable, "PYTHONPATH": str(PACKAGE)}
    result = coulis("models", "import", weights, tmp_path / "m.safetensors", cwd=tmp_path, **environment)
    assert result.code == 0, result.stderr


def test_what_cannot_be_imported_is_one_sentence_and_leaves_no_file(weights, tmp_path):
    target = tmp_path / "m.safetensors"
    refuse(import_model(tmp_path / "none.h5", target), 1, "cannot be read: No such file")
    refuse(import_model(weights, tmp_path / "m.bin"), 1, "does not end in .safetensors")
    refuse(import_model(weights, tmp_path / "none" / "m.safetensors"), 1, "cannot be written: No such file")
    refuse(import_model(weights, target, "--scale", "1,2"), 2, "--scale")
    refuse(import_model(weights, target, "--name", "a/b"), 1, "'a/b' is not a valid name")
    refuse(import_model(), 2, "SOURCE")
    for content in (b"", b"hello", b"\x89HDF\r\n\x1a\n", b"\0\0\0\0TFL3", b"\x80\2.", bytes(5000)):
        (tmp_path / "junk").write_bytes(content)
        refuse(import_model(tmp_path / "junk", target), 1)
    assert not target.exists()


def test_a_reader_that_crashes_is_an_error_too(weights, tmp_path):
    """As a defect of a C library would: the process of the reader is gone in the middle."""
    (tmp_path / "broken" / "h5py").mkdir(parents=True)
    (tmp_path / "broken" / "h5py" / "__init__.py").write_text("import os, signal; os.kill(os.getpid(), signal.SIGSEGV)")
    result = import_model(weights, tmp_path / "m.safetensors", PYTHONPATH=f"{tmp_path / 'broken'}:{PACKAGE}")
    refuse(result, 1, "crash (SIGSEGV)")


def test_a_run_finds_openvino_in_the_environment_that_it_is_installed_in(tmp_path, photos, monkeypatch):
    openvino = importlib.util.find_spec("openvino")
    assert openvino
    source, model = tmp_path / "small.onnx", tmp_path / "small.safetensors"
    source.write_bytes(make_onnx(small_network(), Style(), 45, 38).SerializeToString())
    assert import_model(source, model, "--cut", "features").code == 0
    without = coulis("run", photos, tmp_path / "out", "-k", 3, "--model", model)
    assert without.code == 2
    assert "run by OpenVINO, which is not installed\n  try: pip install 'coulis[openvino]'" in without.stderr

    packages = tmp_path / "venv" / "lib" / "python3.11" / "site-packages"
    packages.mkdir(parents=True)
    (packages / "openvino").symlink_to(openvino.submodule_search_locations[0])
    (packages / "coulis" / "bin").mkdir(parents=True)
    installed = shutil.copy2(COMMAND, packages / "coulis" / "bin")
    for threads in (1, 3):
        flags = ["-k", "3", "--model", model, "--threads", str(threads)]
        command = [installed, "run", photos, tmp_path / f"out{threads}", *flags]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
    rows = read_parts(tmp_path / "out1")
    assert rows.equals(read_parts(tmp_path / "out3"))
    monkeypatch.setenv("COULIS_OPENVINO", str(packages / "openvino" / "libs"))
    network = _core.Network(str(model))
    expected = [network.features(prepare(path)) for path in rows["path"].to_pylist()]
    assert same_bits(np.array(rows["features"].to_pylist(), np.float32), np.stack(expected))


def prepare(path: str) -> np.ndarray:
    photo = Image.open(path).convert("RGB")
    return np.asarray(photo.resize((45, 38), Image.Resampling.BILINEAR))
