"""A volume that cone-beam views are added to, block by block."""

from collections.abc import Callable

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.acquisition.cone_field import ConeField
from diaphane.ct.acquisition.detector import Detector
from diaphane.ct.analytic.cone_kernels import (
    PADDING,
    TILE,
    Places,
    backproject,
    backproject_plainly,
    pack,
    unpack,
)
from diaphane.ct.analytic.cone_lines import MOST_ROWS_PER_SLICE
from diaphane.ct.analytic.cone_views import CENTER_ROW, N_SIGHT, Block
from diaphane.notices import notice
from diaphane.parallel import spread
from diaphane.simd import W, aligned_zeros

_BLOCK_BYTES = 2**24  # filtered views at a time: they stay in the outer cache
_VIEWS = (8, 32)  # fewest, a divisor of them all, and most: progress wants to be told


class ConeVolume:
    """Sums over the views, in the layout of :mod:`diaphane.ct.analytic.cone_kernels`."""

    def __init__(self, sights: DoubleArray, detector: Detector, field: ConeField) -> None:
        self._field = field
        self._places = _places(detector, field)
        self._sights = (sights + PADDING * (np.arange(N_SIGHT) == CENTER_ROW)).astype(np.float32)
        self._backproject = _fitting_kernel(detector, field)
        ny, nx, nz = len(field.y_mm), len(field.x_mm), len(field.z_mm)
        self._n_tiles = -(-ny // TILE) * -(-nx // TILE)
        self._sums = aligned_zeros((ny, nx, _up_to_lanes(nz)))
        shape = (detector.n_columns, _up_to_lanes(detector.n_rows + 2 * PADDING))
        fewest, most = _VIEWS
        size = _BLOCK_BYTES // (4 * shape[0] * shape[1]) // fewest * fewest
        size = min(max(size, fewest), most)
        self._packed = aligned_zeros((min(size, len(sights)), *shape))

    def blocks(self) -> list[Block]:
        """Return the views that are worked on together."""
        size, n_views = len(self._packed), len(self._sights)
        return [slice(i, min(i + size, n_views)) for i in range(0, n_views, size)]

    def add(self, views: Block, filtered: FloatArray, weights: FloatArray) -> None:
        """Add some views: filtered, of shape (n, n_rows, n_columns), each by its weight."""
        packed = self._packed[: len(filtered)]
        spread(pack, len(packed), filtered, weights, packed)
        sights = _for_registers(self._sights[views])
        spread(self._backproject, self._n_tiles, packed, sights, self._places, self._sums)

    def slices(self) -> FloatArray:
        """Return the sums as (slice, row, column), 0 where not every view saw."""
        ny, nx = self._sums.shape[:2]
        slices = np.empty((len(self._field.z_mm), ny, nx), np.float32)
        spread(unpack, ny, self._sums, self._field.first, self._field.stop, slices)
        return slices


def _for_registers(sights: FloatArray) -> FloatArray:
    """Return each number of all views side by side, up to whole registers of views."""
    padding = ((0, _up_to_lanes(len(sights)) - len(sights)), (0, 0))
    return np.ascontiguousarray(np.pad(sights, padding, mode="edge").T)


def _up_to_lanes(n: int) -> int:
    """Return the next multiple of the number of lanes."""
    return -(-n // W) * W


def slice_step_mm(field: ConeField) -> float:
    """Return how far apart slices are; 1 where there is but one."""
    return float(field.z_mm[1] - field.z_mm[0]) if len(field.z_mm) > 1 else 1.0


def _places(detector: Detector, field: ConeField) -> Places:
    return Places(
        x_mm=field.x_mm.astype(np.float32),
        y_mm=field.y_mm.astype(np.float32),
        z0_mm=np.float32(field.z_mm[0]),
        dz_mm=np.float32(slice_step_mm(field)),
        first=field.first,
        stop=field.stop,
        is_curved=detector.shape == "curved",
    )


def _fitting_kernel(detector: Detector, field: ConeField) -> Callable[..., None]:
    """Return the kernel for the slices' distance; say so when it is the slow one."""
    rows_per_mm = field.largest_magnification / detector.row_spacing_mm
    rows = rows_per_mm * slice_step_mm(field)
    if rows <= MOST_ROWS_PER_SLICE:
        return backproject
    notice("ct.plain_kernel", rows=round(rows, 2), most=round(MOST_ROWS_PER_SLICE, 2))
    return backproject_plainly
