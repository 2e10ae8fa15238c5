"""Small int8 TFLite files of random numbers, by LiteRT's own schema."""

from pathlib import Path

import flatbuffers
import numpy as np
from ai_edge_litert import schema_py_generated as schema

TYPES = {np.dtype(np.int8): schema.TensorType.INT8, np.dtype(np.int32): schema.TensorType.INT32}


class TfliteBuilder:
    """One inverted residual block and a last convolution, [1, size, size, channels] in."""

    def __init__(self, channels: int = 3, size: int = 16, head_activation: str = "RELU6") -> None:
        self.random = np.random.default_rng(0)
        self.graph = schema.SubGraphT()
        self.graph.tensors, self.graph.operators = [], []
        self.model = schema.ModelT()
        self.model.version, self.model.subgraphs = 3, [self.graph]
        self.model.operatorCodes, self.model.buffers = [], [schema.BufferT()]
        self.image = self.tensor([1, size, size, channels])
        source = self.convolve(self.image, [8, 3, 3, channels], size // 2, "RELU6", stride=2)
        source = self.convolve(source, [1, 3, 3, 8], size // 2, "RELU6", depthwise=True)
        source = self.convolve(source, [6, 1, 1, 8], size // 2, "NONE")
        source = self.convolve(source, [10, 1, 1, 6], size // 2, head_activation)
        axes = self.tensor([2], np.array([1, 2], np.int32))
        self.pool = self.operator("MEAN", [source, axes], [1, 10])

    def tensor(self, shape: list[int], values: np.ndarray | None = None, scales: int = 1) -> int:
        tensor = schema.TensorT()
        tensor.shape, tensor.buffer = np.array(shape, np.int32), 0
        tensor.type = TYPES[np.dtype(np.int8) if values is None else values.dtype]
        tensor.quantization = schema.QuantizationParametersT()
        tensor.quantization.scale = np.full(scales, 0.02, np.float32)
        tensor.quantization.zeroPoint = np.zeros(scales, np.int64)
        if values is not None:
            buffer = schema.BufferT()
            buffer.data = np.frombuffer(values.tobytes(), np.uint8)
            tensor.buffer = len(self.model.buffers)
            self.model.buffers.append(buffer)
        self.graph.tensors.append(tensor)
        return len(self.graph.tensors) - 1

    def operator(self, kind: str, inputs: list[int], shape: list[int], options=None) -> int:
        code = schema.OperatorCodeT()
        code.builtinCode = getattr(schema.BuiltinOperator, kind)
        code.deprecatedBuiltinCode = min(code.builtinCode, 127)
        operator = schema.OperatorT()
        operator.opcodeIndex = len(self.model.operatorCodes)
        operator.inputs = np.array(inputs, np.int32)
        output = self.tensor(shape)
        operator.outputs = np.array([output], np.int32)
        if options is not None:
            operator.builtinOptions = options
            operator.builtinOptionsType = getattr(schema.BuiltinOptions, type(options).__name__.removesuffix("T"))
        self.model.operatorCodes.append(code)
        self.graph.operators.append(operator)
        return output

    def convolve(
        self, source: int, shape: list[int], size: int, activation: str, stride: int = 1, depthwise: bool = False
    ) -> int:
        options = schema.DepthwiseConv2DOptionsT() if depthwise else schema.Conv2DOptionsT()
        options.padding, options.strideW, options.strideH = schema.Padding.SAME, stride, stride
        options.fusedActivationFunction = getattr(schema.ActivationFunctionType, activation)
        channels = shape[3] if depthwise else shape[0]
        weight = self.tensor(shape, self.random.integers(-128, 128, shape).astype(np.int8), channels)
        bias = self.tensor([channels], self.random.integers(-500, 500, channels).astype(np.int32), channels)
        kind = "DEPTHWISE_CONV_2D" if depthwise else "CONV_2D"
        return self.operator(kind, [source, weight, bias], [1, size, size, channels], options)

    def classify(self) -> int:
        weight = self.tensor([5, 10], self.random.integers(-128, 128, (5, 10)).astype(np.int8), 5)
        bias = self.tensor([5], np.zeros(5, np.int32), 5)
        return self.operator("FULLY_CONNECTED", [self.pool, weight, bias], [1, 5])

    def write(self, path: Path, output: int) -> Path:
        self.graph.inputs, self.graph.outputs = np.array([self.image], np.int32), np.array([output], np.int32)
        builder = flatbuffers.Builder(1 << 16)
        builder.Finish(self.model.Pack(builder), b"TFL3")
        path.write_bytes(builder.Output())
        return path
