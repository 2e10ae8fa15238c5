"""An ONNX file -> float weights for our engine, if it is an inverted-residual network; else its graph, for OpenVINO."""

from __future__ import annotations

import sys
from pathlib import Path

from coulis.models.classifier import Ending, find_ending
from coulis.models.describe import TENSORFLOW, TORCH, Wishes, describe
from coulis.models.image_input import input_size
from coulis.models.inverted_residual import InvertedResidual, NotInvertedResidualError
from coulis.models.model_file import Imported, ModelError
from coulis.models.onnx_file import parse_onnx
from coulis.models.onnx_layers import Walk
from coulis.models.onnx_tensors import Tensors
from coulis.models.wrap_onnx import fix_extents, wrap_onnx


def read_onnx(data: bytes, sha256: str, path: Path, wishes: Wishes) -> Imported:
    if wishes.cut and wishes.whole:
        raise ModelError("--cut and --whole exclude each other", "give one of them")
    model = parse_onnx(data, path.parent)
    size = input_size(model.graph, wishes)
    fix_extents(model, *size)
    if wishes.cut or wishes.whole:
        return wrap_onnx(model, sha256, path.stem, wishes, Ending(wishes.cut, "", whole=wishes.whole))
    tensors = Tensors(model)
    ending = find_ending(tensors)
    try:
        walk = Walk(model, *size)
        network = walk.run()
        check_layers(network, walk.pool, tensors, ending)
        preparation = TORCH if network.padding == "symmetric" else TENSORFLOW
        title = f"{path.stem}, imported from ONNX"
        imported = network.to_imported(describe(wishes, sha256, path.stem, title, preparation, size))
        if not ending.whole:
            say(f"cut at {walk.pool}, the averages over the image: what follows is removed; --whole keeps it")
    except NotInvertedResidualError as why:
        imported = wrap_onnx(model, sha256, path.stem, wishes, ending)
        say(f"{why}: the graph is run by OpenVINO")
        taken = f"output '{ending.tensor}' unchanged" if ending.whole else imported.card["output"]
        say(f"{taken}: {ending.why}")
    return imported


def check_layers(network: InvertedResidual, pool: str, tensors: Tensors, ending: Ending) -> None:
    """Checks that the features are the pool's averages, so that the layers up to the pool suffice."""
    if ending.averaged:
        raise NotInvertedResidualError("the ONNX graph has its classifier before its average pool")
    if ending.whole and tensors.first_of_same(ending.tensor or "") != tensors.first_of_same(pool):
        raise NotInvertedResidualError("what follows the average pool of the ONNX graph is not a classifier")
    if ending.tensor is None and network.head is not None and network.head.activation == "none":
        raise NotInvertedResidualError(f"the ONNX graph {ending.why}")


def say(text: str) -> None:
    print(text, file=sys.stderr)
