# ruff: noqa: ANN001, ANN201, ANN202
"""Backprojection with 16 pairs of a view and a voxel in the lanes of registers.

The pairs of :mod:`~diaphane.ct.analytic.cone_symmetry` are seen at one place of the detector, so
that four loads bring what all 16 need, wherever that place is: nothing is looked up, and slices
may be any number of rows apart.

Of the columns of voxels only an eighth is visited, those with ``0 <= x <= y`` from the axis, and
of the slices the upper half; the lanes hold the others. To meet all views, they are turned by each
of eight ways h: a voxel sees h's view as the voxel that h brings there sees the view itself, and
its lanes change places. Views come as ``(group, column, row and lane)``, their rows from the plane
of the source upward and some more; sums are ``(octant, slice, lane)``.
"""

import numpy as np

from diaphane.ct.analytic.cone_kernels import seen
from diaphane.ct.analytic.cone_symmetry import N_LANES
from diaphane.simd import W, aligned_rows, fma, kernel, load, permute2, splat, store, to_int

OCTANT_TILE = 8
"""Edge of the squares of columns of voxels that are worked on together."""

SLICES = 4
"""Slices that are summed at once; their number in `sums` is a multiple."""

_FINE_ROW = 2**31  # parts of a row in which places are given: nothing is rounded along the way
_FINE = np.float64(_FINE_ROW)
_CHUNK = 16  # slices of a tile whose views stay in the cache
_BLOCK = 16
_AT_ONCE = min(2 * W, N_LANES)


@kernel()
def pack_groups(row0, row1, filtered, weights, row_of_source, packed):
    """Write views (n_groups 8, rows, columns), weighted, into lanes: rows `row0` to `row1`."""
    n_rows, n_columns = filtered.shape[1:]
    for group in range(len(packed)):
        for begin in range(0, n_columns, _BLOCK):
            for row in range(row0, row1):
                up, down = row_of_source + row, n_rows - 1 - row_of_source - row
                for column in range(begin, min(begin + _BLOCK, n_columns)):
                    for pair in range(8):
                        view = 8 * group + pair
                        place = n_columns - 1 - column if pair % 2 else column
                        to = row * N_LANES + 2 * pair
                        packed[group, column, to] = filtered[view, up, place] * weights[view]
                        mirrored = filtered[view, down, place] * weights[view]
                        packed[group, column, to + 1] = mirrored


@kernel(inline=True)
def _turned(h, x, y, n):
    """Return where the turn that undoes h brings a voxel of a square grid of n by n columns."""
    for _ in range(h // 2):
        x, y = y, n - 1 - x
    return (n - 1 - x if h % 2 else x), y


@kernel(inline=True)
def _parts_at(place, a, b):
    """Return the row below a place, and what four neighbors count: two columns, two rows."""
    part = splat(np.float32(place & (_FINE_ROW - 1)) * np.float32(1 / _FINE_ROW))
    a_up, b_up = a * part, b * part
    return place >> 31, a - a_up, b - b_up, a_up, b_up


@kernel(inline=True)
def _between(packed, group, left, row, lane, parts, s):
    """Add to W pairs what a view holds between two columns and two rows."""
    at = row * N_LANES + lane
    s = fma(load(packed, (group, left, at)), parts[0], s)
    s = fma(load(packed, (group, left + 1, at)), parts[1], s)
    s = fma(load(packed, (group, left, at + N_LANES)), parts[2], s)
    return fma(load(packed, (group, left + 1, at + N_LANES)), parts[3], s)


@kernel(inline=True)
def _add_groups(packed, lefts, parts, starts, steps, z, lane, met):
    """Add all groups to SLICES slices of two registers of pairs, of one where it holds all."""
    s0 = s1 = s2 = s3 = t0 = t1 = t2 = t3 = splat(np.float32(0))
    for group in range(len(packed)):
        left, step = lefts[group], steps[group]
        place = starts[group] + z * step
        a, b = splat(parts[group, 0]), splat(parts[group, 1])
        row, p, q, r, u = _parts_at(place, a, b)
        s0 = _between(packed, group, left, row, lane, (p, q, r, u), s0)
        if W < N_LANES:
            t0 = _between(packed, group, left, row, lane + W, (p, q, r, u), t0)
        row, p, q, r, u = _parts_at(place + step, a, b)
        s1 = _between(packed, group, left, row, lane, (p, q, r, u), s1)
        if W < N_LANES:
            t1 = _between(packed, group, left, row, lane + W, (p, q, r, u), t1)
        row, p, q, r, u = _parts_at(place + 2 * step, a, b)
        s2 = _between(packed, group, left, row, lane, (p, q, r, u), s2)
        if W < N_LANES:
            t2 = _between(packed, group, left, row, lane + W, (p, q, r, u), t2)
        row, p, q, r, u = _parts_at(place + 3 * step, a, b)
        s3 = _between(packed, group, left, row, lane, (p, q, r, u), s3)
        if W < N_LANES:
            t3 = _between(packed, group, left, row, lane + W, (p, q, r, u), t3)
    store(met, (0, lane), s0)
    store(met, (1, lane), s1)
    store(met, (2, lane), s2)
    store(met, (3, lane), s3)
    if W < N_LANES:
        store(met, (0, lane + W), t0)
        store(met, (1, lane + W), t1)
        store(met, (2, lane + W), t2)
        store(met, (3, lane + W), t3)


@kernel(inline=True)
def _give_back(met, lanes, h, tile, i, z, sums):
    """Add what the pairs met after the turn h to the pairs as they were before."""
    for k in range(SLICES):
        if 2 * W < N_LANES:
            for lane in range(N_LANES):
                sums[tile, i, z + k, lane] += met[k, np.int64(lanes[h, lane])]
            continue
        low, high = load(met, (k, 0)), load(met, (k, N_LANES - W))
        for lane in range(0, N_LANES, W):
            moved = permute2(low, high, to_int(load(lanes, (h, lane))))
            store(sums, (tile, i, z + k, lane), load(sums, (tile, i, z + k, lane)) + moved)


@kernel()
def backproject_octant(tile0, tile1, packed, sights, places, tiles, stops, lanes, sums):
    """Add groups of views to some tiles of the octant, where every view saw.

    Parameters
    ----------
    tile0, tile1 : int
        Which of `tiles`, from the first up to, not including, the second.
    packed : (n_groups, n_columns, padded rows N_LANES) float32
        From :func:`pack_groups`.
    sights : (n_groups, N_SIGHT) float32
        Where the first view of each group sees what, counted in rows of `packed`.
    places : Places
        The geometry; `z0_mm` that of the lowest slice of the upper half.
    tiles : (n_tiles, OCTANT_TILE², 2) int32
        Row and column of each tile's columns of voxels; -1 where there is none.
    stops : (n_tiles, OCTANT_TILE²) int32
        How many slices of the upper half were seen in each.
    lanes : (8, N_LANES) float32
        From :func:`~diaphane.ct.analytic.cone_symmetry.lanes_after`.
    sums : (n_tiles, OCTANT_TILE², padded slices, N_LANES) float32
        What is added to.
    """
    n, n_groups, n_inside = len(places.x_mm), len(packed), tiles.shape[1]
    lefts = np.empty((n_inside, n_groups), np.int64)
    parts = np.empty((n_inside, n_groups, 2), np.float32)
    starts, steps = np.empty_like(lefts), np.empty_like(lefts)
    met = aligned_rows(SLICES, N_LANES)
    for tile in range(tile0, tile1):
        for h in range(8):
            for i in range(n_inside):
                for group in range(n_groups):
                    if stops[tile, i] == 0:
                        continue
                    x, y = _turned(h, tiles[tile, i, 1], tiles[tile, i, 0], n)
                    column, rows_per_mm, weight = seen(places, y, x, sights[group])
                    left = min(max(np.int64(column), 0), packed.shape[1] - 2)
                    right_part = (column - np.float32(left)) * weight
                    row0 = rows_per_mm * places.z0_mm + sights[group, 10]
                    lefts[i, group] = left
                    parts[i, group, 0], parts[i, group, 1] = weight - right_part, right_part
                    starts[i, group] = np.int64(row0 * _FINE)
                    steps[i, group] = np.int64(rows_per_mm * places.dz_mm * _FINE)
            for begin in range(0, stops[tile].max(), _CHUNK):
                for i in range(n_inside):
                    for z in range(begin, min(begin + _CHUNK, stops[tile, i]), SLICES):
                        for lane in range(0, N_LANES, _AT_ONCE):
                            _add_groups(
                                packed, lefts[i], parts[i], starts[i], steps[i], z, lane, met
                            )
                        _give_back(met, lanes, h, tile, i, z, sums)


@kernel()
def unpack_octant(tile0, tile1, sums, tiles, first, stop, slices):
    """Write tiles of the octant, and their images, to slices (z, y, x), 0 where not all saw."""
    n_slices, n = slices.shape[:2]
    above, below = n_slices // 2, (n_slices - 1) // 2
    for tile in range(tile0, tile1):
        for k in range(n_slices - above):
            for i in range(tiles.shape[1]):
                if tiles[tile, i, 0] < 0:
                    continue
                for pair in range(8):
                    y, x = tiles[tile, i]
                    x = n - 1 - x if pair % 2 else x
                    for _ in range(pair // 2):
                        x, y = n - 1 - y, x
                    for f in range(2):
                        z = below - k if f else above + k
                        inside = first[y, x] <= z and z < stop[y, x]
                        value = sums[tile, i, k, 2 * pair + f]
                        slices[z, y, x] = value if inside else np.float32(0)
