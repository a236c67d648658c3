"""The geometry of a scan: where source and detector stand at each view. No pixels here.

World and angle. The body turns, or the gantry does, about the z axis. At view angle β the axes
of the detector and the direction from the axis to the source are::

    column axis  u = ( cos β, sin β, 0)
    row axis     v = (0, 0, 1)
    to source    s = ( sin β, -cos β, 0)         s = u × v

so that at β = 0 the source stands in front of the patient (anterior), and the columns of the
detector run to the patient's left. A parallel ray at signed distance t and height z is the line
through ``t u + z v`` along ``-s``.

Column c of the detector lies at ``(c - center_column) * column_spacing_mm`` along u, row r at
``(r - center_row) * row_spacing_mm`` along v; indices are pixel centers. ``center_column`` is
where the axis of rotation is seen, ``center_row`` where the plane of the source is.
"""

from dataclasses import dataclass, field

import numpy as np

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import GeometryError
from diaphane.history import History


@dataclass(frozen=True)
class Detector:
    """A flat detector of equal pixels."""

    n_rows: int
    """Pixels along the axis of rotation."""
    n_columns: int
    """Pixels across it."""
    row_spacing_mm: float
    """From row to row, center to center."""
    column_spacing_mm: float
    """From column to column, center to center."""
    center_row: float = float("nan")
    """Row index, not rounded, at the height of the source; by default the middle."""
    center_column: float = float("nan")
    """Column index, not rounded, where the axis of rotation is seen; by default the middle."""

    def __post_init__(self) -> None:
        for name in ("n_rows", "n_columns"):
            if getattr(self, name) < 1:
                raise GeometryError(f"detector {name} must be >= 1, got {getattr(self, name)}")
        for name in ("row_spacing_mm", "column_spacing_mm"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise GeometryError(f"detector {name} must be > 0, got {value}")
        for name, n in (("center_row", self.n_rows), ("center_column", self.n_columns)):
            if np.isnan(getattr(self, name)):
                object.__setattr__(self, name, (n - 1) / 2)
            if not np.isfinite(getattr(self, name)):
                raise GeometryError(f"detector {name} must be finite, got {getattr(self, name)}")

    @property
    def row_mm(self) -> DoubleArray:
        """The height of each row along v: shape (n_rows,)."""
        return (np.arange(self.n_rows, dtype=np.float64) - self.center_row) * self.row_spacing_mm

    @property
    def column_mm(self) -> DoubleArray:
        """The place of each column along u: shape (n_columns,)."""
        return (
            np.arange(self.n_columns, dtype=np.float64) - self.center_column
        ) * self.column_spacing_mm


@dataclass(frozen=True, eq=False)
class ParallelBeam:
    """Parallel rays: a synchrotron, or a source very far away."""

    angles_rad: DoubleArray
    """View angles β: shape (n_views,), in any order, evenly spaced or not."""
    detector: Detector
    """The detector; its pixels are as wide as the rays are apart."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "angles_rad", _angles(self.angles_rad))

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)


@dataclass(frozen=True, eq=False)
class FanBeam:
    """A fan of rays from a point to a flat detector, each row a slice of its own."""

    angles_rad: DoubleArray
    """View angles β: shape (n_views,)."""
    detector: Detector
    """The detector; the heights of its rows are those of the slices."""
    source_to_axis_mm: float
    """From the source to the axis of rotation."""
    source_to_detector_mm: float
    """From the source to the detector, along the central ray."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "angles_rad", _angles(self.angles_rad))
        _check_distances(self.source_to_axis_mm, self.source_to_detector_mm)

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)


@dataclass(frozen=True, eq=False)
class ConeBeam:
    """A cone of rays from a point to a flat detector."""

    angles_rad: DoubleArray
    """View angles β: shape (n_views,)."""
    detector: Detector
    """The detector, at right angles to the central ray."""
    source_to_axis_mm: float
    """From the source to the axis of rotation."""
    source_to_detector_mm: float
    """From the source to the detector, along the central ray."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "angles_rad", _angles(self.angles_rad))
        _check_distances(self.source_to_axis_mm, self.source_to_detector_mm)

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)

    @property
    def magnification(self) -> float:
        """How much larger the axis appears on the detector."""
        return self.source_to_detector_mm / self.source_to_axis_mm


Beam = ParallelBeam | FanBeam | ConeBeam


def _angles(angles_rad: DoubleArray) -> DoubleArray:
    angles = np.array(angles_rad, dtype=np.float64)
    if angles.ndim != 1 or not len(angles):
        raise GeometryError(f"angles_rad must be a list of angles, got shape {angles.shape}")
    if not np.isfinite(angles).all():
        first = int(np.flatnonzero(~np.isfinite(angles))[0])
        raise GeometryError(f"angles_rad must be finite, got {angles[first]} at view {first}")
    return frozen(angles)


def _check_distances(source_to_axis_mm: float, source_to_detector_mm: float) -> None:
    if not (np.isfinite(source_to_axis_mm) and source_to_axis_mm > 0):
        raise GeometryError(f"source_to_axis_mm must be > 0, got {source_to_axis_mm}")
    if not (np.isfinite(source_to_detector_mm) and source_to_detector_mm > source_to_axis_mm):
        raise GeometryError(
            f"source_to_detector_mm must be > source_to_axis_mm ({source_to_axis_mm}), "
            f"got {source_to_detector_mm}"
        )
