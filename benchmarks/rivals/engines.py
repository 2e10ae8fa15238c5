"""The engines compared: each gives runners (one for each thread, of one thread each) and says what it really runs.

A runner takes one prepared image and returns its feature row, float32 [1280]. What an engine wants its input to be
(`prepare`) is made beforehand, outside the timing.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np


class MissingError(Exception):
    """This build or this CPU lacks the precision."""


Runner = Callable[[np.ndarray], np.ndarray]


@dataclass(frozen=True)
class Engine:
    version: str
    in_use: str  # read back from the engine where it can be asked
    prepare: Callable[[np.ndarray], np.ndarray]  # of uint8 [224, 224, 3]
    make_runners: Callable[[int], list[Runner]]  # for so many threads


def to_floats(image: np.ndarray) -> np.ndarray:
    """float32 [1, 224, 224, 3] in [-1, 1]."""
    return (image.astype(np.float32) / np.float32(127.5) - np.float32(1))[None]


def to_planes(pixels: np.ndarray) -> np.ndarray:
    """[1, height, width, 3] -> [1, 3, height, width]."""
    return np.ascontiguousarray(pixels.transpose(0, 3, 1, 2))


def open_coulis(models: Path, precision: str) -> Engine:
    from coulis import _core

    _core.limit_simd(os.environ.get("COULIS_SIMD", "best"))
    try:
        _core.Network(precision=precision)
    except _core.Error as error:
        raise MissingError(str(error)) from error
    in_use = f"{precision}, {_core.simd_in_use()}"
    return Engine(
        "this build",
        in_use,
        lambda image: image,
        lambda n: [_core.Network(precision=precision).features for _ in range(n)],
    )


def open_onnxruntime(models: Path, precision: str) -> Engine:
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = options.inter_op_num_threads = 1
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    file = models / f"{precision}.onnx"

    def make_runner() -> Runner:
        session = onnxruntime.InferenceSession(file, options, providers=["CPUExecutionProvider"])
        name = session.get_inputs()[0].name
        return lambda image: session.run(None, {name: image})[0][0]

    prepare = (
        (lambda image: to_planes(image[None])) if precision == "int8" else (lambda image: to_planes(to_floats(image)))
    )
    in_use = f"{file.name}, {options.intra_op_num_threads} thread for each session, no spinning"
    return Engine(onnxruntime.__version__, in_use, prepare, lambda n: [make_runner() for _ in range(n)])


def open_openvino(models: Path, precision: str) -> Engine:
    import openvino

    core = openvino.Core()
    network = core.read_model(models / ("int8.tflite" if precision == "int8" else "fp32.onnx"))
    asked = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision == "bf16" else "f32",  # else it takes bf16 by itself
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
    """The implementations that OpenVINO chose for its convolutions: they name precision and instructions."""
    operators = [op.get_rt_info() for op in compiled.get_runtime_model().get_ops()]
    chosen = [info["primitiveType"].astype(str) for info in operators if "Convolution" in info["layerType"].astype(str)]
    counted = ", ".join(f"{count} {name}" for name, count in Counter(chosen).items())
    return f"{compiled.get_property('INFERENCE_PRECISION_HINT').get_type_name()}, not pinned; convolutions: {counted}"


def open_litert(models: Path, precision: str) -> Engine:
    import importlib.metadata

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


def dequantise_row(row: np.ndarray, scale: float, zero: int) -> np.ndarray:
    return row if row.dtype == np.float32 else (row.astype(np.float32) - zero) * np.float32(scale)


def open_tensorflow(models: Path, precision: str) -> Engine:
    import tensorflow as tf
    from keras_model import load_frozen_features

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(len(os.sched_getaffinity(0)))
    features = load_frozen_features(models / "keras.weights.h5")
    in_use = f"frozen graph, {tf.config.threading.get_intra_op_parallelism_threads()} thread for each operator, oneDNN"
    return Engine(
        tf.__version__, in_use, to_floats, lambda n: [lambda image: features(tf.constant(image)).numpy()[0]] * n
    )


OPENERS = {
    "coulis": open_coulis,
    "ONNX Runtime": open_onnxruntime,
    "OpenVINO": open_openvino,
    "LiteRT": open_litert,
    "TensorFlow": open_tensorflow,
}
