"""The published int8 file of MobileNetV2 in float32: as layers, and as an ONNX graph for ONNX Runtime.

Read with the PyPI package tflite alone, operator by operator: nothing of coulis has a part in it.

python tests/originals/published_model.py FILE     writes the graph
"""

import sys
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import tflite
from onnx import TensorProto, helper, numpy_helper

PUBLISHED = Path(__file__).with_name("mobilenet_v2_1.0_224_ptq.tflite")
KINDS = {value: name for name, value in vars(tflite.BuiltinOperator).items() if isinstance(value, int)}
STORED = {tflite.TensorType.INT8: np.int8, tflite.TensorType.UINT8: np.uint8, tflite.TensorType.INT32: np.int32}


@dataclass
class Layer:
    """A convolution in float32."""

    weight: np.ndarray  # [out, in / group, kernel, kernel]
    bias: np.ndarray  # [out]
    stride: int
    group: int
    relu6: bool

    @property
    def terms(self) -> int:
        """Numbers in each of its sums."""
        return self.weight[0].size + 1


@dataclass
class Step:
    kind: str
    inputs: list[int]  # of tensors
    output: int
    layer: Layer | None = None


class Reader:
    def __init__(self) -> None:
        data = PUBLISHED.read_bytes()
        self.model = tflite.Model.GetRootAs(data, 0)
        self.graph = self.model.Subgraphs(0)

    def values(self, index: int) -> tuple[np.ndarray, np.ndarray]:
        """What is stored, less its zero point, and the scale of each channel: float64."""
        tensor = self.graph.Tensors(index)
        quantisation = tensor.Quantization()
        stored = self.model.Buffers(tensor.Buffer()).DataAsNumpy().view(STORED[tensor.Type()])
        stored = stored.reshape(tensor.ShapeAsNumpy()).astype(np.float64)
        assert not np.any(quantisation.ZeroPointAsNumpy())
        return stored, quantisation.ScaleAsNumpy().astype(np.float64)

    def layer(self, operator: tflite.Operator, depthwise: bool) -> Layer:
        options = tflite.DepthwiseConv2DOptions() if depthwise else tflite.Conv2DOptions()
        table = operator.BuiltinOptions()
        options.Init(table.Bytes, table.Pos)
        assert options.Padding() == tflite.Padding.SAME and options.StrideH() == options.StrideW()
        activations = {tflite.ActivationFunctionType.RELU6: True, tflite.ActivationFunctionType.NONE: False}
        stored, scale = self.values(operator.Inputs(1))  # [out, k, k, in]; depthwise [1, k, k, channels]
        bias, bias_scale = self.values(operator.Inputs(2))
        weight = stored.transpose(3, 0, 1, 2) if depthwise else stored.transpose(0, 3, 1, 2)
        weight = (weight * scale[:, None, None, None]).astype(np.float32)
        source_scale = self.graph.Tensors(operator.Inputs(0)).Quantization().ScaleAsNumpy().astype(np.float64)
        np.testing.assert_allclose(bias_scale, source_scale * scale, rtol=2**-23)
        group = len(weight) if depthwise else 1
        bias = (bias * (source_scale * scale)).astype(np.float32)
        return Layer(weight, bias, options.StrideH(), group, activations[options.FusedActivationFunction()])

    def steps(self) -> list[Step]:
        """Up to the average pool."""
        found = []
        for i in range(self.graph.OperatorsLength()):
            operator = self.graph.Operators(i)
            kind = KINDS[self.model.OperatorCodes(operator.OpcodeIndex()).BuiltinCode()]
            step = Step(kind, operator.InputsAsNumpy().tolist(), operator.Outputs(0))
            if kind in ("CONV_2D", "DEPTHWISE_CONV_2D"):
                step.layer = self.layer(operator, kind != "CONV_2D")
            found.append(step)
            if kind == "MEAN":
                return found
        raise AssertionError("no average pool")


@cache
def read_steps() -> list[Step]:
    return Reader().steps()


def read_layers() -> list[Layer]:
    """Its 52 convolutions, in order."""
    return [step.layer for step in read_steps() if step.layer]


def sum_terms() -> list[int]:
    """Of each layer, and of the average: what tolerance.float32_network_bound asks for."""
    return [*(layer.terms for layer in read_layers()), 49]


def same_padding(size: int, kernel: int, stride: int) -> list[int]:
    """TensorFlow's, [before, after]: the odd pixel goes to the end."""
    total = max((-(-size // stride) - 1) * stride + kernel - size, 0)
    return [total // 2, total - total // 2]


@cache
def make_onnx() -> onnx.ModelProto:
    """float32 [n, 3, 224, 224] -> float32 [n, 1280]."""
    nodes, initializers, names, sizes = [], [], {}, {}

    def constant(name: str, values: np.ndarray) -> str:
        initializers.append(numpy_helper.from_array(values, name))
        return name

    bounds = [constant("zero", np.float32(0)), constant("six", np.float32(6))]
    for i, step in enumerate(read_steps()):
        source = names.get(step.inputs[0], "input")
        size = sizes.get(source, 224)
        output = f"t{i}"
        if step.layer:
            layer, kernel = step.layer, step.layer.weight.shape[2]
            before, after = same_padding(size, kernel, layer.stride)
            size = -(-size // layer.stride)
            inputs = [source, constant(f"w{i}", layer.weight), constant(f"b{i}", layer.bias)]
            convolved = f"c{i}" if layer.relu6 else output
            pads, strides = [before, before, after, after], [layer.stride] * 2
            nodes.append(helper.make_node("Conv", inputs, [convolved], group=layer.group, pads=pads, strides=strides))
            if layer.relu6:
                nodes.append(helper.make_node("Clip", [convolved, *bounds], [output]))
        elif step.kind == "ADD":
            nodes.append(helper.make_node("Add", [names[index] for index in step.inputs], [output]))
        elif step.kind == "MEAN":
            nodes.append(helper.make_node("ReduceMean", [source], ["features"], axes=[2, 3], keepdims=0))
        else:
            assert step.kind == "QUANTIZE", step.kind
            output = source  # float32 stays float32
        names[step.output], sizes[output] = output, size
    graph = helper.make_graph(
        nodes,
        "mobilenet_v2_1.0_224",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, ["n", 3, 224, 224])],
        [helper.make_tensor_value_info("features", TensorProto.FLOAT, ["n", 1280])],
        initializers,
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)


@cache
def session() -> onnxruntime.InferenceSession:
    """ONNX Runtime with one thread, on the CPU."""
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    return onnxruntime.InferenceSession(make_onnx().SerializeToString(), options, providers=["CPUExecutionProvider"])


def features(images: np.ndarray) -> np.ndarray:
    """uint8 [n, 224, 224, 3] -> float32 [n, 1280], as ONNX Runtime has them."""
    inputs = (images.astype(np.float32) / np.float32(127.5) - np.float32(1)).transpose(0, 3, 1, 2)
    return np.concatenate([session().run(None, {"input": np.ascontiguousarray(x[None])})[0] for x in inputs])


if __name__ == "__main__":
    Path(sys.argv[1]).write_bytes(make_onnx().SerializeToString())
