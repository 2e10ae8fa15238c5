"""Writes the same network in each rival's format: TFLite float32 and int8, ONNX int8, Keras weights.

python benchmarks/rivals/make_models.py PUBLISHED.tflite FOLDER      (with .venv-bench's Python)
"""

from __future__ import annotations

import argparse
from pathlib import Path

from keras_model import make_keras_model
from onnx_int8 import make_onnx_int8
from tflite_models import convolutions, cut_classifier, read_model, to_float32, write_model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("published", type=Path)
    parser.add_argument("folder", type=Path)
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)

    model = read_model(arguments.published)
    cut_classifier(model)
    write_model(model, arguments.folder / "int8.tflite")
    make_keras_model(convolutions(model)).save_weights(arguments.folder / "keras.weights.h5")
    make_onnx_int8(model, arguments.folder / "int8.onnx")
    model = read_model(arguments.folder / "int8.tflite")  # afresh: the ones before may have changed it
    to_float32(model)
    write_model(model, arguments.folder / "fp32.tflite")


if __name__ == "__main__":
    main()
