# ruff: noqa: ANN001, ANN201, ANN202
"""Line integrals through stacks of slices, and their exact adjoint: sums of weighted lines.

What a pixel sees of a stack, and what a column of voxels gets from all views, are sums of lines,
slices innermost: of voxels the one, of pixels the other. Each kernel writes down which lines count
how much, and one short loop (:func:`_add_lines`) adds them up in registers. The weights of the
two directions are computed from the same numbers of
:class:`~diaphane.ct.project.segments.Segments`.

The volume is (y, x, z) and the views are (view, column, z), both flattened to lists of lines.
"""

import numpy as np

from diaphane.simd import W, fma, kernel, load, splat, store

TILE = 16
"""Edge of the squares of columns of voxels that are worked on together."""

GROUP = 8
"""Segments worked on together: their lines stay in the cache while a tile is passed."""

_MOST_VOXELS = TILE * (TILE + 2)  # of a tile that one bin sees
_MOST_PIXELS = 64  # that one voxel notes before they are added


@kernel(inline=True)
def _add_lines(n, lines, weights, source, target, out):
    """Add n weighted lines of `source` to the line `out` of `target`."""
    n_lanes = source.shape[1]
    z = 0
    while z + 4 * W <= n_lanes:
        a, b = load(target, (out, z)), load(target, (out, z + W))
        c, d = load(target, (out, z + 2 * W)), load(target, (out, z + 3 * W))
        for i in range(n):
            line, weight = lines[i], splat(weights[i])
            a = fma(weight, load(source, (line, z)), a)
            b = fma(weight, load(source, (line, z + W)), b)
            c = fma(weight, load(source, (line, z + 2 * W)), c)
            d = fma(weight, load(source, (line, z + 3 * W)), d)
        store(target, (out, z), a)
        store(target, (out, z + W), b)
        store(target, (out, z + 2 * W), c)
        store(target, (out, z + 3 * W), d)
        z += 4 * W
    while z + W <= n_lanes:
        a = load(target, (out, z))
        for i in range(n):
            a = fma(splat(weights[i]), load(source, (lines[i], z)), a)
        store(target, (out, z), a)
        z += W
    while z < n_lanes:
        total = target[out, z]
        for i in range(n):
            total += weights[i] * source[lines[i], z]
        target[out, z] = total
        z += 1


@kernel(inline=True)
def bin_of(segments, s, t):
    """Return the bin of segment `s` in which t lies, or the nearest one."""
    edges, size = segments.edges[s], segments.size[s]
    t = min(max(t, edges[0]), edges[size])
    m = segments.bins[s]
    k = min(max(int((m[0] + m[1] * t) / (1 + m[2] * t)), 0), size - 1)
    while k > 0 and edges[k] > t:
        k -= 1
    while k < size - 1 and edges[k + 1] <= t:
        k += 1
    return k


@kernel(inline=True)
def _tile(segments, s, ny, nx, tile):
    """Return first and last of the slabs, and of the voxels in each, of a tile as `s` sees it."""
    across = (nx + TILE - 1) // TILE
    y0, x0 = tile // across * TILE, tile % across * TILE
    y1, x1 = min(y0 + TILE, ny), min(x0 + TILE, nx)
    if segments.axis[s] == 0:
        return max(y0, segments.begin[s]), min(y1, segments.stop[s]), x0, x1
    return max(x0, segments.begin[s]), min(x1, segments.stop[s]), y0, y1


@kernel(inline=True)
def _bins_of_tile(segments, s, j0, j1, x0, x1):
    """Return the first bin that sees a tile, and the one behind the last."""
    if j0 >= j1:
        return 0, 0
    a0, a1, b0, b1 = segments.slabs[s]
    a, b = a0 + a1 * j0, b0 + b1 * j0
    c, d = a0 + a1 * (j1 - 1), b0 + b1 * (j1 - 1)
    low, high = min((x0 - a) / b, (x0 - c) / d), max((x1 - a) / b, (x1 - c) / d)
    edges, size = segments.edges[s], segments.size[s]
    if high <= edges[0] or low >= edges[size]:
        return 0, 0
    return bin_of(segments, s, low), bin_of(segments, s, high) + 1


@kernel(inline=True)
def _voxels_of_bin(segments, s, k, j0, j1, x0, x1, row, column, places, weights):
    """Note the voxels ``row y + column x`` of a tile that bin `k` sees; how much each counts."""
    a0, a1, b0, b1 = segments.slabs[s]
    t0, t1, gain = segments.edges[s, k], segments.edges[s, k + 1], segments.gains[s, k]
    along, across = (row, column) if segments.axis[s] == 0 else (column, row)
    n = 0
    for j in range(j0, j1):
        a, b = a0 + a1 * j, b0 + b1 * j
        low, high = max(a + b * t0, x0), min(a + b * t1, x1)
        x = int(low)
        while low < high:
            end = min(high, x + 1.0)
            places[n] = j * along + x * across
            weights[n] = (end - low) * gain / b
            n += 1
            low, x = end, x + 1
    return n


@kernel()
def project_stack(group0, group1, segments, ny, nx, volume, views):
    """Add what the pixels of some groups of segments see.

    Parameters
    ----------
    group0, group1 : int
        Which groups of 8 segments.
    segments : Segments
        The geometry.
    ny, nx : int
        The grid's rows and columns.
    volume : (ny nx, nz) float32
        What is looked at.
    views : (n_views n_columns, nz) float32
        What is added to.
    """
    n_columns = segments.gains.shape[1]
    n_tiles = ((nx + TILE - 1) // TILE) * ((ny + TILE - 1) // TILE)
    lines, weights = np.empty(_MOST_VOXELS, np.int32), np.empty(_MOST_VOXELS, np.float32)
    for group in range(group0, group1):
        s0, s1 = group * GROUP, min((group + 1) * GROUP, len(segments.of_view))
        for tile in range(n_tiles):
            for s in range(s0, s1):
                j0, j1, x0, x1 = _tile(segments, s, ny, nx, tile)
                k0, k1 = _bins_of_tile(segments, s, j0, j1, x0, x1)
                for k in range(k0, k1):
                    n = _voxels_of_bin(
                        segments, s, k, j0, j1, x0, x1, nx, 1, lines, weights
                    )  # fmt: skip
                    if n:
                        column = segments.first[s] + segments.step[s] * k
                        out = segments.of_view[s] * n_columns + column
                        _add_lines(n, lines, weights, volume, views, out)


@kernel()
def backproject_stack(tile0, tile1, segments, ny, nx, views, volume):
    """Add what all pixels give back to some tiles of columns of voxels.

    Parameters
    ----------
    tile0, tile1 : int
        Which tiles of 16 × 16, row by row.
    segments, ny, nx
        As for :func:`project_stack`.
    views : (n_views n_columns, nz) float32
        What is given back.
    volume : (ny nx, nz) float32
        What is added to.
    """
    lines = np.empty((TILE * TILE, _MOST_PIXELS), np.int32)
    weights = np.empty((TILE * TILE, _MOST_PIXELS), np.float32)
    counts = np.zeros(TILE * TILE, np.int32)
    places, shares = np.empty(_MOST_VOXELS, np.int32), np.empty(_MOST_VOXELS, np.float32)
    across = (nx + TILE - 1) // TILE
    for tile in range(tile0, tile1):
        y0, x0 = tile // across * TILE, tile % across * TILE
        first, corner = y0 * nx + x0, y0 * TILE + x0
        for s0 in range(0, len(segments.of_view), GROUP):
            for s in range(s0, min(s0 + GROUP, len(segments.of_view))):
                j0, j1, i0, i1 = _tile(segments, s, ny, nx, tile)
                k0, k1 = _bins_of_tile(segments, s, j0, j1, i0, i1)
                line0 = segments.of_view[s] * segments.gains.shape[1] + segments.first[s]
                for k in range(k0, k1):
                    n = _voxels_of_bin(
                        segments, s, k, j0, j1, i0, i1, TILE, 1, places, shares
                    )  # fmt: skip
                    for i in range(n):
                        place = places[i] - corner
                        if counts[place] == _MOST_PIXELS:
                            _add_lines(
                                _MOST_PIXELS, lines[place], weights[place], views, volume,
                                first + place // TILE * nx + place % TILE,
                            )  # fmt: skip
                            counts[place] = 0
                        lines[place, counts[place]] = line0 + segments.step[s] * k
                        weights[place, counts[place]] = shares[i]
                        counts[place] += 1
            for place in range(TILE * TILE):
                if counts[place]:
                    out = first + place // TILE * nx + place % TILE
                    _add_lines(counts[place], lines[place], weights[place], views, volume, out)
                    counts[place] = 0
