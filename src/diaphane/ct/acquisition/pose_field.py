"""The grid that fits views from any pose."""

import numpy as np

from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.errors import GeometryError
from diaphane.space import Grid, GridOptions

_PARALLEL = 1e-6  # relative: below it central rays do not fix a point


def fitting_pose_grid(beam: PoseBeam, options: GridOptions | None) -> Grid:
    """Return the upright grid that `options` ask for; what they leave out fits the poses.

    By default it is the box, with voxels as large as pixels seen there, around the ball that the
    detectors see from the sides: its middle is the point nearest to the rays through the middle of
    each detector.

    Raises
    ------
    GeometryError
        When a view sees away from that point.
    """
    detector = beam.detector
    middle = np.array([
        ((detector.n_columns - 1) / 2 - detector.center_column) * detector.column_spacing_mm,
        ((detector.n_rows - 1) / 2 - detector.center_row) * detector.row_spacing_mm,
    ])  # fmt: skip
    aims = beam.centers_mm + middle[0] * beam.column_axes + middle[1] * beam.row_axes
    toward = aims - beam.sources_mm
    lengths = np.linalg.norm(toward, axis=1)
    toward = toward / lengths[:, None]
    across = np.eye(3) - toward[:, :, None] * toward[:, None, :]
    normal, aim = across.sum(0), np.einsum("vij,vj->i", across, beam.sources_mm)
    if np.linalg.eigvalsh(normal)[0] < _PARALLEL * beam.n_views:
        center = (beam.sources_mm + 0.5 * lengths[:, None] * toward).mean(0)
    else:
        center = np.linalg.solve(normal, aim)
    shrunk = ((center - beam.sources_mm) * toward).sum(1) / lengths
    if shrunk.min() <= 0:
        raise GeometryError(
            f"view {int(shrunk.argmin())} sees away from the point nearest to all others: check "
            f"its pose, or give a grid"
        )
    nearness = float(shrunk.mean())
    row_mm, column_mm = nearness * detector.row_spacing_mm, nearness * detector.column_spacing_mm
    half_mm = np.array([detector.n_columns * column_mm] * 2 + [detector.n_rows * row_mm]) / 2
    low, high = center - half_mm, center + half_mm
    return (options or GridOptions()).to_grid(
        low_mm=(low[0], low[1], low[2]),
        high_mm=(high[0], high[1], high[2]),
        voxel_mm=(row_mm, column_mm, column_mm),
    )
