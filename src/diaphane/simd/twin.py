# ruff: noqa: ANN001, ANN201, ANN202, D103
"""The functions of :mod:`diaphane.simd.lanes` on NumPy arrays, for ``NUMBA_DISABLE_JIT=1``.

A kernel then runs as plain Python under a debugger, and its loads and stores check their bounds.
"""

import numpy as np

from diaphane.simd.host import W


def _lanes_at(array, index):
    *row, start = (int(i) for i in (index if isinstance(index, tuple) else (index,)))
    line = array[tuple(row)]
    if array.dtype != np.float32 or line.ndim != 1 or not 0 <= start <= len(line) - W:
        raise IndexError(f"no {W} floats at {index} of an array {array.dtype} {array.shape}")
    return line[start : start + W]


def load(array, index):
    return _lanes_at(array, index).copy()


def store(array, index, value):
    _lanes_at(array, index)[:] = value


def gather(array, places):
    return array[places]


def splat(number):
    return np.full(W, number, np.float32)


def iota():
    return np.arange(W, dtype=np.float32)


def to_int(x):
    return np.trunc(x).astype(np.int32)


def to_float(k):
    return k.astype(np.float32)


def fma(x, y, z):
    return x * y + z


minimum, maximum, sqrt = np.minimum, np.maximum, np.sqrt


def at_least(x, y):
    return (x >= y).astype(np.float32)


def shift_down(k, n_bits):
    return (k.view(np.uint32) >> np.uint32(n_bits)).view(np.int32)


def choose(k, x, y):
    return np.where(np.signbit(k), y, x)


def sum_lanes(x):
    return x.sum()


def frac(x):
    return x - np.trunc(x)


def permute2(low, high, places):
    if places.min() < 0 or places.max() >= 2 * W:
        raise IndexError(f"places must be from 0 to {2 * W - 1}, got {places}")
    return np.concatenate([low, high])[places]
