"""Memory whose rows start where registers like to load: at multiples of 64 bytes.

A load of a whole register that crosses such a boundary costs two.
"""

from collections.abc import Sequence

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.simd.compiling import kernel

_FLOATS = 16  # in 64 bytes


def aligned_zeros(shape: Sequence[int]) -> FloatArray:
    """Return float32 zeros whose first element is aligned; rows of n W floats stay so."""
    size = int(np.prod(shape))
    zeros = np.zeros(size + _FLOATS, np.float32)
    first = -zeros.ctypes.data // 4 % _FLOATS
    return zeros[first : first + size].reshape(shape)


@kernel(inline=True)
def aligned_rows(n_rows, n_columns):  # noqa: ANN001, ANN201
    """Return, inside a kernel, uninitialized float32 rows, aligned where `n_columns` is n W."""
    size = n_rows * n_columns
    floats = np.empty(size + _FLOATS, np.float32)
    first = -floats.ctypes.data // 4 % _FLOATS
    return floats[first : first + size].reshape(n_rows, n_columns)
