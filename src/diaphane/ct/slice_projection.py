"""Line integrals through single slices: tables for the kernels, and both directions."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray, FloatArray, IntArray
from diaphane.ct.segments import Segments
from diaphane.ct.slice_projection_kernels import (
    BLOCK,
    LARGEST_STEP,
    PADDING,
    backproject_slice,
    integrate_views,
    project_slice,
)
from diaphane.parallel import spread
from diaphane.simd import W, aligned_zeros

_ON_THE_CURVE = 0.01  # bins: how far the closed form of the bins may be off


def fits_slices(segments: Segments) -> bool:
    """Whether voxels and bins are alike enough, and the detector flat, for the kernels here."""
    for s in range(len(segments.of_view)):
        size = segments.size[s]
        t, slabs = segments.edges[s, : size + 1], segments.slabs[s]
        b = slabs[2] + slabs[3] * np.array([segments.begin[s], segments.stop[s] - 1])
        if segments.begin[s] >= segments.stop[s]:
            continue
        widest, narrowest = np.diff(t).max() * b.max(), np.diff(t).min() * b.min()
        if widest > LARGEST_STEP or narrowest * LARGEST_STEP < 1:
            return False
        m0, m1, m2 = segments.bins[s]
        if np.abs((m0 + m1 * t) / (1 + m2 * t) - np.arange(size + 1)).max() > _ON_THE_CURVE:
            return False
    return True


@dataclass(frozen=True, eq=False)
class SliceProjection:
    """The map from one slice to what one detector row sees of it."""

    segments: Segments
    """The geometry."""
    shape: tuple[int, int]
    """Rows and columns of the slice."""
    edges: FloatArray
    """The edges of the segments, the last one repeated for the lanes behind it."""
    orders: tuple[IntArray, IntArray]
    """The segments that cross rows, and those that cross columns, in fours."""
    is_even: bool
    """Whether bins are evenly spaced in t, as those of parallel rays are."""

    @classmethod
    def of(cls, segments: Segments, shape: tuple[int, int]) -> "SliceProjection":
        """Return the map for a slice of `shape`; :func:`fits_slices` must be true."""
        n, n_edges = segments.edges.shape
        edges = aligned_zeros((n, n_edges + 3 * W))
        edges[:, :n_edges] = segments.edges
        edges[:, n_edges:] = segments.edges[:, -1:]
        orders = []
        for axis in (0, 1):
            crossing = np.flatnonzero(segments.axis == axis).astype(np.int32)
            orders.append(np.pad(crossing, (0, -len(crossing) % 4), constant_values=n))
        is_even = not segments.bins[:, 2].any() or bool(np.all(segments.slabs[:, 3] == 0))
        return cls(segments, shape, edges, (orders[0], orders[1]), is_even)

    def forward(self, image: FloatArray, view: FloatArray) -> None:
        """Fill the (n_views, n_columns) line integrals of an (ny, nx) slice."""
        across = np.array(self.shape[::-1])
        integrals = (_integrals(image), _integrals(image.T))
        spread(
            project_slice, len(self.edges), self.segments, self.edges, across, *integrals, view
        )  # fmt: skip

    def adjoint(self, view: FloatArray, image: FloatArray) -> None:
        """Fill the (ny, nx) slice with what (n_views, n_columns) values give back."""
        n, n_bins = self.segments.gains.shape
        offsets, slopes = (aligned_zeros((n + 1, n_bins + 2 * PADDING)) for _ in range(2))
        spread(integrate_views, n, self.segments, view, offsets, slopes)
        image[:] = self._sums(0, offsets, slopes)
        image += self._sums(1, offsets, slopes).T

    def _sums(self, axis: int, offsets: FloatArray, slopes: FloatArray) -> AnyArray:
        n_slabs, n_across = self.shape if axis == 0 else self.shape[::-1]
        sums = aligned_zeros((n_slabs, n_across + 2 * W))
        where = (self.segments, self.orders[axis], self.is_even, offsets, slopes, n_across, sums)
        spread(backproject_slice, -(-n_slabs // BLOCK), *where)
        return sums[:, :n_across]


def _integrals(image: AnyArray) -> FloatArray:
    """Return the integrals along the rows of an image, padded."""
    n_rows, n_columns = image.shape
    integrals = aligned_zeros((n_rows, n_columns + 1 + 2 * PADDING))
    behind = PADDING + n_columns + 1
    np.cumsum(image, axis=1, out=integrals[:, PADDING + 1 : behind], dtype=np.float32)
    integrals[:, behind:] = integrals[:, behind - 1 : behind]
    return integrals
