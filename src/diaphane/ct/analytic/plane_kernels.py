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
from diaphane.ct.analytic.arctangent import arctangent
from diaphane.simd import W, fma, kernel, load, splat, store

TILE = 16
"""Edge of the squares of columns of voxels whose sums stay in the cache while the views pass."""

_BLOCK = 16  # edge of the squares in which arrays are transposed


@kernel()
def weigh(
    first: int, stop: int, values: FloatArray, weights: FloatArray, before: int, rows: FloatArray
) -> None:
    """Write views ``first … stop`` to longer rows, each ray by its weight.

    Parameters
    ----------
    first, stop : int
        Which views.
    values : (n_views, n_rows, n_columns) numbers
        What was measured.
    weights : (n_views, n_columns) float32
        What each ray counts.
    before : int
        Empty columns before the first.
    rows : (n_views, n_rows, length) float32
        What is filled; what lies behind the last column becomes 0.
    """
    n_rows, n_columns = values.shape[1:]
    for view in range(first, stop):
        for row in range(n_rows):
            out = rows[view, row]
            out[:before] = 0
            out[before + n_columns :] = 0
            for column in range(n_columns):
                out[before + column] = np.float32(values[view, row, column]) * weights[view, column]


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
    filtered : (n_views, n_rows, at least n_columns) float32
        The weighted and filtered rows.
    below : (n_slices,) int32
        For each slice the row below it.
    upper_part : (n_slices,) float32
        How much the next row counts, 0 to 1.
    lanes : (n_views, n_columns + 1, at least n_slices) float32
        What is filled; the last column repeats the one before.
    """
    last_row, last = filtered.shape[1] - 1, lanes.shape[1] - 2
    for view in range(first, stop):
        for column0 in range(0, last + 1, _BLOCK):
            column1 = min(column0 + _BLOCK, last + 1)
            for z in range(len(below)):
                low, part = filtered[view, below[z]], upper_part[z]
                high = filtered[view, min(below[z] + 1, last_row)]
                for column in range(column0, column1):
                    value = low[column] + part * (high[column] - low[column])
                    lanes[view, column, z] = value
        lanes[view, last + 1] = lanes[view, last]


@kernel()
def to_slices(first: int, stop: int, sums: FloatArray, slices: FloatArray) -> None:
    """Write rows ``first … stop`` of sums (ny, nx, lanes) to slices (n_slices, ny, nx)."""
    n_slices, _, nx = slices.shape
    for y in range(first, stop):
        for x0 in range(0, nx, _BLOCK):
            for z in range(n_slices):
                for x in range(x0, min(x0 + _BLOCK, nx)):
                    slices[z, y, x] = sums[y, x, z]


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
    lanes : (n_views, n_columns + 1, n W) float32
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
    sums : (ny, nx, n W) float32
        What is added to.
    """
    nx, ny = len(x_mm), len(y_mm)
    n_across = (nx + TILE - 1) // TILE
    left = np.empty((4, TILE), np.int32)
    parts = np.empty((4, 2, TILE), np.float32)
    for tile in range(first, stop):
        y0, x0 = tile // n_across * TILE, tile % n_across * TILE
        for view in range(0, len(lanes), 4):
            for j in range(y0, min(y0 + TILE, ny)):
                begin, end = _inside(x_mm, y_mm[j], radius_mm, x0, min(x0 + TILE, nx))
                if begin < end:
                    for k in range(4):
                        where = (rays[view + k], axis_column, per_rad, x_mm[begin], y_mm[j])
                        step = x_mm[1] - x_mm[0] if nx > 1 else 1.0
                        _note_row(*where, step, left[k, : end - begin], parts[k])
                    for i in range(begin, end):
                        _add_four_views(lanes, view, left, parts, i - begin, j, i, sums)


@kernel(inline=True)
def _inside(x_mm, y, radius_mm, begin, end):  # noqa: ANN001, ANN202
    """Return which of the columns begin … end of a row of voxels lie within the circle."""
    while begin < end and x_mm[begin] ** 2 + y * y > radius_mm * radius_mm:
        begin += 1
    while begin < end and x_mm[end - 1] ** 2 + y * y > radius_mm * radius_mm:
        end -= 1
    return begin, end


@kernel(inline=True)
def _note_row(ray, axis_column, per_rad, x0, y, step, left, parts):  # noqa: ANN001, ANN202
    """Note the columns left of where a row of points is seen, and how much they and the next count.

    All numbers are float32, which lets it run in lanes.
    """
    a, c = np.float32(ray[0] * step), np.float32(ray[2] * step)
    b_y = np.float32(ray[0] * x0 + ray[1] * y)
    d_y = np.float32(1 + ray[2] * x0 + ray[3] * y)
    center, per_rad = np.float32(axis_column), np.float32(per_rad)
    for i in range(len(left)):
        scale = np.float32(1) / (d_y + c * np.float32(i))
        place = (b_y + a * np.float32(i)) * scale
        weight = scale * scale
        if per_rad > 0:
            slope = place / per_rad
            place = per_rad * arctangent(slope)
            weight = weight / (np.float32(1) + slope * slope)
        column = center + place
        left[i] = np.int32(column)
        right = (column - np.float32(left[i])) * weight
        parts[0, i], parts[1, i] = weight - right, right


@kernel(inline=True)
def _add_four_views(lanes, view, left, parts, k, j, i, sums):  # noqa: ANN001, ANN202
    """Add four views to one column of voxels, which so is read and written only once."""
    i0, i1, i2, i3 = left[0, k], left[1, k], left[2, k], left[3, k]
    g0, g1, g2, g3 = parts[0, 0, k], parts[1, 0, k], parts[2, 0, k], parts[3, 0, k]
    h0, h1, h2, h3 = parts[0, 1, k], parts[1, 1, k], parts[2, 1, k], parts[3, 1, k]
    for z in range(0, sums.shape[2], W):
        total = fma(load(lanes, (view, i0, z)), splat(g0), load(sums, (j, i, z)))
        right = load(lanes, (view, i0 + 1, z)) * h0
        total = fma(load(lanes, (view + 1, i1, z)), splat(g1), total)
        right = fma(load(lanes, (view + 1, i1 + 1, z)), splat(h1), right)
        total = fma(load(lanes, (view + 2, i2, z)), splat(g2), total)
        right = fma(load(lanes, (view + 2, i2 + 1, z)), splat(h2), right)
        total = fma(load(lanes, (view + 3, i3, z)), splat(g3), total)
        right = fma(load(lanes, (view + 3, i3 + 1, z)), splat(h3), right)
        store(sums, (j, i, z), total + right)


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
