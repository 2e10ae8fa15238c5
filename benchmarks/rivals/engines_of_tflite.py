"""OpenVINO and LiteRT: the engines that read the published int8 TFLite file itself."""

from __future__ import annotations

import importlib.metadata
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
from engine_type import Engine, Runner, dequantise_row, to_floats, to_planes


def open_openvino(models: Path, precision: str) -> Engine:
    import openvino

    core = openvino.Core()
    network = core.read_model(models / ("int8.tflite" if precision == "int8" else "fp32.onnx"))
    asked = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",  # otherwise it chooses bf16
        "ENABLE_CPU_PINNING": False,
    }

    def compile_for(threads: int) -> Any:
        compiled = core.compile_model(
            network, "CPU", asked | {"NUM_STREAMS": str(threads), "INFERENCE_NUM_THREADS": threads}
        )
        names = ("INFERENCE_PRECISION_HINT", "ENABLE_CPU_PINNING", "NUM_STREAMS", "INFERENCE_NUM_THREADS")
        hint, pinned, streams, used = (compiled.get_property(name) for name in names)
        expected = openvino.Type.bf16 if precision == "bf16" else openvino.Type.f32
        if (hint, pinned, int(streams), int(used)) != (expected, False, threads, threads):
            raise RuntimeError(f"OpenVINO runs {hint}, pinned {pinned}, {streams} streams, {used} threads")
        return compiled

    def make_runners(threads: int) -> list[Runner]:
        compiled = compile_for(threads)
        scale, zero = read_tflite_output(models / "int8.tflite") if precision == "int8" else (1, 0)
        requests = [compiled.create_infer_request() for _ in range(threads)]

        def run(request: Any, image: np.ndarray) -> np.ndarray:
            row = next(iter(request.infer({0: image}).values())).ravel()
            return dequantise_row(row, scale, zero)

        return [lambda image, request=request: run(request, image) for request in requests]

    prepare = (lambda image: image[None]) if precision == "int8" else (lambda image: to_planes(to_floats(image)))
    return Engine(openvino.__version__.split("-")[0], list_kernels(compile_for(1)), prepare, make_runners)


def list_kernels(compiled: Any) -> str:
    """The implementations that OpenVINO chose for its convolutions, which name precision and instructions."""
    operators = [op.get_rt_info() for op in compiled.get_runtime_model().get_ops()]
    chosen = [info["primitiveType"].astype(str) for info in operators if "Convolution" in info["layerType"].astype(str)]
    counted = ", ".join(f"{count} {name}" for name, count in Counter(chosen).items())
    return f"{compiled.get_property('INFERENCE_PRECISION_HINT').get_type_name()}, not pinned; convolutions: {counted}"


def open_litert(models: Path, precision: str) -> Engine:
    file = models / f"{precision}.tflite"
    make_interpreter = find_interpreter()

    def make_runner() -> Runner:
        interpreter = make_interpreter(str(file), num_threads=1)
        interpreter.allocate_tensors()
        source, sink = interpreter.get_input_details()[0]["index"], interpreter.get_output_details()[0]
        scale, zero = sink["quantization"]

        def run(image: np.ndarray) -> np.ndarray:
            interpreter.set_tensor(source, image)
            interpreter.invoke()
            return dequantise_row(interpreter.get_tensor(sink["index"]).ravel(), scale or 1, zero)

        return run

    prepare = (lambda image: image[None]) if precision == "int8" else to_floats
    version = importlib.metadata.version("ai-edge-litert")
    return Engine(
        version,
        f"{file.name}, 1 thread for each interpreter, XNNPACK",
        prepare,
        lambda n: [make_runner() for _ in range(n)],
    )


def find_interpreter() -> Any:
    from ai_edge_litert.interpreter import Interpreter

    return Interpreter


def read_tflite_output(file: Path) -> tuple[float, int]:
    """Scale and zero point of the feature row."""
    return find_interpreter()(str(file)).get_output_details()[0]["quantization"]
