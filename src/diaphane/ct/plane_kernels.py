"""Backprojection of slices in a plane that all rays of a view share.

A view is a row of four numbers ``a b c d``: the point (x, y) is seen at the column ::

    axis_column + (a x + b y) / (1 + c x + d y)

and what is seen there counts ``1 / (1 + c x + d y)²``. Parallel rays have ``c = d = 0``. On a
curved detector the columns count angles, and the point is seen, with ``t = (a x + b y) / k`` and
k columns per rad, at the column ::

    axis_column + k arctan(t / (1 + c x + d y))

and counts ``1 / (t² + (1 + c x + d y)²)``, one over its squared distance from the source.

Two kernels do the same sum. Of a stack, the slices lie innermost, so that where a point is seen
is computed once for all of them; of few slices, the points of a row are computed side by side.
"""

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.arctangent import arctangent
from diaphane.simd import kernel

TILE = 16  # columns of voxels whose sums stay in the cache while the views pass


@kernel()
def to_lanes(
    first: int,
    stop: int,
    filtered: FloatArray,
    below: IntArray,
    upper_part: FloatArray,
    lanes: FloatArray,
) -> None:
    """Lay views ``first … stop`` out with the slices innermost, each between two detector rows.

    Parameters
    ----------
    first, stop : int
        Which views.
    filtered : (n_views, n_rows, n_columns) float32
        The weighted and filtered rows.
    below : (n_slices,) int32
        For each slice the row below it.
    upper_part : (n_slices,) float32
        How much the next row counts, 0 to 1.
    lanes : (n_views, n_columns + 1, n_slices) float32
        What is filled; the last column repeats the one before.
    """
    n_rows, n_columns = filtered.shape[1:]
    for view in range(first, stop):
        for column in range(n_columns + 1):
            seen = min(column, n_columns - 1)
            for z in range(len(below)):
                low = filtered[view, below[z], seen]
                high = filtered[view, min(below[z] + 1, n_rows - 1), seen]
                lanes[view, column, z] = low + upper_part[z] * (high - low)


@kernel()
def add_to_stack(
    first: int,
    stop: int,
    lanes: FloatArray,
    rays: DoubleArray,
    axis_column: float,
    per_rad: float,
    x_mm: DoubleArray,
    y_mm: DoubleArray,
    radius_mm: float,
    sums: FloatArray,
) -> None:
    """Add what the views saw to tiles ``first … stop`` of a stack of slices.

    Parameters
    ----------
    first, stop : int
        Which tiles of 16 × 16 columns of voxels, counted row by row.
    lanes : (n_views, n_columns + 1, n_slices) float32
        Filtered and weighted views, as :func:`to_lanes` lays them out; a multiple of 4.
    rays : (n_views, 4) float64
        The numbers ``a b c d`` of each view.
    axis_column : float
        The column at which the axis of rotation is seen.
    per_rad : float
        Columns per rad of a curved detector; 0 for a flat one.
    x_mm, y_mm : (nx,), (ny,) float64
        Where columns and rows of the grid lie.
    radius_mm : float
        Radius of the circle around the axis that is filled; each view must see all of it.
    sums : (ny, nx, n_slices) float32
        What is added to.
    """
    nx, ny = len(x_mm), len(y_mm)
    n_across = (nx + TILE - 1) // TILE
    for tile in range(first, stop):
        y0, x0 = tile // n_across * TILE, tile % n_across * TILE
        for view in range(0, len(lanes), 4):
            for j in range(y0, min(y0 + TILE, ny)):
                for i in range(x0, min(x0 + TILE, nx)):
                    x, y = x_mm[i], y_mm[j]
                    if x * x + y * y <= radius_mm * radius_mm:
                        _add_four_views(lanes, rays, view, axis_column, per_rad, x, y, sums[j, i])


@kernel(inline=True)
def _add_four_views(lanes, rays, view, axis_column, per_rad, x, y, out):  # noqa: ANN001, ANN202
    """Add four views to one column of voxels, which so is read and written only once."""
    i0, g0, h0 = _seen(rays, view, axis_column, per_rad, x, y)
    i1, g1, h1 = _seen(rays, view + 1, axis_column, per_rad, x, y)
    i2, g2, h2 = _seen(rays, view + 2, axis_column, per_rad, x, y)
    i3, g3, h3 = _seen(rays, view + 3, axis_column, per_rad, x, y)
    p0, q0 = lanes[view, i0], lanes[view, i0 + 1]
    p1, q1 = lanes[view + 1, i1], lanes[view + 1, i1 + 1]
    p2, q2 = lanes[view + 2, i2], lanes[view + 2, i2 + 1]
    p3, q3 = lanes[view + 3, i3], lanes[view + 3, i3 + 1]
    for z in range(len(out)):
        out[z] += (g0 * p0[z] + h0 * q0[z] + g1 * p1[z] + h1 * q1[z]) + (
            g2 * p2[z] + h2 * q2[z] + g3 * p3[z] + h3 * q3[z]
        )


@kernel(inline=True)
def _seen(rays, view, axis_column, per_rad, x, y):  # noqa: ANN001, ANN202
    """Return the column left of where a point is seen, and the weights of it and of the next."""
    scale = 1 / (1 + rays[view, 2] * x + rays[view, 3] * y)
    place = (rays[view, 0] * x + rays[view, 1] * y) * scale
    weight = scale * scale
    if per_rad > 0:
        slope = np.float32(place / per_rad)
        place = per_rad * arctangent(slope)
        weight = weight / (1 + slope * slope)
    column = axis_column + place
    left = int(column)
    right = (column - left) * weight
    return left, np.float32(weight - right), np.float32(right)


@kernel()
def add_to_slice(
    first: int,
    stop: int,
    views: FloatArray,
    rays: DoubleArray,
    axis_column: float,
    per_rad: float,
    x_mm: DoubleArray,
    y_mm: DoubleArray,
    radius_mm: float,
    sums: FloatArray,
) -> None:
    """Add what the views saw to rows ``first … stop`` of one slice.

    Parameters are those of :func:`add_to_stack`, but with rows for tiles, with `views` of shape
    (n_views, n_columns + 1) and `sums` of shape (ny, nx); columns of the grid are evenly spaced.
    """
    step = x_mm[1] - x_mm[0] if len(x_mm) > 1 else 1.0
    for j in range(first, stop):
        y = y_mm[j]
        half = np.sqrt(max(radius_mm * radius_mm - y * y, 0.0))
        begin = max(0, int(np.ceil((-half - x_mm[0]) / step)))
        end = min(len(x_mm), int(np.floor((half - x_mm[0]) / step)) + 1)
        if abs(y) <= radius_mm and begin < end:
            out, x = sums[j, begin:end], np.float32(x_mm[begin])
            for view in range(len(views)):
                a, c = np.float32(rays[view, 0]), np.float32(rays[view, 2])
                b_y, d_y = np.float32(rays[view, 1] * y), np.float32(1 + rays[view, 3] * y)
                ray = (a, b_y, c, d_y, np.float32(axis_column), np.float32(per_rad))
                if per_rad > 0:
                    _add_curved_view(views[view], ray, x, np.float32(step), out)
                else:
                    _add_view(views[view], ray, x, np.float32(step), out)


@kernel(inline=True)
def _add_view(seen, ray, x0, step, out):  # noqa: ANN001, ANN202
    """Add one view to a row of voxels; all numbers are float32, which lets it run in lanes."""
    a, b_y, c, d_y, axis_column, _ = ray
    for i in range(len(out)):
        x = x0 + step * np.float32(i)
        scale = np.float32(1) / (d_y + c * x)
        column = axis_column + (a * x + b_y) * scale
        left = np.int32(column)
        value = seen[left] + (column - np.float32(left)) * (seen[left + 1] - seen[left])
        out[i] += value * scale * scale


@kernel(inline=True)
def _add_curved_view(seen, ray, x0, step, out):  # noqa: ANN001, ANN202
    """Add one view of a curved detector to a row of voxels."""
    a, b_y, c, d_y, axis_column, per_rad = ray
    for i in range(len(out)):
        x = x0 + step * np.float32(i)
        scale = np.float32(1) / (d_y + c * x)
        slope = (a * x + b_y) * scale / per_rad
        column = axis_column + per_rad * arctangent(slope)
        left = np.int32(column)
        value = seen[left] + (column - np.float32(left)) * (seen[left + 1] - seen[left])
        out[i] += value * scale * scale / (np.float32(1) + slope * slope)
