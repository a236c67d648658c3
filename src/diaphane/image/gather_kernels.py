"""Kernels that look up an image at the voxels of another grid, row by row.

Each works on rows ``first … last`` of the new grid, counted through all its slices. `matrix`
(3 × 4) takes a new (slice, row, column) to the old indices; along a row these move by its third
column. Up to half a voxel beyond the outermost centers the outermost value holds; what lies
farther out takes `fill`, and is counted for its row in `outside`.
"""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, IntArray
from diaphane.simd import kernel

_EDGE = 0.5 + 1e-6  # half a voxel, and what rounding may add


@kernel(inline=True)
def _is_outside(at: float, n: int) -> bool:
    return at < -_EDGE or at > n - 1 + _EDGE


@kernel(inline=True)
def _within(at: float, n: int) -> float:
    return min(max(at, 0.0), n - 1.0)


@kernel()
def linear(
    first: int,
    last: int,
    values: AnyArray,
    matrix: DoubleArray,
    fill: float,
    out: AnyArray,
    outside: IntArray,
) -> None:
    """Interpolate between eight neighbors; `values` and `out` have channels on a fourth axis."""
    nz, ny, nx, n_channels = values.shape
    n_rows, n_columns = out.shape[1], out.shape[2]
    for row in range(first, last):
        k, j = row // n_rows, row % n_rows
        start = matrix[:, 0] * k + matrix[:, 1] * j + matrix[:, 3]
        n_outside = 0
        for i in range(n_columns):
            z = start[0] + matrix[0, 2] * i
            y = start[1] + matrix[1, 2] * i
            x = start[2] + matrix[2, 2] * i
            if _is_outside(z, nz) or _is_outside(y, ny) or _is_outside(x, nx):
                out[k, j, i, :] = fill
                n_outside += 1
                continue
            z, y, x = _within(z, nz), _within(y, ny), _within(x, nx)
            z0, y0, x0 = int(z), int(y), int(x)
            z1, y1, x1 = min(z0 + 1, nz - 1), min(y0 + 1, ny - 1), min(x0 + 1, nx - 1)
            fz, fy, fx = z - z0, y - y0, x - x0
            for c in range(n_channels):
                a = values[z0, y0, x0, c] * (1 - fx) + values[z0, y0, x1, c] * fx
                b = values[z0, y1, x0, c] * (1 - fx) + values[z0, y1, x1, c] * fx
                d = values[z1, y0, x0, c] * (1 - fx) + values[z1, y0, x1, c] * fx
                e = values[z1, y1, x0, c] * (1 - fx) + values[z1, y1, x1, c] * fx
                low, high = a * (1 - fy) + b * fy, d * (1 - fy) + e * fy
                out[k, j, i, c] = low * (1 - fz) + high * fz
        outside[row] = n_outside


@kernel(inline=True)
def _taps(at: float, n: int, index: IntArray, weight: DoubleArray) -> None:
    """Fill the four indices and weights of a cubic B-spline; the image is mirrored at its ends."""
    low = int(at)
    f = at - low
    g = 1 - f
    weight[0] = g * g * g / 6
    weight[1] = (4 + f * f * (3 * f - 6)) / 6
    weight[2] = (4 + g * g * (3 * g - 6)) / 6
    weight[3] = f * f * f / 6
    period = max(2 * (n - 1), 1)
    for t in range(4):
        m = abs(low + t - 1) % period
        index[t] = 0 if n == 1 else min(m, period - m)


@kernel()
def cubic(
    first: int,
    last: int,
    coefficients: AnyArray,
    matrix: DoubleArray,
    fill: float,
    out: AnyArray,
    outside: IntArray,
) -> None:
    """Evaluate a cubic B-spline; `coefficients` and `out` have channels on a fourth axis."""
    nz, ny, nx, n_channels = coefficients.shape
    n_rows, n_columns = out.shape[1], out.shape[2]
    index, weight = np.empty((3, 4), np.int64), np.empty((3, 4), np.float64)
    for row in range(first, last):
        k, j = row // n_rows, row % n_rows
        start = matrix[:, 0] * k + matrix[:, 1] * j + matrix[:, 3]
        n_outside = 0
        for i in range(n_columns):
            z = start[0] + matrix[0, 2] * i
            y = start[1] + matrix[1, 2] * i
            x = start[2] + matrix[2, 2] * i
            if _is_outside(z, nz) or _is_outside(y, ny) or _is_outside(x, nx):
                out[k, j, i, :] = fill
                n_outside += 1
                continue
            _taps(_within(z, nz), nz, index[0], weight[0])
            _taps(_within(y, ny), ny, index[1], weight[1])
            _taps(_within(x, nx), nx, index[2], weight[2])
            for c in range(n_channels):
                total = 0.0
                for p in range(4):
                    for q in range(4):
                        line = 0.0
                        for r in range(4):
                            line += (
                                weight[2, r]
                                * coefficients[index[0, p], index[1, q], index[2, r], c]
                            )
                        total += weight[0, p] * weight[1, q] * line
                out[k, j, i, c] = total
        outside[row] = n_outside


@kernel()
def nearest(
    first: int,
    last: int,
    values: IntArray,
    matrix: DoubleArray,
    out: IntArray,
    outside: IntArray,
) -> None:
    """Take the value of the voxel that a new center lies in, 0 outside; no axis of channels."""
    nz, ny, nx = values.shape
    n_rows, n_columns = out.shape[1], out.shape[2]
    for row in range(first, last):
        k, j = row // n_rows, row % n_rows
        start = matrix[:, 0] * k + matrix[:, 1] * j + matrix[:, 3]
        n_outside = 0
        for i in range(n_columns):
            z = start[0] + matrix[0, 2] * i
            y = start[1] + matrix[1, 2] * i
            x = start[2] + matrix[2, 2] * i
            if _is_outside(z, nz) or _is_outside(y, ny) or _is_outside(x, nx):
                out[k, j, i] = 0
                n_outside += 1
                continue
            z0 = int(_within(z, nz) + 0.5)
            y0 = int(_within(y, ny) + 0.5)
            x0 = int(_within(x, nx) + 0.5)
            out[k, j, i] = values[z0, y0, x0]
        outside[row] = n_outside
