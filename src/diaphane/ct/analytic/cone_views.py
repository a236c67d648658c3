"""The views of a cone-beam scan as the backprojection wants them: weighted, with their geometry."""

from dataclasses import dataclass
from typing import Protocol

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.beam import ConeBeam
from diaphane.ct.acquisition.cone_field import ConeField, fitting_cone_grid
from diaphane.ct.acquisition.detector import Detector
from diaphane.ct.acquisition.field import pitch_at_axis_mm, step_rad
from diaphane.ct.acquisition.scan import ConeScan
from diaphane.ct.acquisition.views import truncated_views
from diaphane.ct.analytic.offset_detector import widen, with_both_sides
from diaphane.ct.analytic.redundancy import ray_weights
from diaphane.notices import notice
from diaphane.space import Grid, GridOptions

N_SIGHT = 11
"""Numbers of a view: tx, ty, t0, dx, dy, d0 (all over R), columns_per_slope, center_column,
rows_per_mm, source_z and center_row, as :mod:`diaphane.ct.analytic.cone_kernels` says."""

CENTER_ROW = N_SIGHT - 1
"""Where the last of them stands."""

Block = slice | IntArray
"""Some views: a run of them, or their numbers."""


class ConeViews(Protocol):
    """Views of upright detectors, whose weighted rows are filtered and cast back."""

    @property
    def detector(self) -> Detector:
        """The detector of all views; its centers count where the views do not name their own."""
        ...

    @property
    def sights(self) -> DoubleArray:
        """Where each view sees what: shape (n_views, N_SIGHT)."""
        ...

    @property
    def arcs(self) -> FloatArray:
        """What each view is multiplied by: shape (n_views,)."""
        ...

    @property
    def spacing_mm(self) -> float:
        """From column to column, as the ramp filter should take it."""
        ...

    @property
    def step_rad(self) -> float:
        """The angle between the rays of neighboring columns, where all are equal; else 0."""
        ...

    def grid(self, options: GridOptions | None) -> Grid:
        """Return the grid that `options` ask for; what they leave out fits the detector."""
        ...

    def field(self, grid: Grid) -> ConeField:
        """Return what every view saw of a grid."""
        ...

    def weighted(self, block: Block) -> FloatArray:
        """Return some views (n, n_rows, n_columns), ready for the filter."""
        ...


@dataclass(frozen=True, eq=False)
class CircularViews:
    """The views of a source that goes around in a circle."""

    scan: ConeScan
    """What was measured."""
    beam: ConeBeam
    """The beam, with empty columns where the detector stands to one side."""
    added: tuple[int, int]
    """How many columns those are, before the first and behind the last."""
    cosines: FloatArray
    """Between each pixel's ray and the central one: shape (n_rows, n_columns)."""
    weights: FloatArray | None
    """What each ray counts (n_views, n_columns), where not all of a view count alike."""
    arcs: FloatArray
    """What each view counts, where all its rays count alike; else 1."""

    @classmethod
    def of(cls, scan: ConeScan) -> "CircularViews":
        """Return the views of a scan, and tell when the body reached beyond the detector."""
        beam, added = with_both_sides(scan.beam)
        weights = ray_weights(scan.beam)
        truncated = truncated_views(scan.values, added)
        if truncated:
            notice("ct.truncated", views=truncated)
        if (weights == weights[:, :1]).all():
            return cls(scan, beam, added, _cosines(scan.beam), None, weights[:, 0])
        alike = np.ones(beam.n_views, np.float32)
        return cls(scan, beam, added, _cosines(scan.beam), weights, alike)

    @property
    def detector(self) -> Detector:
        """The detector, with the columns added."""
        return self.beam.detector

    @property
    def spacing_mm(self) -> float:
        """From column to column, scaled to the axis of rotation."""
        return pitch_at_axis_mm(self.beam)

    @property
    def step_rad(self) -> float:
        """The angle between columns of a curved detector."""
        return step_rad(self.beam)

    @property
    def sights(self) -> DoubleArray:
        """Where each view sees what."""
        beam, detector, per_mm = self.beam, self.detector, 1 / self.beam.source_to_axis_mm
        sine, cosine = np.sin(beam.angles_rad), np.cos(beam.angles_rad)
        sights = np.zeros((beam.n_views, N_SIGHT))
        sights[:, 0], sights[:, 1] = cosine * per_mm, sine * per_mm
        sights[:, 3], sights[:, 4], sights[:, 5] = -sine * per_mm, cosine * per_mm, 1
        sights[:, 6] = beam.source_to_detector_mm / detector.column_spacing_mm
        sights[:, 7] = detector.center_column
        sights[:, 8] = beam.magnification / detector.row_spacing_mm
        sights[:, 10] = detector.center_row
        return sights

    def grid(self, options: GridOptions | None) -> Grid:
        """Return the grid that `options` ask for."""
        return fitting_cone_grid(self.beam, options)

    def field(self, grid: Grid) -> ConeField:
        """Return what every view saw of a grid."""
        return ConeField.of(self.beam, grid)

    def weighted(self, block: Block) -> FloatArray:
        """Return some views, each ray by its cosine and by how much it counts."""
        weighted = (self.scan.values[block] * self.cosines).astype(np.float32, copy=False)
        if self.weights is not None:
            weighted *= self.weights[block, None]
        return widen(weighted, self.added)


def _cosines(beam: ConeBeam) -> FloatArray:
    """Return the cosine between each pixel's ray and the central one: shape (n_rows, n_columns)."""
    steepness = beam.detector.row_mm[:, None] / beam.source_to_detector_mm
    if beam.detector.shape == "curved":
        cosines = np.cos(beam.fan_rad) / np.sqrt(1 + steepness**2)
    else:
        cosines = 1 / np.sqrt(1 + np.tan(beam.fan_rad) ** 2 + steepness**2)
    return cosines.astype(np.float32)
