"""Where single rays cross the slabs of a grid: the table of the ray-driven model.

A ray runs most steeply, counted in voxels, along one axis of the grid, and crosses its slabs one
by one. In slab k it stands, counted in voxels along the two other axes, at ::

    b = b0 + b1 k,    c = c0 + c1 k

and the length of it in each slab is the same. Grids may be turned or sheared.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.ray_geometry import Rays
from diaphane.space import Grid

OTHERS = np.array([[1, 2], [0, 2], [0, 1]], np.int32)
"""The two axes b and c beside each axis of the slabs."""


class Crossings(NamedTuple):
    """The slabs that rays cross, one entry a ray."""

    axis: IntArray
    """Which axis of the grid the slabs follow: 0, 1 or 2."""
    first: IntArray
    """The first slab that is crossed within the grid."""
    stop: IntArray
    """The slab behind the last; not above `first` where the ray misses the grid."""
    places: DoubleArray
    """Shape (n, 4): the numbers b0, b1, c0, c1."""
    lengths_mm: FloatArray
    """The length of a ray in a slab."""


def find_crossings(lines: Rays, grid: Grid, *, have_source: bool) -> Crossings:
    """Return where rays cross a grid.

    Parameters
    ----------
    lines : Rays
        The rays, in any number of axes.
    grid : Grid
        Any grid in mm.
    have_source : bool
        Whether rays begin at their origins; otherwise they are whole lines.
    """
    origins, steps = lines.origins_mm.reshape(-1, 3), lines.directions.reshape(-1, 3)
    starts = grid.to_index(origins)
    steps = grid.to_index(origins + steps) - starts
    axis = np.argmax(np.abs(steps), axis=1).astype(np.int32)
    start, step = _taken(starts, axis), _taken(steps, axis)
    size = np.array(grid.shape, np.int32)
    low, high = np.zeros(len(axis)), size[axis] - 1.0
    if have_source:
        low = np.where(step > 0, np.maximum(low, start), low)
        high = np.where(step < 0, np.minimum(high, start), high)
    places = np.empty((len(axis), 4))
    for m in (0, 1):
        other = OTHERS[axis, m]
        slope = _taken(steps, other) / step
        place = _taken(starts, other) - slope * start
        enter, leave = _between(place, slope, size[other])
        low, high = np.maximum(low, enter), np.minimum(high, leave)
        places[:, 2 * m], places[:, 2 * m + 1] = place, slope
    first = np.ceil(np.clip(low, 0, size[axis])).astype(np.int32)
    stop = np.floor(np.clip(high, -1, size[axis] - 1) + 1).astype(np.int32)
    lengths = (1 / np.abs(step)).astype(np.float32)
    return Crossings(axis, first, stop, places, lengths)


def _taken(values: DoubleArray, axis: IntArray) -> DoubleArray:
    return np.take_along_axis(values, axis[:, None], axis=1)[:, 0]


def _between(place: DoubleArray, slope: DoubleArray, size: IntArray) -> tuple[DoubleArray, ...]:
    """Return between which slabs ``place + slope k`` lies within the outer edges of voxels."""
    never_leaves = slope == 0
    safe = np.where(never_leaves, 1.0, slope)
    one, other = (-0.5 - place) / safe, (size - 0.5 - place) / safe
    is_inside = (place >= -0.5) & (place <= size - 0.5)
    enter = np.where(never_leaves, np.where(is_inside, -np.inf, np.inf), np.minimum(one, other))
    leave = np.where(never_leaves, np.where(is_inside, np.inf, -np.inf), np.maximum(one, other))
    return enter, leave
