"""A kernel that interpolates between neighboring sections along their common normal."""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, IntArray
from diaphane.simd import kernel

_EDGE = 0.5 + 1e-6  # half a pixel, and what rounding may add


@kernel()
def _in_plane(
    values: AnyArray, section: int, to_pixels: DoubleArray, x: float, y: float, z: float
) -> tuple[bool, float]:
    """Return whether a point's foot on a section lies on its pixels, and the value there."""
    n_rows, n_columns = values.shape[1], values.shape[2]
    m = to_pixels[section]
    row = m[0, 0] * x + m[0, 1] * y + m[0, 2] * z + m[0, 3]
    column = m[1, 0] * x + m[1, 1] * y + m[1, 2] * z + m[1, 3]
    if (
        row < -_EDGE
        or row > n_rows - 1 + _EDGE
        or column < -_EDGE
        or column > n_columns - 1 + _EDGE
    ):
        return False, 0.0
    row, column = min(max(row, 0.0), n_rows - 1.0), min(max(column, 0.0), n_columns - 1.0)
    j, i = int(row), int(column)
    j1, i1 = min(j + 1, n_rows - 1), min(i + 1, n_columns - 1)
    f, g = row - j, column - i
    upper = values[section, j, i] * (1 - g) + values[section, j, i1] * g
    lower = values[section, j1, i] * (1 - g) + values[section, j1, i1] * g
    return True, upper * (1 - f) + lower * f


@kernel()
def between_sections(
    first: int,
    last: int,
    values: AnyArray,
    heights_mm: DoubleArray,
    to_pixels: DoubleArray,
    normal: DoubleArray,
    matrix: DoubleArray,
    limits_mm: DoubleArray,
    fill: float,
    out: AnyArray,
    counts: IntArray,
) -> None:
    """Fill rows ``first … last`` of the new grid, counted through all its slices.

    Parameters
    ----------
    first, last : int
        Rows of the new grid.
    values : (n, rows, columns) float32 or float64
        The sections, in the order of their heights.
    heights_mm : (n,) float64
        Where the sections lie along the normal, growing.
    to_pixels : (n, 2, 4) float64
        For each section, from (x, y, z, 1) in mm to its row and column.
    normal : (3,) float64
        The unit normal of all sections.
    matrix : (3, 4) float64
        From a new (slice, row, column) to (x, y, z) in mm.
    limits_mm : (2,) float64
        How far beyond the end sections these still hold, and from which distance to the nearest
        section a voxel counts as far.
    fill : float
        What stands where no section reaches.
    out : (slices, rows, columns)
        The new values.
    counts : (slices * rows, 2) int64
        How many voxels of each row take `fill`, and how many are far from every section.
    """
    n = len(heights_mm)
    n_rows, n_columns = out.shape[1], out.shape[2]
    beyond_mm, far_mm = limits_mm
    low = 0
    for line in range(first, last):
        k, j = line // n_rows, line % n_rows
        for i in range(n_columns):
            x = matrix[0, 0] * k + matrix[0, 1] * j + matrix[0, 2] * i + matrix[0, 3]
            y = matrix[1, 0] * k + matrix[1, 1] * j + matrix[1, 2] * i + matrix[1, 3]
            z = matrix[2, 0] * k + matrix[2, 1] * j + matrix[2, 2] * i + matrix[2, 3]
            height = normal[0] * x + normal[1] * y + normal[2] * z
            while low < n - 2 and height >= heights_mm[low + 1]:
                low += 1
            while low > 0 and height < heights_mm[low]:
                low -= 1
            below, above = height - heights_mm[low], heights_mm[low + 1] - height
            part = min(max(below / (below + above), 0.0), 1.0)
            is_on_low, at_low = True, 0.0
            is_on_high, at_high = True, 0.0
            if part < 1:
                is_on_low, at_low = _in_plane(values, low, to_pixels, x, y, z)
            if part > 0:
                is_on_high, at_high = _in_plane(values, low + 1, to_pixels, x, y, z)
            if is_on_low and is_on_high and below >= -beyond_mm and above >= -beyond_mm:
                out[k, j, i] = at_low * (1 - part) + at_high * part
                if min(np.abs(below), np.abs(above)) > far_mm:
                    counts[line, 1] += 1
            else:
                out[k, j, i] = fill
                counts[line, 0] += 1
