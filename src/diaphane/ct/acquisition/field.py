"""What a scan in the plane could see, and the grid that fits it."""

from dataclasses import replace

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.beam import Beam, ConeBeam, FanBeam, ParallelBeam
from diaphane.ct.acquisition.detector import Detector
from diaphane.errors import GeometryError
from diaphane.space import Grid, GridOptions


def pitch_at_axis_mm(beam: Beam) -> float:
    """Return how far apart two neighboring columns see the axis of rotation."""
    pitch_mm = beam.detector.column_spacing_mm
    if isinstance(beam, ParallelBeam):
        return pitch_mm
    return pitch_mm / beam.magnification


def step_rad(beam: Beam) -> float:
    """Return the angle between the rays of neighboring columns, where all are equal; else 0."""
    if isinstance(beam, ParallelBeam) or beam.detector.shape == "flat":
        return 0.0
    return beam.detector.column_spacing_mm / beam.source_to_detector_mm


def field_radius_mm(beam: Beam) -> float:
    """Return the radius of the circle, around the axis of rotation, that every view saw whole.

    The circle ends at the center of the outermost pixel on the nearer side of the detector.

    Raises
    ------
    GeometryError
        When the axis of rotation is not seen between the first column and the last.
    """
    reach_mm = columns_beside_axis(beam.detector) * beam.detector.column_spacing_mm
    if isinstance(beam, ParallelBeam):
        return reach_mm
    return beam.source_to_axis_mm * float(np.sin(angle_at(beam, reach_mm)))


def columns_beside_axis(detector: Detector) -> float:
    """Return how many columns lie between the axis of rotation and the nearer edge's pixel.

    Raises
    ------
    GeometryError
        When the axis of rotation is not seen between the first column and the last.
    """
    reach = min(detector.center_column, detector.n_columns - 1 - detector.center_column)
    if reach <= 0:
        raise GeometryError(
            f"center_column must lie between the detector's first column 0 and its last, "
            f"{detector.n_columns - 1}, got {detector.center_column}: correct it with "
            f"ct.shift_center"
        )
    return reach


def angle_at(beam: FanBeam | ConeBeam, place_mm: float) -> float:
    """Return the angle in rad between the central ray and the one that meets a place along u."""
    slope = place_mm / beam.source_to_detector_mm
    return slope if beam.detector.shape == "curved" else float(np.arctan(slope))


def fitting_grid(beam: ParallelBeam | FanBeam, options: GridOptions | None) -> Grid:
    """Return the grid that `options` ask for; what they leave out fits the detector.

    By default a voxel is as wide as a column of the detector, scaled to the axis of rotation, and
    as high as a row; there are as many as columns and rows, around the axis. A detector of one
    row gives slices of the row's height, whatever the width of a voxel.
    """
    detector, options = beam.detector, options or GridOptions()
    width_mm = pitch_at_axis_mm(beam)
    if detector.n_rows == 1 and options.voxel_mm is not None:
        width_mm, options = options.voxel_mm, replace(options, voxel_mm=None)
    half_mm = detector.n_columns * pitch_at_axis_mm(beam) / 2
    bottom_mm = detector.row_mm[0] - detector.row_spacing_mm / 2
    top_mm = detector.row_mm[-1] + detector.row_spacing_mm / 2
    return options.to_grid(
        low_mm=(-half_mm, -half_mm, bottom_mm),
        high_mm=(half_mm, half_mm, top_mm),
        voxel_mm=(detector.row_spacing_mm, width_mm, width_mm),
    )


def axes_mm(grid: Grid) -> tuple[DoubleArray, DoubleArray, DoubleArray]:
    """Return where the slices, the rows and the columns of an upright grid lie: z, y and x."""
    first = grid.affine.origin_mm[::-1]
    z, y, x = (a + np.arange(n) * d for a, n, d in zip(first, grid.shape, grid.spacing_mm))
    return z, y, x


def rows_of_slices(detector: Detector, z_mm: DoubleArray) -> tuple[IntArray, FloatArray, AnyArray]:
    """Return for each slice the row below it, how much the next one counts, and if it was seen.

    Slices between the center and the edge of an outermost row are taken from that row.
    """
    row = (z_mm - detector.row_mm[0]) / detector.row_spacing_mm
    is_seen = np.abs(row - (detector.n_rows - 1) / 2) <= detector.n_rows / 2 + 1e-6
    row = np.clip(row, 0, detector.n_rows - 1)
    below = np.minimum(row.astype(np.int32), np.int32(max(detector.n_rows - 2, 0)))
    return below, (row - below).astype(np.float32), is_seen
