"""Kernels of superpixels: which center each voxel is nearest to, and where the centers then lie."""

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.simd import kernel


@kernel(inline=True)
def _first(center: float, reach: int) -> int:
    return max(0, int(np.ceil(center - reach)))


@kernel(inline=True)
def _end(center: float, reach: int, n: int) -> int:
    return min(n, int(np.floor(center + reach)) + 1)


@kernel()
def assign_slices(
    first: int,
    last: int,
    values: FloatArray,
    centers: DoubleArray,
    reach: IntArray,
    weights: DoubleArray,
    numbers: IntArray,
    nearest: FloatArray,
) -> None:
    """Give each voxel of slices ``first … last`` the nearest center whose window holds it.

    `values` has channels on the first axis. A row of `centers` is slice, row, column, and a mean
    value for each channel; `weights` are what a squared step counts along each axis, and what a
    squared difference in value counts.
    """
    n_channels, _, n_rows, n_columns = values.shape
    nearest[first:last] = np.inf
    for c in range(len(centers)):
        z, y, x = centers[c, 0], centers[c, 1], centers[c, 2]
        rows = _first(y, reach[1]), _end(y, reach[1], n_rows)
        columns = _first(x, reach[2]), _end(x, reach[2], n_columns)
        for k in range(max(first, _first(z, reach[0])), min(last, _end(z, reach[0], last))):
            for j in range(rows[0], rows[1]):
                apart = weights[0] * (k - z) ** 2 + weights[1] * (j - y) ** 2
                for i in range(columns[0], columns[1]):
                    far = apart + weights[2] * (i - x) ** 2
                    for channel in range(n_channels):
                        differs = values[channel, k, j, i] - centers[c, 3 + channel]
                        far += weights[3] * differs * differs
                    if far < nearest[k, j, i]:
                        nearest[k, j, i] = np.float32(far)
                        numbers[k, j, i] = c


@kernel()
def move_centers(
    first: int,
    last: int,
    values: FloatArray,
    numbers: IntArray,
    reach: IntArray,
    centers: DoubleArray,
    moved: DoubleArray,
) -> None:
    """Put centers ``first … last`` in the middle of their voxels; one without any stays."""
    n_channels, n_slices, n_rows, n_columns = values.shape
    sums = np.empty(3 + n_channels)
    for c in range(first, last):
        sums[:] = 0
        n_own = 0
        z, y, x = centers[c, 0], centers[c, 1], centers[c, 2]
        for k in range(_first(z, reach[0]), _end(z, reach[0], n_slices)):
            for j in range(_first(y, reach[1]), _end(y, reach[1], n_rows)):
                for i in range(_first(x, reach[2]), _end(x, reach[2], n_columns)):
                    if numbers[k, j, i] == c:
                        n_own += 1
                        sums[0] += k
                        sums[1] += j
                        sums[2] += i
                        for channel in range(n_channels):
                            sums[3 + channel] += values[channel, k, j, i]
        for n in range(3 + n_channels):
            moved[c, n] = sums[n] / n_own if n_own > 0 else centers[c, n]
