# ruff: noqa: ANN001, ANN201, ANN202
"""Backprojection of cone-beam views: every voxel gathers what each view saw of it.

A view is a row of numbers (:data:`~diaphane.ct.cone_views.N_SIGHT`). In lengths of the distance R
from the source to the axis, a voxel at (x, y, z) lies ``t = (tx x + ty y + t0) / R`` along u from
the central ray and ``d = (dx x + dy y + d0) / R`` from the source along it, and is seen at ::

    column = columns_per_slope t / d + center_column                      on a flat detector
    column = columns_per_slope arctan(t / d) + center_column              on a curved one
    row    = rows_per_mm / far (z - source_z) + center_row

where ``far`` is d on a flat detector and the hypotenuse of t and d on a curved one. What is seen
counts ``1 / far²``. Column and ``far`` do not depend on z, so that of each view one line of rows,
interpolated once between two columns, serves a whole column of voxels; along it rows advance
evenly (:mod:`~diaphane.ct.analytic.cone_lines`).

Views come as ``(view, column, row)`` with :data:`PADDING` more rows at both ends, volumes are
``(y, x, z)`` with slices padded to a multiple of W. Nothing here checks ranges.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import FloatArray, IntArray
from diaphane.ct.analytic.arctangent import arctangent
from diaphane.ct.analytic.cone_lines import LINES, add_lines, new_lines
from diaphane.simd import W, aligned_rows, fma, kernel, load, splat, sqrt, store

PADDING = 3 * W
"""Rows before the first and behind the last, for lanes that lie beyond the field of view."""

TILE = 16
"""Edge of the squares of columns of voxels that are worked on together."""

_ONE = np.float32(1)
_BLOCK = 32


class Places(NamedTuple):
    """Where the voxels are, in mm, and what every view saw of them."""

    x_mm: FloatArray
    """Where the columns of the grid lie: shape (nx,)."""
    y_mm: FloatArray
    """Where the rows of the grid lie: shape (ny,)."""
    z0_mm: np.float32
    """The height of the first slice."""
    dz_mm: np.float32
    """From slice to slice."""
    first: IntArray
    """The lowest slice to fill in each column of voxels: shape (ny, nx)."""
    stop: IntArray
    """The slice behind the highest."""
    is_curved: bool
    """Whether columns count angles."""


@kernel()
def pack(view0, view1, filtered, weights, packed):
    """Write views (n, rows, columns), weighted, to views (n, columns, padded rows)."""
    n_rows, n_columns = filtered.shape[1:]
    for view in range(view0, view1):
        for column0 in range(0, n_columns, _BLOCK):
            for row0 in range(0, n_rows, _BLOCK):
                for column in range(column0, min(column0 + _BLOCK, n_columns)):
                    for row in range(row0, min(row0 + _BLOCK, n_rows)):
                        value = filtered[view, row, column] * weights[view]
                        packed[view, column, PADDING + row] = value


@kernel(inline=True)
def seen(places, y, x, sight):
    """Return at which column, and how many rows a mm apart, voxels are seen, and their weight.

    `sight` are the numbers of one view, or registers with those of W views.
    """
    x_mm, y_mm = places.x_mm[x], places.y_mm[y]
    closeness = _ONE / (sight[3] * x_mm + sight[4] * y_mm + sight[5])
    slope = (sight[0] * x_mm + sight[1] * y_mm + sight[2]) * closeness
    if places.is_curved:
        closeness = closeness / sqrt(_ONE + slope * slope)
        slope = arctangent(slope)
    return slope * sight[6] + sight[7], closeness * sight[8], closeness * closeness


@kernel(inline=True)
def _meet(sights, view0, places, y, x, met):
    """Write where W views see a column of voxels: column, weight, first row and step."""
    sight = (
        load(sights, (0, view0)), load(sights, (1, view0)), load(sights, (2, view0)),
        load(sights, (3, view0)), load(sights, (4, view0)), load(sights, (5, view0)),
        load(sights, (6, view0)), load(sights, (7, view0)), load(sights, (8, view0)),
    )  # fmt: skip
    column, rows_per_mm, weight = seen(places, y, x, sight)
    z_mm = places.z0_mm - load(sights, (9, view0))
    store(met, (0, 0), column)
    store(met, (1, 0), weight)
    store(met, (2, 0), fma(rows_per_mm, z_mm, load(sights, (10, view0))))
    store(met, (3, 0), rows_per_mm * places.dz_mm)


@kernel(inline=True)
def _between(views, view, left, left_part, right_part, row, line, values):
    """Write W rows of a line: those of a view between two columns."""
    at_left = load(views, (view, left, row)) * left_part
    at_right = load(views, (view, left + 1, row))
    store(values, (line, row), fma(at_right, right_part, at_left))


@kernel(inline=True)
def _columns(column, weight, n_columns):
    """Return the column to the left of a place, and what it and the one to its right count."""
    left = min(max(np.int32(column), 0), n_columns - 2)
    right_part = (column - np.float32(left)) * weight
    return left, splat(weight - right_part), splat(right_part)


@kernel(inline=True)
def _build(views, view0, met, first, begin, end, lines):
    """Write the rows from `begin` to `end` of the lines of LINES views."""
    last, n_columns = len(views) - 1, views.shape[1]
    for line in range(0, LINES, 2):
        u = min(view0 + line, last)
        v = min(view0 + line + 1, last)
        weight_u = met[1, first + line] if view0 + line <= last else np.float32(0)
        weight_v = met[1, first + line + 1] if view0 + line + 1 <= last else np.float32(0)
        left_u, a, b = _columns(met[0, first + line], weight_u, n_columns)
        left_v, c, d = _columns(met[0, first + line + 1], weight_v, n_columns)
        for row in range(begin, end, W):
            _between(views, u, left_u, a, b, row, line, lines.values)
            _between(views, v, left_v, c, d, row, line + 1, lines.values)


@kernel(inline=True)
def _add_column(views, sights, view0, places, y, x, met, lines, sums):
    """Add the W views from `view0` on to one column of voxels."""
    z0, z1 = np.int64(places.first[y, x] // W * W), np.int64(places.stop[y, x])
    top = np.float32((z1 + W - 1) // W * W)
    _meet(sights, view0, places, y, x, met)
    for first in range(0, min(W, len(views) - view0), LINES):
        lowest, highest = met[2, first], np.float32(0)
        for line in range(LINES):
            place, step = met[2, first + line], met[3, first + line]
            lines.places[line], lines.steps[line] = place, step
            lowest = min(lowest, place + step * np.float32(z0))
            highest = max(highest, place + step * top)
        begin, end = np.int64(lowest) // W * W, np.int64(highest) + 3
        _build(views, view0 + first, met, first, begin, end, lines)
        add_lines(lines, y, x, z0, z1, sums)


@kernel()
def backproject(tile0, tile1, views, sights, places, sums):
    """Add all `views` to some tiles of the volume, where every view saw.

    Parameters
    ----------
    tile0, tile1 : int
        Which tiles: row by row, from the first up to, not including, the second.
    views : (n_views, n_columns, padded rows) float32
        Filtered and weighted views, from :func:`pack`.
    sights : (N_SIGHT, padded views) float32
        Where each view sees what; padded to a multiple of W.
    places : Places
        The geometry.
    sums : (ny, nx, padded slices) float32
        What is added to.
    """
    ny, nx = sums.shape[:2]
    n_across = (nx + TILE - 1) // TILE
    met, lines = aligned_rows(4, W), new_lines(views.shape[2])
    for tile in range(tile0, tile1):
        y0, x0 = tile // n_across * TILE, tile % n_across * TILE
        for view0 in range(0, len(views), W):
            for y in range(y0, min(y0 + TILE, ny)):
                for x in range(x0, min(x0 + TILE, nx)):
                    if places.first[y, x] < places.stop[y, x]:
                        _add_column(views, sights, view0, places, y, x, met, lines, sums)


@kernel()
def backproject_plainly(tile0, tile1, views, sights, places, sums):
    """Do what :func:`backproject` does, for slices any number of rows apart, one by one."""
    ny, nx = sums.shape[:2]
    n_across = (nx + TILE - 1) // TILE
    for tile in range(tile0, tile1):
        y0, x0 = tile // n_across * TILE, tile % n_across * TILE
        for view in range(len(views)):
            for y in range(y0, min(y0 + TILE, ny)):
                for x in range(x0, min(x0 + TILE, nx)):
                    column, rows_per_mm, weight = seen(places, y, x, sights[:, view])
                    left = min(max(np.int32(column), 0), views.shape[1] - 2)
                    right_part = column - np.float32(left)
                    for z in range(places.first[y, x], places.stop[y, x]):
                        z_mm = places.z0_mm + places.dz_mm * np.float32(z)
                        row = rows_per_mm * (z_mm - sights[9, view]) + sights[10, view]
                        below = np.int32(row)
                        upper_part = row - np.float32(below)
                        a, b = views[view, left, below], views[view, left, below + 1]
                        c, d = views[view, left + 1, below], views[view, left + 1, below + 1]
                        at_left = a + upper_part * (b - a)
                        at_right = c + upper_part * (d - c)
                        sums[y, x, z] += weight * (at_left + right_part * (at_right - at_left))


@kernel()
def unpack(y0, y1, sums, first, stop, slices):
    """Write rows of the volume (y, x, z) to slices (z, y, x), 0 outside of `first` and `stop`."""
    n_slices, _, nx = slices.shape
    for y in range(y0, y1):
        for z0 in range(0, n_slices, _BLOCK):
            for x in range(nx):
                for z in range(z0, min(z0 + _BLOCK, n_slices)):
                    inside = first[y, x] <= z and z < stop[y, x]
                    slices[z, y, x] = sums[y, x, z] if inside else np.float32(0)
