"""Line integrals through single slices: tables for the kernels, and both directions."""

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from diaphane.arrays import AnyArray, FloatArray, IntArray
from diaphane.ct.project.segments import Segments
from diaphane.ct.project.slice_projection_kernels import (
    BLOCK,
    LARGEST_STEP,
    PADDING,
    backproject_slice,
    integrate_views,
    project_slice,
)
from diaphane.parallel import spread
from diaphane.simd import W, aligned_zeros

_REACH = 2 * W + 8  # voxels beyond the slice that lanes may look up
_SLABS_TRIED = 9
_MOST_PARTS = 8
_ON_THE_CURVE = 0.01  # bins: how far the closed form of the bins may be off


class Splitting(NamedTuple):
    """Into how many parts voxels and bins are split, so that neither is twice the other."""

    voxels: int
    """Parts of a voxel, across the slabs."""
    bins: int
    """Parts of a bin."""


def find_splitting(segments: Segments, shape: tuple[int, int]) -> Splitting | None:
    """Return how to split a slice of `shape` for the kernels here; ``None`` where they do not fit.

    They do not where bins differ too much among themselves, or where the detector is not flat.
    """
    narrowest, widest = _widths(segments, shape)
    fitting = [
        Splitting(voxels, bins)
        for voxels, bins in product(range(1, _MOST_PARTS + 1), repeat=2)
        if widest * voxels <= LARGEST_STEP * bins <= LARGEST_STEP**2 * narrowest * voxels
    ]
    return min(fitting, key=sum) if fitting and _is_flat(segments) else None


def _widths(segments: Segments, shape: tuple[int, int]) -> tuple[float, float]:
    """Return the least and the largest width of a bin, in voxels, where it may be looked up."""
    narrowest, widest = np.inf, 0.0
    for s in range(len(segments.of_view)):
        begin, stop = segments.begin[s], segments.stop[s]
        if begin < stop:
            t, (a0, a1, b0, b1) = segments.edges[s, : segments.size[s] + 1], segments.slabs[s]
            j = np.linspace(begin, stop - 1, _SLABS_TRIED)[:, None]
            places = a0 + a1 * j + (b0 + b1 * j) * t
            nx = shape[1] if segments.axis[s] == 0 else shape[0]
            is_near = (places[:, 1:] > -_REACH) & (places[:, :-1] < nx + _REACH)
            near = np.diff(places, axis=1)[is_near]
            if len(near):
                narrowest = min(narrowest, float(near.min()))
                widest = max(widest, float(near.max()))
    return (narrowest, widest) if widest else (1.0, 1.0)


def _is_flat(segments: Segments) -> bool:
    """Whether the closed form finds the bins."""
    for s, size in enumerate(segments.size):
        t, (m0, m1, m2) = segments.edges[s, : size + 1], segments.bins[s]
        if np.abs((m0 + m1 * t) / (1 + m2 * t) - np.arange(size + 1)).max() > _ON_THE_CURVE:
            return False
    return True


def _split(segments: Segments, parts: Splitting) -> Segments:
    """Return the segments of voxels and bins that are split into equal parts."""
    n, n_edges = segments.edges.shape
    inside = np.arange(parts.bins) / parts.bins
    steps = np.diff(segments.edges, axis=1)[..., None]
    edges = np.empty((n, (n_edges - 1) * parts.bins + 1))
    edges[:, :-1] = (segments.edges[:, :-1, None] + steps * inside).reshape(n, -1)
    edges[:, -1] = segments.edges[:, -1]
    ends = np.where(segments.step > 0, 0, parts.bins - 1)
    return segments._replace(
        first=(segments.first * parts.bins + ends).astype(np.int32),
        size=segments.size * np.int32(parts.bins),
        slabs=segments.slabs * parts.voxels,
        edges=edges,
        gains=np.repeat(segments.gains, parts.bins, axis=1),
        bins=segments.bins * (parts.bins, parts.bins, 1),
    )


@dataclass(frozen=True, eq=False)
class SliceProjection:
    """The map from one slice to what one detector row sees of it."""

    segments: Segments
    """The geometry, voxels and bins split."""
    parts: Splitting
    """How they are split."""
    shape: tuple[int, int]
    """Rows and columns of the slice."""
    edges: FloatArray
    """The edges of the segments, the last one repeated for the lanes behind it."""
    orders: tuple[IntArray, IntArray]
    """The segments that cross rows, and those that cross columns, in fours."""
    is_even: bool
    """Whether bins are evenly spaced in t, as those of parallel rays are."""

    @classmethod
    def of(cls, whole: Segments, shape: tuple[int, int], parts: Splitting) -> "SliceProjection":
        """Return the map for a slice of `shape`, split as :func:`find_splitting` says."""
        segments = _split(whole, parts)
        n, n_edges = segments.edges.shape
        edges = aligned_zeros((n, n_edges + 3 * W))
        edges[:, :n_edges] = segments.edges
        edges[:, n_edges:] = segments.edges[:, -1:]
        orders = []
        for axis in (0, 1):
            crossing = np.flatnonzero(segments.axis == axis).astype(np.int32)
            orders.append(np.pad(crossing, (0, -len(crossing) % 4), constant_values=n))
        is_even = bool(np.all(segments.slabs[:, 3] == 0))
        return cls(segments, parts, shape, edges, (orders[0], orders[1]), is_even)

    def forward(self, image: FloatArray, view: FloatArray) -> None:
        """Fill the (n_views, n_columns) line integrals of an (ny, nx) slice."""
        across = np.array(self.shape[::-1]) * self.parts.voxels
        by_rows, by_columns = (
            _integrals(np.repeat(lines, self.parts.voxels, axis=1)) for lines in (image, image.T)
        )
        seen = np.empty((len(view), self.segments.gains.shape[1]), np.float32)
        spread(
            project_slice,
            len(self.edges),
            self.segments,
            self.edges,
            across,
            by_rows,
            by_columns,
            seen,
        )
        view[:] = _joined(seen, self.parts.bins)

    def adjoint(self, view: FloatArray, image: FloatArray) -> None:
        """Fill the (ny, nx) slice with what (n_views, n_columns) values give back."""
        n, n_bins = self.segments.gains.shape
        offsets, slopes = (aligned_zeros((n + 1, n_bins + 2 * PADDING)) for _ in range(2))
        values = np.repeat(view, self.parts.bins, axis=1)
        spread(integrate_views, n, self.segments, values, offsets, slopes)
        image[:] = self._sums(0, offsets, slopes)
        image += self._sums(1, offsets, slopes).T

    def _sums(self, axis: int, offsets: FloatArray, slopes: FloatArray) -> AnyArray:
        n_slabs, n_across = self.shape if axis == 0 else self.shape[::-1]
        n_across *= self.parts.voxels
        sums = aligned_zeros((n_slabs, n_across + 2 * W))
        where = (self.segments, self.orders[axis], self.is_even, offsets, slopes, n_across, sums)
        spread(backproject_slice, -(-n_slabs // BLOCK), *where)
        return _joined(sums[:, :n_across], self.parts.voxels)


def _joined(values: AnyArray, parts: int) -> AnyArray:
    """Return the sums of neighboring columns that are parts of one."""
    return values if parts == 1 else values.reshape(len(values), -1, parts).sum(axis=2)


def _integrals(image: AnyArray) -> FloatArray:
    """Return the integrals along the rows of an image, padded."""
    n_rows, n_columns = image.shape
    integrals = aligned_zeros((n_rows, n_columns + 1 + 2 * PADDING))
    behind = PADDING + n_columns + 1
    np.cumsum(image, axis=1, out=integrals[:, PADDING + 1 : behind], dtype=np.float32)
    integrals[:, behind:] = integrals[:, behind - 1 : behind]
    return integrals
