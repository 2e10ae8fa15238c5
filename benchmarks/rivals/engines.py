"""The compared engines: each provides runners (one per thread, with one thread each) and says what it actually runs.

A runner takes one prepared image and returns its feature row, float32 [1280]. `prepare` converts the input before the
timing.
"""

from __future__ import annotations

import os
from pathlib import Path

from engine_type import Engine, MissingError, Runner, to_floats, to_planes
from engines_of_tflite import open_litert, open_openvino


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
