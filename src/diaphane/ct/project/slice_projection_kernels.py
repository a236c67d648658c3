# ruff: noqa: ANN001, ANN201, ANN202
"""Line integrals through single slices, and their exact adjoint, with neighbors in the lanes.

The sum of the weights of :mod:`diaphane.ct.project.segments` over a bin is the difference of an
integral along the slab at the bin's two edges. Along a slab of the image the integral is piecewise
linear between the edges of voxels; along a view, between the edges of pixels. Both directions thus
are the same work: look an integral up at evenly or nearly evenly spaced places, W at a time, from
the 2 W neighboring values that W places can reach, and take differences of neighbors. Nothing is
scattered. Four slabs, or four segments, are added up before the differences are taken.

Integrals carry :data:`PADDING` more places at both ends, 0 before and the total behind. Nothing
here checks ranges: neighboring places must be at most :data:`LARGEST_STEP` apart.
"""

import numpy as np

from diaphane.ct.project.stack_projection_kernels import bin_of
from diaphane.simd import (
    W,
    aligned_rows,
    fma,
    frac,
    iota,
    kernel,
    load,
    maximum,
    minimum,
    permute2,
    splat,
    store,
    to_int,
)

PADDING = 5 * W + 16
"""Places before the first edge of an integral, and behind the last."""

LARGEST_STEP = 1.99
"""Most voxels in a bin, and most bins in a voxel: W of them and one more span 2 W places."""

BLOCK = 8
"""Slabs that share what they read of the views."""


@kernel(inline=True)
def _slab(segments, s, j, stop):
    """Return a, b and 1/b of slab `j`, whose last factor is 0 behind the last slab."""
    slabs = segments.slabs[s]
    slab = min(j, stop - 1)
    b = slabs[2] + slabs[3] * slab
    return slab, slabs[0] + slabs[1] * slab, b, np.float32(1 / b if j < stop else 0.0)


@kernel(inline=True)
def _integral_at(integrals, j, a, b, weight, t, first):
    """Return the integral along slab `j` at the places ``a + b t``, times a weight."""
    begin = PADDING + a + b * first
    whole = int(begin)
    places = fma(t, splat(np.float32(b)), splat(np.float32(PADDING + a - whole)))
    k = to_int(places)
    low, high = load(integrals, (j, whole)), load(integrals, (j, whole + W))
    below = permute2(low, high, k)
    above = permute2(low, high, k + 1)
    return fma(frac(places), above - below, below) * weight


@kernel(inline=True)
def _bins_of_slabs(segments, s, j0, j1, nx):
    """Return the first bin that sees one of some slabs, and the one behind the last."""
    a0, a1, b0, b1 = segments.slabs[s]
    a, b = a0 + a1 * j0, b0 + b1 * j0
    c, d = a0 + a1 * (j1 - 1), b0 + b1 * (j1 - 1)
    low, high = min(-a / b, -c / d), max((nx - a) / b, (nx - c) / d)
    if high <= segments.edges[s, 0] or low >= segments.edges[s, segments.size[s]]:
        return 0, 0
    return bin_of(segments, s, low), bin_of(segments, s, high) + 1


@kernel()
def project_slice(s0, s1, segments, edges, n_across, by_rows, by_columns, view):
    """Fill what the pixels of segments ``s0 … s1`` see of a slice.

    Parameters
    ----------
    s0, s1 : int
        Which segments.
    segments : Segments
        The geometry.
    edges : (n, n_columns + 1 and more) float32
        The edges of the segments; the last one repeats.
    n_across : (2,) int
        How many voxels the rows, and the columns, of the slice have.
    by_rows, by_columns : (n_slabs, n_across + 1 + 2 PADDING) float32
        Integrals along the rows and along the columns of the slice.
    view : (n_views, n_columns) float32
        What is filled.
    """
    at_edges = aligned_rows(2, edges.shape[1])
    for s in range(s0, s1):
        size, nx = segments.size[s], n_across[segments.axis[s]]
        integrals = by_rows if segments.axis[s] == 0 else by_columns
        at_edges[1] = 0
        for j in range(segments.begin[s], segments.stop[s], 4):
            stop = segments.stop[s]
            k0, k1 = _bins_of_slabs(segments, s, j, min(j + 4, stop), nx)
            if k0 == k1:
                continue
            ja, a0, b0, w0 = _slab(segments, s, j, stop)
            jb, a1, b1, w1 = _slab(segments, s, j + 1, stop)
            jc, a2, b2, w2 = _slab(segments, s, j + 2, stop)
            jd, a3, b3, w3 = _slab(segments, s, j + 3, stop)
            for k in range(k0, k1 + W + 1, W):
                t, first = load(edges, (s, k)), edges[s, k]
                total = _integral_at(integrals, ja, a0, b0, w0, t, first)
                total += _integral_at(integrals, jb, a1, b1, w1, t, first)
                total += _integral_at(integrals, jc, a2, b2, w2, t, first)
                total += _integral_at(integrals, jd, a3, b3, w3, t, first)
                store(at_edges, (0, k), total)
            for k in range(k0, k1, W):
                between = load(at_edges, (0, k + 1)) - load(at_edges, (0, k))
                store(at_edges, (1, k), load(at_edges, (1, k)) + between)
        column = segments.first[s]
        for k in range(size):
            seen = np.float32(segments.gains[s, k]) * at_edges[1, k]
            view[segments.of_view[s], column] = seen
            column += segments.step[s]


@kernel()
def integrate_views(s0, s1, segments, views, offsets, slopes):
    """Write the integral of each segment in t as ``offset + slope t``, bin by bin, padded.

    Parameters
    ----------
    s0, s1, segments
        As for :func:`project_slice`.
    views : (n_views, n_columns) float32
        What is given back.
    offsets, slopes : (n + 1, n_columns + 2 PADDING) float32
        What is filled; the row behind the last stays 0.
    """
    for s in range(s0, s1):
        total, column, size = 0.0, segments.first[s], segments.size[s]
        for k in range(size):
            slope = segments.gains[s, k] * views[segments.of_view[s], column]
            offsets[s, PADDING + k] = total - slope * segments.edges[s, k]
            slopes[s, PADDING + k] = slope
            total += slope * (segments.edges[s, k + 1] - segments.edges[s, k])
            column += segments.step[s]
        offsets[s, PADDING + size :] = total


@kernel(inline=True)
def _line(segments, s, j):
    """Return what finds the bin of a voxel's edge x in slab `j`; s, or the empty segment.

    The bin is ``(n0 + n1 x) / (d0 + d1 x)``, t is ``ia + ib x``, and x counts from `low` to `high`.
    """
    none = len(segments.of_view)
    if s < none and (j < segments.begin[s] or j >= segments.stop[s]):
        s = none
    if s == none:
        zero = np.float32(0)
        return s, zero, zero, np.float32(1), zero, zero, zero, zero, zero
    a = segments.slabs[s, 0] + segments.slabs[s, 1] * j
    b = segments.slabs[s, 2] + segments.slabs[s, 3] * j
    m0, m1, m2 = segments.bins[s]
    low = a + b * segments.edges[s, 0]
    high = a + b * segments.edges[s, segments.size[s]]
    ia, ib = -a / b, 1 / b
    return (
        s,
        np.float32(m0 + m1 * ia), np.float32(m1 * ib),
        np.float32(1 + m2 * ia), np.float32(m2 * ib),
        np.float32(ia), np.float32(ib),
        np.float32(low), np.float32(high),
    )  # fmt: skip


@kernel(inline=True)
def _given_back(offsets, slopes, line, x, is_even):
    """Return the integral of a segment up to the voxels' edges ``x … x + W - 1``."""
    s, n0, n1, d0, d1, ia, ib, low, high = line
    at = min(max(np.float32(x), low), high)
    begin = n0 + n1 * at if is_even else (n0 + n1 * at) / (d0 + d1 * at)
    whole = int(begin + np.float32(1)) - 1
    here = minimum(maximum(iota() + np.float32(x), splat(low)), splat(high))
    place = fma(here, splat(n1), splat(n0))
    if not is_even:
        place = place / fma(here, splat(d1), splat(d0))
    k = to_int(maximum(place - np.float32(whole), splat(np.float32(0))))
    start = PADDING + whole
    offset = permute2(load(offsets, (s, start)), load(offsets, (s, start + W)), k)
    slope = permute2(load(slopes, (s, start)), load(slopes, (s, start + W)), k)
    return fma(slope, fma(here, splat(ib), splat(ia)), offset)


@kernel(inline=True)
def _add_to_slab(offsets, slopes, lines, nx, at_edges, sums, j, is_even):
    """Add four segments to slab `j`, where one of them sees it."""
    la, lb, lc, ld = lines
    low = min(min(la[7], lb[7]), min(lc[7], ld[7]))
    high = max(max(la[8], lb[8]), max(lc[8], ld[8]))
    x0, x1 = max(int(low), 0), min(int(high) + 1, nx)
    for x in range(x0, x1 + W + 1, W):
        total = _given_back(offsets, slopes, la, x, is_even)
        total += _given_back(offsets, slopes, lb, x, is_even)
        total += _given_back(offsets, slopes, lc, x, is_even)
        total += _given_back(offsets, slopes, ld, x, is_even)
        store(at_edges, (0, x), total)
    for x in range(x0, x1, W):
        between = load(at_edges, (0, x + 1)) - load(at_edges, (0, x))
        store(sums, (j, x), load(sums, (j, x)) + between)


@kernel()
def backproject_slice(block0, block1, segments, order, is_even, offsets, slopes, nx, sums):
    """Add what segments give back to some blocks of slabs.

    Parameters
    ----------
    block0, block1 : int
        Which blocks of 8 slabs.
    segments : Segments
        The geometry.
    order : (m,) int32
        The segments that cross these slabs, a multiple of 4; their number stands for an empty one.
    is_even : bool
        Whether the bins are evenly spaced in t.
    offsets, slopes : (n + 1, n_columns + 2 PADDING) float32
        From :func:`integrate_views`.
    nx : int
        How many voxels a slab has.
    sums : (n_slabs, nx and 2 W more) float32
        What is added to.
    """
    at_edges = aligned_rows(1, nx + 4 * W)
    for block in range(block0, block1):
        for i in range(0, len(order), 4):
            for j in range(block * BLOCK, min(block * BLOCK + BLOCK, len(sums))):
                lines = (
                    _line(segments, order[i], j),
                    _line(segments, order[i + 1], j),
                    _line(segments, order[i + 2], j),
                    _line(segments, order[i + 3], j),
                )
                if is_even:
                    _add_to_slab(offsets, slopes, lines, nx, at_edges, sums, j, True)
                else:
                    _add_to_slab(offsets, slopes, lines, nx, at_edges, sums, j, False)
