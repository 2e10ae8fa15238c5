"""Equal to the bit: as numbers, -0 is 0."""

import numpy as np


def same_bits(one, other) -> bool:
    one, other = np.asarray(one), np.asarray(other)
    return (one.dtype, one.shape) == (other.dtype, other.shape) and one.tobytes() == other.tobytes()
