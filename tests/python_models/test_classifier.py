"""Class scores are not taken for features: classifiers are found and cut off, embeddings kept, the rest is refused."""

from pathlib import Path

import numpy as np
import onnx
import pytest
from coulis import _core
from coulis.models.describe import Wishes
from coulis.models.import_model import import_model
from coulis.models.model_file import ModelError
from python_models.networks import Weights, small_network
from python_models.onnx_networks import Builder, Style, finish, make_onnx, run_onnx
from python_models.tails import CUT, SIZE_PX, UNDECIDED, WHOLE, Case, make, with_output

SCALE, OFFSET = 1 / 127.5, -1.0
LIGHT = Path(onnx.__file__).parent / "backend" / "test" / "data" / "light"
WISHES = {"scale": [SCALE] * 3, "offset": [OFFSET] * 3}


@pytest.fixture(scope="module")
def images() -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (4, SIZE_PX, SIZE_PX, 3), np.uint8)


def import_onnx(folder: Path, model: onnx.ModelProto, **wishes) -> tuple[Path, dict]:
    source = folder / "source.onnx"
    source.write_bytes(model.SerializeToString())
    return import_model(source, folder / "model.safetensors", Wishes(**WISHES, **wishes))


def features_of(model: onnx.ModelProto, tensor: str, images: np.ndarray, averaged: bool = False) -> np.ndarray:
    """ONNX Runtime's."""
    rows = run_onnx(with_output(model, tensor), images, SCALE, OFFSET, tensor)
    return rows.reshape(len(images), -1, 25).mean(2) if averaged else rows


def assert_features(path: Path, images: np.ndarray, expected: np.ndarray) -> None:
    assert expected.std(0).max() > 1e-4
    np.testing.assert_allclose(_core.Network(str(path)).features(images), expected, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("case", CUT.values(), ids=CUT)
def test_a_classifier_is_cut_off_and_it_is_said_where(tmp_path, images, capsys, case: Case):
    model = make(case.tail, case.activation)
    path, card = import_onnx(tmp_path, model)
    averaged = case.tensor in ("map", "dropped")
    said = f"cut at {case.tensor}" + (" and averaged over the image" if averaged else "")
    assert said in capsys.readouterr().err
    assert card["source"].endswith(f"; {said}")
    assert_features(path, images, features_of(model, case.tensor, images, averaged))


@pytest.mark.parametrize("case", WHOLE.values(), ids=WHOLE)
def test_an_embedding_is_kept_whole(tmp_path, images, capsys, case: Case):
    model = make(case.tail, case.activation)
    path, card = import_onnx(tmp_path, model)
    output = model.graph.output[0].name
    assert f"output '{output}' unchanged" in capsys.readouterr().err
    assert card["source"].endswith("; whole")
    assert_features(path, images, features_of(model, output, images))


@pytest.mark.parametrize("case", UNDECIDED.values(), ids=UNDECIDED)
def test_what_may_be_either_is_refused_with_the_tensors_that_could_be_meant(tmp_path, images, case: Case):
    model = make(case.tail, case.activation)
    with pytest.raises(ModelError) as error:
        import_onnx(tmp_path, model)
    assert "--cut" in error.value.remedy and "--whole" in error.value.remedy
    assert not (tmp_path / "model.safetensors").exists()
    listed = {line.split()[0]: "averaged over the image" in line for line in str(error.value).splitlines()[1:]}
    assert listed and (case.tensor is None or case.tensor in listed)
    for tensor, averaged in listed.items():
        path, _ = import_onnx(tmp_path, model, cut=tensor)
        assert_features(path, images, features_of(model, tensor, images, averaged))


def test_whole_takes_class_scores_too(tmp_path, images):
    model = make(CUT["softmax"].tail)
    path, card = import_onnx(tmp_path, model, whole=True)
    assert card["source"].endswith("; whole")
    assert_features(path, images, features_of(model, model.graph.output[0].name, images))


LIGHT_FEATURES = {
    "bvlc_alexnet": ("r21", 4096),
    "densenet121": ("r908", 1024),
    "inception_v1": ("r138", 1024),
    "inception_v2": ("r505", 1024),
    "resnet50": ("r172", 2048),
    "shufflenet": ("r199", 544),
    "squeezenet": ("r61 and averaged over the image", 512),
    "vgg19": ("r43", 4096),
    "zfnet512": ("r19", 1024),
}


def test_every_light_model_of_onnx_is_known():
    assert {path.stem.removeprefix("light_") for path in LIGHT.glob("*.onnx")} == set(LIGHT_FEATURES)


@pytest.mark.parametrize("name", LIGHT_FEATURES)
def test_the_published_classifiers_of_onnx_are_cut_before_their_1000_classes(tmp_path, name):
    _, card = import_model(LIGHT / f"light_{name}.onnx", tmp_path / "model.safetensors", Wishes())
    tensor, width = LIGHT_FEATURES[name]
    assert card["source"].endswith(f"; cut at {tensor}")
    assert card["feature_width"] == width


@pytest.mark.parametrize("last", ["image", "round"])
def test_a_graph_that_leads_round_in_a_circle_is_refused(tmp_path, last):
    model = make(CUT["softmax"].tail)
    model.graph.node[0].output[0] = last
    model.graph.node[1].input[0] = last
    if last == "round":
        model.graph.node.append(onnx.helper.make_node("Identity", [model.graph.output[0].name], ["round"]))
        model.graph.output[0].name = "round"
    with pytest.raises(ModelError, match=f"makes the tensor '{last}' twice"):
        import_onnx(tmp_path, model)


def test_a_word_in_all_names_is_no_sign_of_a_classifier(tmp_path):
    model = make(UNDECIDED["linear layer"].tail)
    for node in model.graph.node:
        node.name = f"image_classifier/{node.name}"
    with pytest.raises(ModelError, match="which may be a classifier or a projection"):
        import_onnx(tmp_path, model)


def inverted_residual(head_activation: str | None, tail) -> onnx.ModelProto:
    network = small_network()
    network.head = Weights(5).layer(12, 20, activation=head_activation)
    model = make_onnx(network, Style(norm="folded", dynamic=False), SIZE_PX, SIZE_PX)
    builder = Builder(Style(), SIZE_PX, SIZE_PX)
    builder.nodes, builder.initializers = list(model.graph.node), list(model.graph.initializer)
    return finish(builder, [tail(builder)], [1, 3, SIZE_PX, SIZE_PX])


def test_our_engine_takes_the_averages_where_a_layer_follows_them(tmp_path, images, capsys):
    weight = np.random.default_rng(1).normal(0, 0.3, (20, 5))
    model = inverted_residual("relu6", lambda b: b.node("MatMul", ["features", b.constant(weight)], "scores"))
    path, card = import_onnx(tmp_path, model)
    assert card["architecture"] == "inverted_residual"
    assert "the averages over the image: what follows is removed; --whole keeps it" in capsys.readouterr().err
    assert_features(path, images, features_of(model, "features", images))


def test_our_engine_does_not_take_the_averages_for_an_embedding(tmp_path, images):
    weight = np.random.default_rng(1).normal(0, 0.3, (20, 5))
    tail = lambda b: b.node("Relu", [b.node("MatMul", ["features", b.constant(weight)])], "hidden")  # noqa: E731
    model = inverted_residual("relu6", tail)
    path, card = import_onnx(tmp_path, model)
    assert card["architecture"] == "onnx"
    assert_features(path, images, features_of(model, "hidden", images))


def test_our_engine_does_not_take_a_classifier_before_the_pool_for_the_last_layer(tmp_path):
    _, card = import_onnx(tmp_path, inverted_residual(None, lambda b: b.node("Softmax", ["features"], axis=1)))
    assert (card["architecture"], card["feature_width"]) == ("onnx", 12)
    with pytest.raises(ModelError, match="which may be a classifier or features"):
        import_onnx(tmp_path, inverted_residual(None, lambda b: b.node("Identity", ["features"])))
