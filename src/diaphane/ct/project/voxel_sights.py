"""Where each view sees the voxels of a grid: the table of the voxel-driven model.

In the axes of a view a voxel's center has the coordinates ``(U, V, S)`` in mm: along the columns,
along the rows, and away from the source. It is seen at the place (a, b), in mm from where the
central ray meets the detector, and its shadow is larger than itself by the nearness D / S::

    parallel   a = U            b = V            fan    a = U D / S      b = V
    cone       a = U D / S      b = V D / S      curved a = D atan(U/S), hypot(U, S) for S

A voxel of volume v shares its line integral ``v / (shadow)`` out among the four nearest pixels,
the shadow being the area of a pixel where the voxel is, across the ray.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.beam import Beam, ConeBeam, ParallelBeam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.space import Grid


class Sights(NamedTuple):
    """How every view sees a grid."""

    axes: DoubleArray
    """Shape (n_views, 3, 4): from (slice, row, column, 1) of the grid to (U, V, S)."""
    reach_mm: DoubleArray
    """D, from the source to the detector: shape (n_views,)."""
    zeros: DoubleArray
    """Column and row, not rounded, where a and b are 0: shape (n_views, 2)."""
    spacing_mm: tuple[float, float]
    """From column to column and from row to row."""
    voxel_mm: float
    """The volume of a voxel over the area of a pixel."""
    has_source: bool
    """Whether the columns are seen from a point."""
    has_cone: bool
    """Whether the rows are too."""
    is_curved: bool
    """Whether the columns stand on an arc around it."""


def find_sights(beam: Beam | PoseBeam, grid: Grid) -> Sights:
    """Return how a beam sees any grid in mm."""
    detector = beam.detector
    sources, u, v, s, reach, zeros = _posed(beam) if isinstance(beam, PoseBeam) else _turning(beam)
    to_own = np.stack([u, v, -s], axis=1)
    matrix = grid.affine.matrix
    axes = np.empty((beam.n_views, 3, 4))
    axes[..., :3] = to_own @ matrix[:3, :3]
    axes[..., 3] = np.einsum("vij,vj->vi", to_own, matrix[:3, 3] - sources)
    spacing = (detector.column_spacing_mm, detector.row_spacing_mm)
    return Sights(
        axes,
        reach,
        zeros,
        spacing,
        float(abs(np.linalg.det(matrix[:3, :3])) / (spacing[0] * spacing[1])),
        not isinstance(beam, ParallelBeam),
        isinstance(beam, ConeBeam | PoseBeam),
        detector.shape == "curved",
    )


_Standing = tuple[DoubleArray, ...]


def _turning(beam: Beam) -> _Standing:
    """Return source, axes u, v, s, distance and place of the central ray on a circle."""
    sine, cosine, zero = np.sin(beam.angles_rad), np.cos(beam.angles_rad), np.zeros(beam.n_views)
    u = np.stack([cosine, sine, zero], 1)
    v = np.tile([0.0, 0.0, 1.0], (beam.n_views, 1))
    s = np.stack([sine, -cosine, zero], 1)
    detector = beam.detector
    zeros = np.tile([detector.center_column, detector.center_row], (beam.n_views, 1))
    if isinstance(beam, ParallelBeam):
        return np.zeros_like(s), u, v, s, np.ones(beam.n_views), zeros
    reach = np.full(beam.n_views, float(beam.source_to_detector_mm))
    return beam.source_to_axis_mm * s, u, v, s, reach, zeros


def _posed(beam: PoseBeam) -> _Standing:
    """Return the same of any pose; the central ray is the one at right angles to the detector."""
    u, v, detector = beam.column_axes, beam.row_axes, beam.detector
    s = np.cross(u, v)
    foot = beam.sources_mm - beam.centers_mm
    zeros = np.stack([
        detector.center_column + (foot * u).sum(1) / detector.column_spacing_mm,
        detector.center_row + (foot * v).sum(1) / detector.row_spacing_mm,
    ], 1)  # fmt: skip
    return beam.sources_mm, u, v, s, (foot * s).sum(1), zeros
