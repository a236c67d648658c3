"""How the rays of each view cross the rows or the columns of an image: one table for all beams.

A ray runs more along y or more along x, and crosses the image slab by slab: row by row or column
by column. The neighboring detector columns of one view whose rays cross the same kind of slabs
are a *segment*; a parallel view is one, a fan around a diagonal two or three. In slab j the rays
between two pixels stand at ::

    x = a + b t,    a = a0 + a1 j,    b = b0 + b1 j > 0

counted in voxels from the outer edge of the slab's first voxel. The numbers t, one for each edge
of a pixel, belong to the segment: where parallel rays cross the axis, or how steep the rays of a
fan are. What lies between two edges is the bin of a pixel. (Slab, row and column change their
roles where the rays run along x.)

A pixel sees the mean of the voxels over its bin, times the length of its ray in the slab: the
distance-driven model. In t, voxel x covers ``(x - a) / b … (x + 1 - a) / b``, and its weight is the
length it shares with the bin, times the pixel's *gain*: the length of the ray in a slab over the
width of the bin, both of which do not depend on the slab.

References
----------
B. De Man and S. Basu, "Distance-driven projection and backprojection in three dimensions",
Phys. Med. Biol. 49 (2004) 2463. We depart in that rows or columns are chosen for each ray.
"""

from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np

from diaphane.arrays import DoubleArray, IntArray
from diaphane.ct.acquisition.beam import Beam, ParallelBeam
from diaphane.ct.acquisition.ray_geometry import rays
from diaphane.space import Grid

_NEAREST = 0.01  # voxels a voxel: how close to the source a slab may be


class Segments(NamedTuple):
    """Every segment of a scan, in the order of the views; arrays have one entry a segment."""

    of_view: IntArray
    """Which view."""
    axis: IntArray
    """Which slabs the rays cross: 0 for the rows of the image, 1 for its columns."""
    first: IntArray
    """The detector column of the first bin."""
    step: IntArray
    """1 or -1: the detector column of the next bin, so that t grows."""
    size: IntArray
    """How many bins."""
    slabs: DoubleArray
    """Shape (n, 4): the numbers a0, a1, b0, b1."""
    begin: IntArray
    """The first slab that lies on the detector's side of the source."""
    stop: IntArray
    """The slab behind the last one."""
    edges: DoubleArray
    """Shape (n, n_columns + 1): t, growing; beyond `size` the last one repeats."""
    gains: DoubleArray
    """Shape (n, n_columns): in mm a unit of t; 0 beyond `size`."""
    bins: DoubleArray
    """Shape (n, 3): the numbers of ``(m0 + m1 t) / (1 + m2 t)``, the bin in which t lies."""


def find_segments(beam: Beam, grid: Grid) -> Segments:
    """Return how the rays of a beam cross an upright grid."""
    columns = np.arange(beam.detector.n_columns + 1) - 0.5
    middle = np.array([beam.detector.center_row])
    edges = rays(beam, np.arange(beam.n_views), rows=middle, columns=columns)
    centers = rays(beam, np.arange(beam.n_views), rows=middle, columns=columns[1:] - 0.5)
    origins, directions = edges.origins_mm[..., :2], edges.directions[..., :2]
    along = np.abs(centers.directions[..., :2])
    along /= np.linalg.norm(along, axis=-1, keepdims=True)
    spacing_mm = np.array(grid.spacing_mm[:0:-1])
    axes = np.argmax(along[..., ::-1] / spacing_mm[::-1], axis=-1)
    found = []
    for view in range(beam.n_views):
        ends = [0, *(np.flatnonzero(np.diff(axes[view])) + 1), len(axes[view])]
        for begin, stop in pairwise(ends):
            here = slice(begin, stop + 1)
            axis = int(axes[view, begin])
            crossing = _parallel if isinstance(beam, ParallelBeam) else _from_source
            t, lines = crossing(origins[view, here], directions[view, here], axis)
            lengths = 1 / along[view, begin:stop, 1 - axis]
            found.append((view, axis, begin, t, lengths, lines))
    return _table(found, grid, beam.detector.n_columns)


_Crossing = tuple[DoubleArray, DoubleArray]


def _parallel(origins: DoubleArray, directions: DoubleArray, axis: int) -> _Crossing:
    """Return t, and a0, a1, b0, b1 in mm, of rays that all run the same way."""
    across, along = (0, 1) if axis == 0 else (1, 0)
    slopes = directions[:, across] / directions[:, along]
    t = origins[:, across] - slopes * origins[:, along]
    return t, np.array([0.0, slopes[0], 1.0, 0.0])


def _from_source(origins: DoubleArray, directions: DoubleArray, axis: int) -> _Crossing:
    """Return t, and a0, a1, b0, b1 in mm, of rays that start at one point."""
    across, along = (0, 1) if axis == 0 else (1, 0)
    slopes = directions[:, across] / directions[:, along]
    forth = np.sign(directions[0, along])
    source = origins[0]
    lines = np.array([source[across], 0.0, -forth * source[along], forth])
    return forth * slopes, lines


def _table(found: list[tuple[Any, ...]], grid: Grid, n_columns: int) -> Segments:
    n = len(found)
    numbers = np.zeros((7, n), np.int32)
    slabs, bins = np.zeros((n, 4)), np.zeros((n, 3))
    edges, gains = np.zeros((n, n_columns + 1)), np.zeros((n, n_columns))
    spacing_mm = np.array(grid.spacing_mm[:0:-1])
    corner_mm = np.asarray(grid.affine.origin_mm)[:2]
    for i, (view, axis, begin, t, lengths, lines) in enumerate(found):
        across_mm, along_mm = spacing_mm if axis == 0 else spacing_mm[::-1]
        corner, first_slab = corner_mm if axis == 0 else corner_mm[::-1]
        a0, a1, b0, b1 = lines
        slabs[i] = (
            (a0 + a1 * first_slab - corner) / across_mm + 0.5,
            a1 * along_mm / across_mm,
            (b0 + b1 * first_slab) / across_mm,
            b1 * along_mm / across_mm,
        )
        size, step = len(t) - 1, 1 if t[-1] > t[0] else -1
        t, lengths = t[::step], lengths[::step]
        edges[i] = t[-1]
        edges[i, : size + 1] = t
        gains[i, :size] = along_mm * lengths / np.diff(t)
        bins[i] = _bins(t)
        first = begin if step == 1 else begin + size - 1
        n_slabs = grid.shape[1 + axis]
        numbers[:, i] = (view, axis, first, step, size, *_in_front(slabs[i], n_slabs))
    view, axis, first, step, size, start, stop = numbers
    return Segments(view, axis, first, step, size, slabs, start, stop, edges, gains, bins)


def _in_front(slabs: DoubleArray, n_slabs: int) -> tuple[int, int]:
    """Return the slabs that the rays reach: those where b > 0."""
    reached = np.flatnonzero(slabs[2] + slabs[3] * np.arange(n_slabs) > _NEAREST)
    return (int(reached[0]), int(reached[-1]) + 1) if len(reached) else (0, 0)


def _bins(t: DoubleArray) -> DoubleArray:
    """Return the numbers of ``(m0 + m1 t) / (1 + m2 t)``: exact for flat detectors."""
    middle, half = (t[0] + t[-1]) / 2, (t[-1] - t[0]) / 2
    place = np.arange(len(t), dtype=np.float64)
    if len(t) == 2:
        return np.array([-t[0], 1.0, 0.0]) / (t[1] - t[0])
    x = (t - middle) / half
    k = np.array([0, len(t) // 2, len(t) - 1])
    m0, m1, m2 = np.linalg.solve(np.stack([np.ones(3), x[k], -place[k] * x[k]], 1), place[k])
    m1, m2 = m1 / half, m2 / half
    return np.array([m0 - m1 * middle, m1, m2]) / (1 - m2 * middle)
