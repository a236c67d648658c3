# ruff: noqa: ANN001, ANN201, ANN202
"""Line integrals of a cone beam through a volume, and their exact adjoint.

In the plane, a column of voxels is seen in the bins of :mod:`diaphane.ct.project.segments`; along
the axis its slices are seen on evenly spaced rows::

    row edge of slice edge k = e0 + r k,    r = rows in a slice, where the column stands

Both directions look up an integral along the axis, as in
:mod:`diaphane.ct.project.slice_projection_kernels`: forward that of the slices at the edges of
rows, backward that of the rows at the edges of slices; W places in a register at a time where rows
and slices are alike (:data:`LARGEST_STEP`), one by one where they are not.

The volume is (y, x, slice), views are (view, column, row); the integrals of both carry
:data:`PADDING` more places at both ends, 0 before and the total behind. Nothing here checks ranges.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.project.stack_projection_kernels import TILE, bin_of
from diaphane.simd import (
    W,
    aligned_rows,
    fma,
    frac,
    iota,
    kernel,
    load,
    permute2,
    splat,
    store,
    to_int,
)

PADDING = 4 * W
"""Places before the first one, and behind the last."""

LARGEST_STEP = 1.99
"""Most rows in a slice, and most slices in a row: W of them and one more span 2 W places."""

GROUP = 4
"""Segments worked on together."""

_MOST_BINS = 64  # in which a voxel may be seen at a time


class Depths(NamedTuple):
    """How the rows see the slices."""

    depths: DoubleArray
    """Shape (n_views, 3): the depth of (y, x) below the source is ``d0 + dy y + dx x``, in mm."""
    asides: DoubleArray
    """Shape (n_views, 3): the same, to the side of the central ray, for a curved detector, whose
    rows are as far from the source everywhere; 0 for a flat one."""
    rows: float
    """Rows in a slice, times the distance in mm: the depth, or that from the source itself."""
    below: float
    """Rows from the height of the source up to the first slice's lower edge, times it."""
    source_row: float
    """The edge, not rounded, at the height of the source; edge 0 is that below row 0."""
    n_rows: int
    """Rows of the detector."""
    n_slices: int
    """Slices of the volume."""


@kernel(inline=True)
def _row_edges(depths, view, y, x):
    """Return e0 and r of a column of voxels."""
    d0, dy, dx = depths.depths[view]
    a0, ay, ax = depths.asides[view]
    closeness = 1 / np.hypot(d0 + dy * y + dx * x, a0 + ay * y + ax * x)
    return depths.source_row + depths.below * closeness, depths.rows * closeness


@kernel(inline=True)
def _look_up(integral, line, first, step, count, out):
    """Write the integral at `count` places, `step` apart from `first` on, and repeat the last."""
    rounded = -(-count // W) * W
    if step <= LARGEST_STEP:
        for i in range(0, rounded, W):
            begin = PADDING + first + step * i
            whole = int(begin)
            part = splat(np.float32(begin - whole))
            places = fma(iota(), splat(np.float32(step)), part)
            k = to_int(places)
            low = load(integral, (line, whole))
            high = load(integral, (line, whole + W))
            below = permute2(low, high, k)
            above = permute2(low, high, k + 1)
            store(out, i, fma(frac(places), above - below, below))
    else:
        for i in range(count):
            place = max(PADDING + first + step * i, 0.0)
            whole = min(int(place), integral.shape[1] - 2)
            part = np.float32(min(place - whole, 1.0))
            below = integral[line, whole]
            out[i] = below + part * (integral[line, whole + 1] - below)
    out[count : rounded + 1] = out[count - 1]  # behind, the integral may not have been filled in


@kernel(inline=True)
def _bins_of_voxel(segments, s, j, i, bins, weights):
    """Write the bins in which voxel `i` of slab `j` is seen, and how much; return how many."""
    if j < segments.begin[s] or j >= segments.stop[s]:
        return 0
    slabs, edges, size = segments.slabs[s], segments.edges[s], segments.size[s]
    inverse = 1 / (slabs[2] + slabs[3] * j)
    a = slabs[0] + slabs[1] * j
    low, high = max((i - a) * inverse, edges[0]), min((i + 1 - a) * inverse, edges[size])
    if low >= high:
        return 0
    n, k = 0, bin_of(segments, s, low)
    while low < high and n < _MOST_BINS:
        end = min(high, edges[k + 1])
        bins[n] = segments.first[s] + segments.step[s] * k
        weights[n] = (end - low) * segments.gains[s, k]
        n += 1
        low, k = end, k + 1
    return n


@kernel()
def project_cone(group0, group1, segments, depths, ny, nx, volume, views):
    """Add what the pixels of some groups of segments see.

    Parameters
    ----------
    group0, group1 : int
        Which groups of 4 segments.
    segments : Segments
        The geometry in the plane.
    depths : Depths
        The geometry along the axis.
    ny, nx : int
        Rows and columns of the grid.
    volume : (ny nx, nz + 1 and padding) float32
        Integrals along the slices.
    views : (n_views n_columns, n_rows and padding behind) float32
        What is added to.
    """
    n_columns = segments.gains.shape[1]
    across = (nx + TILE - 1) // TILE
    bins, weights = np.empty(_MOST_BINS, np.int32), np.empty(_MOST_BINS, np.float32)
    at_edges = np.empty(views.shape[1] + 4 * W, np.float32)
    for group in range(group0, group1):
        for tile in range(across * ((ny + TILE - 1) // TILE)):
            y0, x0 = tile // across * TILE, tile % across * TILE
            for s in range(group * GROUP, min((group + 1) * GROUP, len(segments.of_view))):
                view = segments.of_view[s]
                for y in range(y0, min(y0 + TILE, ny)):
                    for x in range(x0, min(x0 + TILE, nx)):
                        j, i = (y, x) if segments.axis[s] == 0 else (x, y)
                        n = _bins_of_voxel(segments, s, j, i, bins, weights)
                        if n:
                            _show_column(
                                depths, view, y, x, volume, y * nx + x,
                                n, bins, weights, view * n_columns, at_edges, views,
                            )  # fmt: skip


@kernel(inline=True)
def _show_column(
    depths, view, y, x, volume, line, n, bins, weights, line0, at_edges, views
):  # fmt: skip
    """Add one column of voxels to the pixels that see it."""
    e0, r = _row_edges(depths, view, y, x)
    low = max(int(e0 + PADDING) - PADDING, 0)
    high = min(int(e0 + r * depths.n_slices) + 1, depths.n_rows)
    if low >= high:
        return
    _look_up(volume, line, (low - e0) / r, 1 / r, high - low + 1, at_edges)
    for m in range(n):
        out, weight = line0 + bins[m], splat(np.float32(weights[m] * r))
        for e in range(low, high, W):
            between = load(at_edges, e - low + 1) - load(at_edges, e - low)
            store(views, (out, e), fma(weight, between, load(views, (out, e))))


@kernel()
def backproject_cone(tile0, tile1, segments, depths, ny, nx, views, volume):
    """Add what all pixels give back to some tiles of columns of voxels.

    Parameters
    ----------
    tile0, tile1 : int
        Which tiles of 16 × 16, row by row.
    segments, depths, ny, nx
        As for :func:`project_cone`.
    views : (n_views n_columns, n_rows + 1 and padding) float32
        Integrals along the rows.
    volume : (ny nx, nz and padding behind) float32
        What is added to.
    """
    n_columns = segments.gains.shape[1]
    across = (nx + TILE - 1) // TILE
    bins, weights = np.empty(_MOST_BINS, np.int32), np.empty(_MOST_BINS, np.float32)
    seen = aligned_rows(1, views.shape[1])
    at_edges = np.empty(volume.shape[1] + 4 * W, np.float32)
    for tile in range(tile0, tile1):
        y0, x0 = tile // across * TILE, tile % across * TILE
        for s0 in range(0, len(segments.of_view), 2 * GROUP):
            for y in range(y0, min(y0 + TILE, ny)):
                for x in range(x0, min(x0 + TILE, nx)):
                    for s in range(s0, min(s0 + 2 * GROUP, len(segments.of_view))):
                        j, i = (y, x) if segments.axis[s] == 0 else (x, y)
                        n = _bins_of_voxel(segments, s, j, i, bins, weights)
                        if n:
                            view = segments.of_view[s]
                            _fill_column(
                                depths, view, y, x, views, view * n_columns,
                                n, bins, weights, seen, at_edges, volume, y * nx + x,
                            )  # fmt: skip


@kernel(inline=True)
def _fill_column(
    depths, view, y, x, views, line0, n, bins, weights, seen, at_edges, volume, out
):  # fmt: skip
    """Add the pixels that see one column of voxels to it."""
    e0, r = _row_edges(depths, view, y, x)
    low = max(int(-e0 / r), 0)
    high = min(int((depths.n_rows - e0) / r) + 1, depths.n_slices)
    if low >= high:
        return
    begin = max(int(PADDING + e0 + r * low) - 1, 0)
    end = min(int(PADDING + e0 + r * high) + 2 * W + 2, views.shape[1])
    for e in range(begin, end - W + 1, W):
        _mix(views, line0, n, bins, weights, seen, e)
    _mix(views, line0, n, bins, weights, seen, end - W)
    _look_up(seen, 0, e0 + r * low, r, high - low + 1, at_edges)
    for k in range(low, high, W):
        between = load(at_edges, k - low + 1) - load(at_edges, k - low)
        store(volume, (out, k), load(volume, (out, k)) + between)


@kernel(inline=True)
def _mix(views, line0, n, bins, weights, seen, e):
    """Write the weighted sum of W places of the columns in which voxels are seen."""
    total = load(views, (line0 + bins[0], e)) * weights[0]
    for m in range(1, n):
        total = fma(splat(weights[m]), load(views, (line0 + bins[m], e)), total)
    store(seen, (0, e), total)
