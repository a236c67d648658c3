"""A volume whose views and voxels are symmetric, and the choice between it and any other."""

from itertools import pairwise

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.acquisition.detector import Detector
from diaphane.ct.analytic.cone_kernels import Places
from diaphane.ct.analytic.cone_symmetric_kernels import (
    OCTANT_TILE,
    SLICES,
    backproject_octant,
    pack_groups,
    unpack_octant,
)
from diaphane.ct.analytic.cone_symmetry import N_LANES, AlikeViews, is_symmetric, lanes_after
from diaphane.ct.analytic.cone_views import CENTER_ROW, Block, CircularViews, ConeViews
from diaphane.ct.analytic.cone_volume import ConeVolume, slice_step_mm
from diaphane.parallel import spread
from diaphane.simd import aligned_zeros

_PACKED_BYTES = 2**26  # views added at a time: sums change places for each such block
_GROUPS = 3  # of eight views, filtered at a time: they stay in the outer cache


def fitting_volume(views: ConeViews, field: ConeField) -> "ConeVolume | SymmetricVolume":
    """Return a volume to add the views to: the faster kind where the scan and the grid allow it."""
    if isinstance(views, CircularViews) and is_symmetric(field, views.detector):
        alike = AlikeViews.of(views.beam.angles_rad)
        if alike is not None:
            return SymmetricVolume(views.sights, views.detector, field, alike)
    return ConeVolume(views.sights, views.detector, field)


class SymmetricVolume:
    """Sums over the views, in :mod:`~diaphane.ct.analytic.cone_symmetric_kernels`' layout."""

    def __init__(
        self, sights: DoubleArray, detector: Detector, field: ConeField, alike: AlikeViews
    ) -> None:
        self._field, self._alike = field, alike
        self._places = _upper_half(detector, field)
        self._row_of_source = (detector.n_rows - 1) // 2
        shifted = sights - self._row_of_source * (np.arange(sights.shape[1]) == CENTER_ROW)
        self._sights = shifted[alike.groups[:, 0]].astype(np.float32)
        self._tiles, self._stops = _octant(field)
        n_half = len(field.z_mm) - len(field.z_mm) // 2
        n_half += -n_half % SLICES
        self._sums = aligned_zeros((*self._stops.shape, n_half, N_LANES))
        self._n_rows = detector.n_rows - self._row_of_source
        rows_per_slice = float(self._places.dz_mm) * field.largest_magnification
        beyond = int(SLICES * rows_per_slice / detector.row_spacing_mm) + 3
        shape = (detector.n_columns, (self._n_rows + beyond) * N_LANES)
        n_groups = max(_PACKED_BYTES // (4 * int(np.prod(shape))), _GROUPS)
        self._packed = aligned_zeros((min(n_groups, len(alike.groups)), *shape))
        self._begin = self._next = 0  # groups: the first one packed, and the next to come

    def blocks(self) -> list[Block]:
        """Return the views that are filtered together, in the order they must come in."""
        groups = self._alike.groups
        ends = [*range(0, len(groups), _GROUPS), len(groups)]
        return [groups[a:b].ravel() for a, b in pairwise(ends)]

    def add(self, views: Block, filtered: FloatArray, weights: FloatArray) -> None:
        """Add the next block: filtered, of shape (n, n_rows, n_columns), each by its weight."""
        n_groups = len(filtered) // 8
        if self._next + n_groups - self._begin > len(self._packed):
            self._backproject()
        packed = self._packed[self._next - self._begin :][:n_groups]
        shares = weights * np.repeat(self._alike.shares[self._next :][:n_groups], 8)
        spread(pack_groups, self._n_rows, filtered, shares, self._row_of_source, packed)
        self._next += n_groups

    def _backproject(self) -> None:
        """Add the groups that are packed to the sums."""
        packed = self._packed[: self._next - self._begin]
        sights = self._sights[self._begin : self._next]
        seen = (self._places, self._tiles, self._stops, lanes_after())
        spread(backproject_octant, len(self._tiles), packed, sights, *seen, self._sums)
        self._begin = self._next

    def slices(self) -> FloatArray:
        """Return the sums as (slice, row, column), 0 where not every view saw."""
        self._backproject()
        field = self._field
        slices = np.empty((len(field.z_mm), len(field.y_mm), len(field.x_mm)), np.float32)
        spread(
            unpack_octant,
            len(self._tiles),
            self._sums,
            self._tiles,
            field.first,
            field.stop,
            slices,
        )
        return slices


def _upper_half(detector: Detector, field: ConeField) -> Places:
    """Return the places of a grid, slices counted from the one at or above the source's plane."""
    return Places(
        x_mm=field.x_mm.astype(np.float32),
        y_mm=field.y_mm.astype(np.float32),
        z0_mm=np.float32(field.z_mm[len(field.z_mm) // 2]),
        dz_mm=np.float32(slice_step_mm(field)),
        first=field.first,
        stop=field.stop,
        is_curved=detector.shape == "curved",
    )


def _octant(field: ConeField) -> tuple[IntArray, IntArray]:
    """Return the tiles of columns of voxels with ``0 <= x <= y``, and where each ends.

    Shapes (n_tiles, OCTANT_TILE², 2) and (n_tiles, OCTANT_TILE²): row and column, -1 where there
    is none, and how many slices of the upper half any of its images was seen in.
    """
    n, nz = len(field.x_mm), len(field.z_mm)
    seen = np.maximum(field.stop - nz // 2, (nz - 1) // 2 + 1 - field.first)
    seen = np.where(field.first < field.stop, seen, 0)
    for image in (seen[::-1], seen[:, ::-1], seen.T):
        seen = np.maximum(seen, image)
    half = n - n // 2
    n_tiles = -(-half // OCTANT_TILE)
    corners = [(y, x) for y in range(n_tiles) for x in range(y + 1)]
    inside = np.stack(np.divmod(np.arange(OCTANT_TILE**2), OCTANT_TILE), axis=1)
    tiles = np.array(corners)[:, None] * OCTANT_TILE + inside
    exists = (tiles < half).all(axis=2) & (tiles[..., 1] <= tiles[..., 0])
    tiles = np.where(exists[..., None], tiles + n // 2, -1).astype(np.int32)
    stops = np.where(exists, seen[tiles[..., 0], tiles[..., 1]], 0)
    return tiles, stops.astype(np.int32)
