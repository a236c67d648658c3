# ruff: noqa: ANN001, ANN201, ANN202
"""Lines of detector rows, added to columns of voxels: W slices at a time, between two rows each.

Slices are evenly far apart in rows, W of them in the lanes of a register. Where they are seen is
counted in whole parts of a row (:data:`FINE_ROW`), so that the row is what stands before the
point, the share of the next row what stands behind it, and nothing is rounded along the way.

Rows are looked up in registers, not fetched one by one. Where slices lie nearly a row apart, as in
a grid as fine as the detector, the slice in lane l lies next to row l of its register or to the
one before, and a choice between the two is enough (:func:`_beside`); else they are looked up among
2 W rows (:func:`_along`), which limits slices to :data:`MOST_ROWS_PER_SLICE`.
"""

import numpy as np

from diaphane.simd import (
    W,
    choose,
    fma,
    iota,
    kernel,
    load,
    permute2,
    shift_down,
    splat,
    store,
    to_float,
    to_int,
)

LINES = 4
"""How many lines are added at once."""

MOST_ROWS_PER_SLICE = 1.998
"""How far apart, in rows, two slices may be seen: W slices and one row more span 2 W rows."""

FINE_ROW = 2**31
"""Parts of a row in which places along a line are given."""

_MOST_DRIFT = 0.999 / (W - 1)  # from a row per slice, for W slices to stay within a row
_FINE_POINT, _BEHIND_FINE = 31, 2**31 - 1
_POINT = 32 - W.bit_length()  # so that 2 W rows fit 32 bits
_ROW, _BEHIND = 2**_POINT, 2**_POINT - 1
_COARSER = _FINE_POINT - _POINT


@kernel(inline=True)
def add_lines(lines, n, places, steps, y, x, z0, z1, sums):
    """Add `n` lines to the slices from `z0` up to `z1` of one column of voxels.

    Line i is seen by slice z at ``places[i] + z steps[i]``, in parts of a row.
    """
    if n < LINES:
        for line in range(n):
            _add_one(lines, line, places, steps, y, x, z0, z1, sums)
        return
    drift = np.int64(0)
    for line in range(LINES):
        drift = max(drift, abs(steps[line] - FINE_ROW))
    if drift < np.int64(_MOST_DRIFT * FINE_ROW):
        _add_beside(lines, places, steps, y, x, z0, z1, sums)
    else:
        _add_along(lines, places, steps, y, x, z0, z1, sums)


@kernel(inline=True)
def _along(lines, line, begin, offsets, level, slope):
    """Add W slices: to `level` the rows below them, to `slope` what the next rows are above.

    The first is seen at `begin`, the others `offsets` farther; slopes come in parts of a row.
    """
    whole = begin >> _POINT
    rows = offsets + np.int32(begin & _BEHIND)
    low, high = load(lines, (line, whole)), load(lines, (line, whole + W))
    below = permute2(low, high, shift_down(rows, _POINT))
    above = permute2(low, high, shift_down(rows + _ROW, _POINT))
    return level + below, fma(to_float(rows & _BEHIND), above - below, slope)


@kernel(inline=True)
def _beside(lines, line, begin, offsets, level, slope):
    """Do what :func:`_along` does, each lane next to its own row; below 0, one row before it."""
    whole = begin >> _FINE_POINT
    rows = offsets + np.int32(begin & _BEHIND_FINE)
    here = load(lines, (line, whole))
    below = choose(rows, here, load(lines, (line, whole - 1)))
    above = choose(rows, load(lines, (line, whole + 1)), here)
    return level + below, fma(to_float(rows & _BEHIND_FINE), above - below, slope)


@kernel(inline=True)
def _looked_up(places, steps, line):
    """Return a line's first place and step, and where its lanes lie, as :func:`_along` wants."""
    step = steps[line] >> _COARSER
    return places[line] >> _COARSER, step, to_int(iota()) * np.int32(step)


@kernel(inline=True)
def _drifting(places, steps, line):
    """Return the same for :func:`_beside`: a row ahead where lanes drift ahead of their rows."""
    step = steps[line]
    ahead = np.int64(step > FINE_ROW) * FINE_ROW
    offsets = to_int(iota()) * np.int32(step - FINE_ROW) + np.int32(-ahead)
    return places[line] + ahead, step, offsets


@kernel(inline=True)
def _add_one(lines, line, places, steps, y, x, z0, z1, sums):
    place, step, offsets = _looked_up(places, steps, line)
    for z in range(z0, z1, W):
        level, slope = load(sums, (y, x, z)), splat(np.float32(0))
        level, slope = _along(lines, line, place + z * step, offsets, level, slope)
        store(sums, (y, x, z), fma(slope, splat(np.float32(1 / _ROW)), level))


@kernel(inline=True)
def _add_along(lines, places, steps, y, x, z0, z1, sums):
    p0, s0, o0 = _looked_up(places, steps, 0)
    p1, s1, o1 = _looked_up(places, steps, 1)
    p2, s2, o2 = _looked_up(places, steps, 2)
    p3, s3, o3 = _looked_up(places, steps, 3)
    for z in range(z0, z1, W):
        level, slope = load(sums, (y, x, z)), splat(np.float32(0))
        level, slope = _along(lines, 0, p0 + z * s0, o0, level, slope)
        level, slope = _along(lines, 1, p1 + z * s1, o1, level, slope)
        level, slope = _along(lines, 2, p2 + z * s2, o2, level, slope)
        level, slope = _along(lines, 3, p3 + z * s3, o3, level, slope)
        store(sums, (y, x, z), fma(slope, splat(np.float32(1 / _ROW)), level))


@kernel(inline=True)
def _add_beside(lines, places, steps, y, x, z0, z1, sums):
    p0, s0, o0 = _drifting(places, steps, 0)
    p1, s1, o1 = _drifting(places, steps, 1)
    p2, s2, o2 = _drifting(places, steps, 2)
    p3, s3, o3 = _drifting(places, steps, 3)
    for z in range(z0, z1, W):
        level, slope = load(sums, (y, x, z)), splat(np.float32(0))
        level, slope = _beside(lines, 0, p0 + z * s0, o0, level, slope)
        level, slope = _beside(lines, 1, p1 + z * s1, o1, level, slope)
        level, slope = _beside(lines, 2, p2 + z * s2, o2, level, slope)
        level, slope = _beside(lines, 3, p3 + z * s3, o3, level, slope)
        store(sums, (y, x, z), fma(slope, splat(np.float32(1 / FINE_ROW)), level))
