"""Line integrals of a cone beam: tables for the kernels, and both directions."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.ct.acquisition.beam import ConeBeam
from diaphane.ct.acquisition.field import axes_mm
from diaphane.ct.project.cone_projection_kernels import (
    GROUP,
    PADDING,
    Depths,
    backproject_cone,
    project_cone,
)
from diaphane.ct.project.projection_layout import from_lines, to_integrals
from diaphane.ct.project.segments import Segments, find_segments
from diaphane.ct.project.stack_projection_kernels import TILE
from diaphane.errors import GeometryError
from diaphane.parallel import spread
from diaphane.simd import W, aligned_zeros
from diaphane.space import Grid

_NEAREST = 0.01  # of the distance from the source to the axis


@dataclass(frozen=True, eq=False)
class ConeProjection:
    """The map from a volume to what a cone beam sees of it."""

    segments: Segments
    """The geometry in the plane of the source."""
    depths: Depths
    """The geometry along the axis."""
    obliquity: FloatArray
    """Shape (n_rows, n_columns): how much longer a ray is than its shadow in the plane."""
    shape: tuple[int, int, int]
    """Slices, rows and columns of the grid."""

    @classmethod
    def of(cls, beam: ConeBeam, grid: Grid) -> "ConeProjection":
        """Return the map of a `beam` for an upright `grid`.

        Raises
        ------
        GeometryError
            When the source passes through the grid.
        """
        in_plane = np.full(beam.detector.n_columns, beam.source_to_detector_mm)
        if beam.detector.shape == "flat":
            in_plane = np.hypot(in_plane, beam.detector.column_mm)
        obliquity = np.hypot(in_plane, beam.detector.row_mm[:, None]) / in_plane
        segments, depths = find_segments(beam, grid), _depths(beam, grid)
        return cls(segments, depths, obliquity.astype(np.float32), grid.shape)

    def forward(self, values: FloatArray) -> FloatArray:
        """Return what is seen of (n_slices, ny, nx) values: shape (n_views, n_rows, n_columns)."""
        n_slices, ny, nx = self.shape
        n_views, n_columns = len(self.depths.depths), self.segments.gains.shape[1]
        views = aligned_zeros((n_views * n_columns, self.depths.n_rows + W))
        integrals = to_integrals(values.reshape(1, n_slices, -1), PADDING)
        n_groups = -(-len(self.segments.of_view) // GROUP)
        spread(project_cone, n_groups, self.segments, self.depths, ny, nx, integrals, views)
        seen = from_lines(views, (n_views, self.depths.n_rows, n_columns))
        seen *= self.obliquity
        return seen

    def adjoint(self, views: FloatArray) -> FloatArray:
        """Return what (n_views, n_rows, n_columns) values give back: shape (n_slices, ny, nx)."""
        n_slices, ny, nx = self.shape
        integrals = to_integrals(views * self.obliquity, PADDING)
        volume = aligned_zeros((ny * nx, n_slices + W))
        n_tiles = -(-ny // TILE) * -(-nx // TILE)
        spread(backproject_cone, n_tiles, self.segments, self.depths, ny, nx, integrals, volume)
        return from_lines(volume, (1, n_slices, ny * nx)).reshape(self.shape)


def _depths(beam: ConeBeam, grid: Grid) -> Depths:
    z, y, x = axes_mm(grid)
    dz, dy, dx = grid.spacing_mm
    sine, cosine = np.sin(beam.angles_rad), np.cos(beam.angles_rad)
    corner = beam.source_to_axis_mm - x[0] * sine + y[0] * cosine
    ends = [x[k] * sine - y[i] * cosine for k in (0, -1) for i in (0, -1)]
    nearest = beam.source_to_axis_mm - float(np.max(ends))
    if nearest < _NEAREST * beam.source_to_axis_mm:
        raise GeometryError(
            f"the source must pass outside the grid, it comes {-nearest:.4g} mm within: choose a "
            f"smaller grid"
        )
    rows_per_mm = beam.source_to_detector_mm / beam.detector.row_spacing_mm
    asides = np.stack([x[0] * cosine + y[0] * sine, dy * sine, dx * cosine], axis=1)
    return Depths(
        depths=np.stack([corner, dy * cosine, -dx * sine], axis=1),
        asides=asides if beam.detector.shape == "curved" else np.zeros_like(asides),
        rows=rows_per_mm * dz,
        below=rows_per_mm * float(z[0] - dz / 2),
        source_row=beam.detector.center_row + 0.5,
        n_rows=beam.detector.n_rows,
        n_slices=grid.shape[0],
    )
