"""What LiteRT's int8 run of a published file gives at the average pool. XNNPACK computes it, as it does by default."""

from pathlib import Path

import numpy as np
import numpy.typing as npt
import tflite
from ai_edge_litert.interpreter import Interpreter


def end_at_the_mean(path: Path) -> bytes:
    """The file with the output of its MEAN operator as the network's output."""
    data = bytearray(path.read_bytes())
    model = tflite.Model.GetRootAs(data, 0)
    graph = model.Subgraphs(0)
    operators = [graph.Operators(i) for i in range(graph.OperatorsLength())]
    kinds = [model.OperatorCodes(op.OpcodeIndex()) for op in operators]
    means = [op for op, kind in zip(operators, kinds, strict=True) if kind.BuiltinCode() == tflite.BuiltinOperator.MEAN]
    graph.OutputsAsNumpy()[0] = means[-1].Outputs(0)  # an array over `data`, which can be written
    return bytes(data)


class PooledByLiteRT:
    def __init__(self, path: Path) -> None:
        self.interpreter = Interpreter(model_content=end_at_the_mean(path), num_threads=1)
        self.interpreter.allocate_tensors()
        self.input = self.interpreter.get_input_details()[0]
        self.output = self.interpreter.get_output_details()[0]

    def integers(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.int8]:
        """[n, height, width, 3] -> [n, feature width]"""
        rows = []
        for image in images:
            self.interpreter.set_tensor(self.input["index"], image[None])
            self.interpreter.invoke()
            rows.append(self.interpreter.get_tensor(self.output["index"]).reshape(-1))
        return np.stack(rows)

    def features(self, images: npt.NDArray[np.uint8]) -> npt.NDArray[np.float32]:
        scale, zero_point = self.output["quantization"]
        return (self.integers(images).astype(np.float32) - np.float32(zero_point)) * np.float32(scale)
