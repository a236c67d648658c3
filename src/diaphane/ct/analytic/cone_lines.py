# ruff: noqa: ANN001, ANN201, ANN202
"""Lines of detector rows, added to columns of voxels: W slices at a time, between two rows each.

Slices are evenly far apart in rows, W of them in the lanes of a register. Where each register
begins, a row and a part of the row behind it, is laid out for a whole line at once; then a
register needs one number of each.

Rows are looked up in registers, not fetched one by one. Where slices lie nearly a row apart, as in
a grid as fine as the detector, every lane lies less than a row from its own, before it or behind,
and a choice between two slopes is enough (:func:`_beside`); else rows are looked up among 2 W
(:func:`_along`), which limits slices to :data:`MOST_ROWS_PER_SLICE`.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.simd import (
    W,
    aligned_rows,
    choose,
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

LINES = 4
"""How many lines are added at once."""

MOST_ROWS_PER_SLICE = 1.998
"""How far apart, in rows, two slices may be seen: W slices and one row more span 2 W rows."""

_CHUNK = 64  # registers of slices whose places are laid out at once
_LAST = LINES * _CHUNK  # of the rows; the parts stand behind
_MIDDLE = np.float32((W - 1) / 2)  # of the lanes
_HALF, _ONE = np.float32(0.5), np.float32(1)
_MOST_DRIFT = np.float32(0.999 / (W - 1))  # from a row per slice, for lanes to stay by their rows


class Lines(NamedTuple):
    """Lines of rows, and where along them slices are seen."""

    values: FloatArray
    """What the lines hold: shape (LINES, padded rows)."""
    places: FloatArray
    """The row where the first slice of the volume is seen: shape (LINES,)."""
    steps: FloatArray
    """Rows from slice to slice, above 0: shape (LINES,)."""
    marks: FloatArray
    """Where _CHUNK registers of slices begin: the whole rows of each line, then the parts."""


@kernel(inline=True)
def new_lines(n_rows):
    """Return empty lines for views of `n_rows`, padded."""
    places, steps = np.empty(LINES, np.float32), np.empty(LINES, np.float32)
    return Lines(aligned_rows(LINES, n_rows), places, steps, np.empty(2 * _LAST, np.float32))


@kernel(inline=True)
def add_lines(lines, y, x, z0, z1, sums):
    """Add lines to the slices from `z0`, a multiple of W, up to `z1` of one column of voxels."""
    drift = np.float32(0)
    for line in range(LINES):
        drift = max(drift, abs(lines.steps[line] - _ONE))
    for z in range(z0, z1, _CHUNK * W):
        n = min((z1 - z + W - 1) // W, _CHUNK)
        if drift < _MOST_DRIFT:
            _add_beside(lines, n, y, x, z, sums)
        else:
            _add_along(lines, n, y, x, z, sums)


@kernel(inline=True)
def _mark(lines, line, n, ahead, shift, z):
    """Write where `n` registers of a line begin, `ahead` rows further, and `shift` their parts."""
    place, step = splat(lines.places[line] + ahead), splat(lines.steps[line])
    for i in range(0, n, W):
        at = fma(iota() * np.float32(W) + np.float32(z + i * W), step, place)
        part = frac(at)
        store(lines.marks, line * _CHUNK + i, at - part)
        store(lines.marks, _LAST + line * _CHUNK + i, part + shift)


@kernel(inline=True)
def _beside(lines, line, i, offsets, level, tilt):
    """Add W slices: to `level` the rows nearby, to `tilt` what slices are above them.

    The lanes of register i lie `offsets` behind their rows, and the register's part more.
    """
    row = np.int64(lines.marks[line * _CHUNK + i])
    behind = offsets + splat(lines.marks[_LAST + line * _CHUNK + i])
    here = load(lines.values, (line, row))
    up = load(lines.values, (line, row + 1)) - here
    down = here - load(lines.values, (line, row - 1))
    return level + here, fma(behind, choose(behind, up, down), tilt)


@kernel(inline=True)
def _along(lines, line, i, offsets, level, tilt):
    """Do what :func:`_beside` does, with the row below each lane looked up."""
    row = np.int64(lines.marks[line * _CHUNK + i])
    behind = offsets + splat(lines.marks[_LAST + line * _CHUNK + i])
    low, high = load(lines.values, (line, row)), load(lines.values, (line, row + W))
    place = to_int(behind)
    below, above = permute2(low, high, place), permute2(low, high, place + np.int32(1))
    return level + below, fma(frac(behind), above - below, tilt)


@kernel(inline=True)
def _near(lines, line, n, z):
    """Mark a line for :func:`_beside`, and return the offsets of its lanes.

    Rows are those next to the middle of a register, so that lanes drift to both sides.
    """
    drift = lines.steps[line] - _ONE
    _mark(lines, line, n, _MIDDLE * drift + _HALF, -_HALF, z)
    return (iota() - _MIDDLE) * drift


@kernel(inline=True)
def _far(lines, line, n, z):
    """Mark a line for :func:`_along`, and return the offsets of its lanes."""
    _mark(lines, line, n, np.float32(0), np.float32(0), z)
    return iota() * lines.steps[line]


@kernel(inline=True)
def _add_beside(lines, n, y, x, z, sums):
    o0, o1 = _near(lines, 0, n, z), _near(lines, 1, n, z)
    o2, o3 = _near(lines, 2, n, z), _near(lines, 3, n, z)
    for i in range(n):
        level, tilt = load(sums, (y, x, z + i * W)), splat(np.float32(0))
        level, tilt = _beside(lines, 0, i, o0, level, tilt)
        level, tilt = _beside(lines, 1, i, o1, level, tilt)
        level, tilt = _beside(lines, 2, i, o2, level, tilt)
        level, tilt = _beside(lines, 3, i, o3, level, tilt)
        store(sums, (y, x, z + i * W), level + tilt)


@kernel(inline=True)
def _add_along(lines, n, y, x, z, sums):
    o0, o1 = _far(lines, 0, n, z), _far(lines, 1, n, z)
    o2, o3 = _far(lines, 2, n, z), _far(lines, 3, n, z)
    for i in range(n):
        level, tilt = load(sums, (y, x, z + i * W)), splat(np.float32(0))
        level, tilt = _along(lines, 0, i, o0, level, tilt)
        level, tilt = _along(lines, 1, i, o1, level, tilt)
        level, tilt = _along(lines, 2, i, o2, level, tilt)
        level, tilt = _along(lines, 3, i, o3, level, tilt)
        store(sums, (y, x, z + i * W), level + tilt)
