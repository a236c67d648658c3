"""What every view of a cone-beam scan saw, and the grid that fits it."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, IntArray
from diaphane.ct.acquisition.beam import ConeBeam
from diaphane.ct.acquisition.field import axes_mm, field_radius_mm
from diaphane.errors import GeometryError
from diaphane.space import Grid, GridOptions


@dataclass(frozen=True, eq=False)
class ConeField:
    """The voxels of a grid that every view saw: a cylinder between two cones.

    A voxel counts when its rays of all angles meet the detector between the centers of its
    outermost pixels, as interpolation needs.
    """

    x_mm: DoubleArray
    """Where the columns of the grid lie: shape (nx,)."""
    y_mm: DoubleArray
    """Where the rows of the grid lie: shape (ny,)."""
    z_mm: DoubleArray
    """Where the slices of the grid lie: shape (nz,)."""
    first: IntArray
    """The lowest slice seen by all, for each row and column: shape (ny, nx)."""
    stop: IntArray
    """The slice behind the highest; not above `first` where there is none."""
    largest_magnification: float
    """How much larger than itself the voxel nearest to the source appears on the detector."""

    @classmethod
    def of(cls, beam: ConeBeam, grid: Grid) -> "ConeField":
        """Return what `beam` sees of an upright `grid`.

        Raises
        ------
        GeometryError
            When no voxel is seen by every view.
        """
        z_mm, y_mm, x_mm = axes_mm(grid)
        radius = np.hypot(x_mm, y_mm[:, None])
        is_inside = radius <= field_radius_mm(beam) * (1 - 1e-6)
        nearest = beam.source_to_axis_mm - np.where(is_inside, radius, 0)
        farthest = beam.source_to_axis_mm + radius
        bottom_mm, top_mm = (
            rows * beam.detector.row_spacing_mm / beam.source_to_detector_mm
            for rows in (
                -beam.detector.center_row,
                beam.detector.n_rows - 1 - beam.detector.center_row,
            )
        )
        low_mm = np.maximum(bottom_mm * nearest, bottom_mm * farthest)
        high_mm = np.minimum(top_mm * nearest, top_mm * farthest)
        first = np.ceil((low_mm - z_mm[0]) / grid.spacing_mm[0] - 1e-6)
        stop = np.floor((high_mm - z_mm[0]) / grid.spacing_mm[0] + 1e-6) + 1
        first = np.clip(first, 0, len(z_mm)).astype(np.int32)
        stop = np.where(is_inside, np.clip(stop, 0, len(z_mm)), 0).astype(np.int32)
        is_seen = first < stop
        if not is_seen.any():
            raise GeometryError(
                "no voxel of the grid is seen in every view: move it to the axis of rotation "
                "with grid.center_mm, or leave grid out"
            )
        magnification = beam.source_to_detector_mm / float(nearest[is_seen].min())
        return cls(x_mm, y_mm, z_mm, first, stop, magnification)

    @property
    def share_seen(self) -> float:
        """Which part of the grid's voxels every view saw, from 0 to 1."""
        return float(np.maximum(self.stop - self.first, 0).mean()) / len(self.z_mm)


def fitting_cone_grid(beam: ConeBeam, options: GridOptions | None) -> Grid:
    """Return the grid that `options` ask for; what they leave out fits the detector.

    By default it is the box around the field of view, with voxels as large as the pixels of the
    detector seen from the source at the axis of rotation.
    """
    detector = beam.detector
    row_mm = detector.row_spacing_mm / beam.magnification
    column_mm = detector.column_spacing_mm / beam.magnification
    half_mm = field_radius_mm(beam) + column_mm / 2
    return (options or GridOptions()).to_grid(
        low_mm=(-half_mm, -half_mm, (-detector.center_row - 0.5) * row_mm),
        high_mm=(half_mm, half_mm, (detector.n_rows - 0.5 - detector.center_row) * row_mm),
        voxel_mm=(row_mm, column_mm, column_mm),
    )
