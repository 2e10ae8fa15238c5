"""The published weights in Keras' own MobileNetV2, with batch normalisations that only add the bias."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

Convolutions = list[tuple[NDArray[np.float64], NDArray[np.float64]]]


def to_keras_layout(kernel: np.ndarray, depthwise: bool) -> np.ndarray:
    """TFLite's [out, h, w, in] -> [h, w, in, out]; of a depthwise layer [1, h, w, channels] -> [h, w, channels, 1]."""
    return kernel[0][..., None] if depthwise else kernel.transpose(1, 2, 3, 0)


def make_keras_model(convolutions: Convolutions) -> Any:
    """convolutions: kernels and biases in TFLite's layouts, in order. The classifier keeps its random weights."""
    layers = tf.keras.layers
    model = tf.keras.applications.MobileNetV2(weights=None, include_top=True, input_shape=(224, 224, 3))
    kernels = [layer for layer in model.layers if isinstance(layer, layers.Conv2D | layers.DepthwiseConv2D)]
    norms = [layer for layer in model.layers if isinstance(layer, layers.BatchNormalization)]
    for layer, norm, (kernel, bias) in zip(kernels, norms, convolutions, strict=True):
        layer.set_weights([to_keras_layout(kernel, isinstance(layer, layers.DepthwiseConv2D))])
        gain = np.full_like(bias, np.sqrt(1 + norm.epsilon))  # over the root of variance + epsilon: 1
        norm.set_weights([gain, bias, np.zeros_like(bias), np.ones_like(bias)])
    return model


def load_frozen_features(weights: Path) -> Any:
    """float32 [1, 224, 224, 3] -> [1, 1280] as one TensorFlow function, with constant weights that may be folded."""
    from tensorflow.python.framework.convert_to_constants import convert_variables_to_constants_v2

    model = tf.keras.applications.MobileNetV2(weights=str(weights), include_top=True, input_shape=(224, 224, 3))
    features = tf.keras.Model(model.input, model.layers[-2].output)
    function = tf.function(lambda image: features(image, training=False), jit_compile=False)
    frozen = convert_variables_to_constants_v2(
        function.get_concrete_function(tf.TensorSpec((1, 224, 224, 3), tf.float32))
    )
    return lambda image: frozen(image)[0]
