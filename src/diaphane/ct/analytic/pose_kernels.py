# ruff: noqa: ANN001, ANN201, ANN202
"""Views seen on another plane: a map of homogeneous coordinates, and cubic interpolation."""

import numpy as np

from diaphane.simd import kernel


@kernel(inline=True)
def _cubic(part):
    """Return Keys' weights of four neighbors, `part` of the way from the second to the third."""
    p = np.float32(part)
    half, one = np.float32(0.5), np.float32(1)
    q = one - p
    return (
        -half * p * q * q,
        one + half * p * p * (np.float32(3) * p - np.float32(5)),
        one + half * q * q * (np.float32(3) * q - np.float32(5)),
        -half * q * p * p,
    )


@kernel()
def resample_views(first, stop, views, maps, seen):
    """Write views ``first … stop`` as another plane sees them.

    Parameters
    ----------
    first, stop : int
        Which views.
    views : (n_views, n_rows, n_columns) float32
        As measured.
    maps : (n_views, 3, 3) float64
        From (column, row, 1) of the other plane to the measured one, homogeneous.
    seen : (n_views, n_rows, n_columns) float32
        What is filled; beyond the detector its rim goes on.
    """
    n_rows, n_columns = views.shape[1:]
    for view in range(first, stop):
        m = maps[view]
        for row in range(n_rows):
            for column in range(n_columns):
                scale = 1 / (m[2, 0] * column + m[2, 1] * row + m[2, 2])
                x = (m[0, 0] * column + m[0, 1] * row + m[0, 2]) * scale
                y = (m[1, 0] * column + m[1, 1] * row + m[1, 2]) * scale
                x = min(max(x, 0.0), n_columns - 1.0)
                y = min(max(y, 0.0), n_rows - 1.0)
                i, j = min(int(x), max(n_columns - 2, 0)), min(int(y), max(n_rows - 2, 0))
                across, along = _cubic(x - i), _cubic(y - j)
                total = np.float32(0)
                for b in range(4):
                    line = views[view, min(max(j + b - 1, 0), n_rows - 1)]
                    part = np.float32(0)
                    for a in range(4):
                        part += across[a] * line[min(max(i + a - 1, 0), n_columns - 1)]
                    total += along[b] * part
                seen[view, row, column] = total
