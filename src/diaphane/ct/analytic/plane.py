"""The plane of rotation as a scan saw it: where each view saw a point, and the sum of views."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.beam import FanBeam, ParallelBeam
from diaphane.ct.acquisition.field import axes_mm, field_radius_mm, pitch_at_axis_mm
from diaphane.ct.analytic.plane_kernels import TILE, add_to_slice, add_to_stack, to_lanes, to_slices
from diaphane.parallel import spread
from diaphane.simd import W, aligned_zeros
from diaphane.space import Grid

_FEW = 1  # slices up to which one by one is faster than together


@dataclass(frozen=True, eq=False)
class Plane:
    """Where each view of a scan sees the points of a grid's slices.

    The point (x, y) is seen at the column ``axis_column + (a x + b y) / (1 + c x + d y)``: the t of
    Kak and Slaney for parallel rays, their s' for a fan, counted in columns. A curved detector
    sees it where the angle of its ray from the central one says.
    """

    rays: DoubleArray
    """Shape (n_views, 4): a, b, c, d of each view; a and b in columns per mm, c and d in 1/mm."""
    n_columns: int
    """Columns of the detector."""
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
        n_columns = beam.detector.n_columns
        return cls(rays, n_columns, center, per_rad, field_radius_mm(beam), x_mm, y_mm)

    def empty_sums(self, n_slices: int) -> FloatArray:
        """Return zeros (ny, nx, lanes) for the sums of some slices, which lie innermost."""
        n_lanes = n_slices if n_slices <= _FEW else -(-n_slices // W) * W
        return aligned_zeros((len(self.y_mm), len(self.x_mm), n_lanes))

    def add(
        self,
        filtered: FloatArray,
        below: IntArray,
        upper_part: FloatArray,
        first_view: int,
        sums: FloatArray,
    ) -> None:
        """Add views to the `sums` of some slices, each point weighted as it is far from the source.

        Parameters
        ----------
        filtered : (n_views, n_rows, at least n_columns) float32
            Filtered and weighted views.
        below : (n_slices,) int32
            For each slice the row below it.
        upper_part : (n_slices,) float32
            How much the row above that counts, 0 to 1.
        first_view : int
            Which view the first of them is.
        sums : (ny, nx, lanes) float32
            What is added to, laid out as :meth:`empty_sums` gives it.
        """
        n_views, (ny, nx, n_lanes) = len(filtered), sums.shape
        lanes = aligned_zeros((-(-n_views // 4) * 4, self.n_columns + 1, n_lanes))
        spread(to_lanes, n_views, filtered, below, upper_part, lanes)
        rays = np.zeros((len(lanes), 4))
        rays[:n_views] = self.rays[first_view : first_view + n_views]
        where = (rays, self.axis_column, self.per_rad, self.x_mm, self.y_mm, self.radius_mm)
        if len(below) > _FEW:
            n_tiles = -(-ny // TILE) * -(-nx // TILE)
            spread(add_to_stack, n_tiles, lanes, *where, sums)
            return
        for z in range(n_lanes):
            spread(add_to_slice, ny, np.ascontiguousarray(lanes[:, :, z]), *where, sums[:, :, z])

    def write(self, sums: FloatArray, slices: FloatArray) -> None:
        """Write `sums` to slices (n_slices, ny, nx)."""
        spread(to_slices, len(sums), sums, slices)
