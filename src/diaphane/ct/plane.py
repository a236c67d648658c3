"""The plane of rotation as a scan saw it: where each view saw a point, and the sum of views."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.beam import FanBeam, ParallelBeam
from diaphane.ct.field import axes_mm, field_radius_mm, pitch_at_axis_mm
from diaphane.ct.plane_kernels import TILE, add_to_slice, add_to_stack
from diaphane.parallel import spread
from diaphane.space import Grid

_FEW = 6  # slices up to which one by one is faster than together


@dataclass(frozen=True, eq=False)
class Plane:
    """Where each view of a scan sees the points of a grid's slices.

    The point (x, y) is seen at the column ``axis_column + (a x + b y) / (1 + c x + d y)``: the t of
    Kak and Slaney for parallel rays, their s' for a fan, counted in columns. A curved detector
    sees it where the angle of its ray from the central one says.
    """

    rays: DoubleArray
    """Shape (n_views, 4): a, b, c, d of each view; a and b in columns per mm, c and d in 1/mm."""
    axis_column: float
    """The column at which the axis of rotation is seen."""
    per_rad: float
    """Columns per rad of a curved detector; 0 for a flat one."""
    radius_mm: float
    """Radius of the circle around the axis that every view saw whole."""
    x_mm: DoubleArray
    """Where the grid's columns lie."""
    y_mm: DoubleArray
    """Where the grid's rows lie."""

    @classmethod
    def of(cls, beam: ParallelBeam | FanBeam, grid: Grid) -> "Plane":
        """Return the plane of a `beam` with the points of an upright `grid`."""
        cos, sin = np.cos(beam.angles_rad), np.sin(beam.angles_rad)
        pitch_mm = pitch_at_axis_mm(beam)
        per_mm = 0.0 if isinstance(beam, ParallelBeam) else 1 / beam.source_to_axis_mm
        rays = np.stack([cos / pitch_mm, sin / pitch_mm, -sin * per_mm, cos * per_mm], axis=1)
        is_curved = isinstance(beam, FanBeam) and beam.detector.shape == "curved"
        per_rad = 1 / (pitch_mm * per_mm) if is_curved else 0.0
        _, y_mm, x_mm = axes_mm(grid)
        center = beam.detector.center_column
        return cls(rays, center, per_rad, field_radius_mm(beam), x_mm, y_mm)

    def backproject(self, lanes: FloatArray, first_view: int, sums: FloatArray) -> None:
        """Add views to the `sums` of some slices, each point weighted as it is far from the source.

        Parameters
        ----------
        lanes : (n, n_columns + 1, n_slices) float32
            Filtered and weighted views, the slices innermost, the last column twice; their
            number is a multiple of 4, views beyond the scan's last are empty.
        first_view : int
            Which view the first of them is.
        sums : (n_slices, ny, nx) float32
            What is added to, laid out as :meth:`empty_sums` gives it.
        """
        rays = self.rays[first_view : first_view + len(lanes)]
        rays = np.pad(rays, ((0, len(lanes) - len(rays)), (0, 0)))
        where = (rays, self.axis_column, self.per_rad, self.x_mm, self.y_mm, self.radius_mm)
        n_slices, ny, nx = sums.shape
        if n_slices > _FEW:
            n_tiles = -(-ny // TILE) * -(-nx // TILE)
            spread(add_to_stack, n_tiles, lanes, *where, np.moveaxis(sums, 0, -1))
            return
        for slice_, total in enumerate(sums):
            spread(add_to_slice, ny, np.ascontiguousarray(lanes[:, :, slice_]), *where, total)

    def empty_sums(self, n_slices: int) -> FloatArray:
        """Return zeros (n_slices, ny, nx); many slices lie innermost in memory."""
        ny, nx = len(self.y_mm), len(self.x_mm)
        if n_slices > _FEW:
            return np.moveaxis(np.zeros((ny, nx, n_slices), np.float32), -1, 0)
        return np.zeros((n_slices, ny, nx), np.float32)
