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

A curved detector stands on a cylinder of radius D = ``source_to_detector_mm`` whose axis runs
through the source along v. Its columns are counted along the arc: the place a lies at the angle
``γ = a / D`` from the central ray, where a flat detector has ``γ = arctan(a / D)``.
"""

from dataclasses import dataclass, field

import numpy as np

from diaphane.arrays import DoubleArray, frozen
from diaphane.ct.acquisition.detector import Detector
from diaphane.errors import GeometryError
from diaphane.history import History

_WIDEST_DEG = 80
_NARROWEST_DEG = 1.0
_MANY_COLUMNS = 64
_NARROW_DEG = 6.0
_USUAL_FAN_DEG = (25.0, 90.0)


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
        if self.detector.shape != "flat":
            raise GeometryError("parallel rays need a flat detector: a curved one has a source")

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)


@dataclass(frozen=True, eq=False)
class FanBeam:
    """A fan of rays from a point to a detector, each row a slice of its own."""

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
        _check_arc(self.detector, self.source_to_detector_mm)

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)

    @property
    def fan_rad(self) -> DoubleArray:
        """The angle γ between each column's ray and the central one: shape (n_columns,)."""
        return fan_angles(self.detector, self.source_to_detector_mm)

    @property
    def magnification(self) -> float:
        """How much larger the axis appears on the detector."""
        return self.source_to_detector_mm / self.source_to_axis_mm


@dataclass(frozen=True, eq=False)
class ConeBeam:
    """A cone of rays from a point to a detector."""

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
        _check_arc(self.detector, self.source_to_detector_mm)

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.angles_rad)

    @property
    def fan_rad(self) -> DoubleArray:
        """The angle γ between each column's rays and the central one: shape (n_columns,)."""
        return fan_angles(self.detector, self.source_to_detector_mm)

    @property
    def magnification(self) -> float:
        """How much larger the axis appears on the detector."""
        return self.source_to_detector_mm / self.source_to_axis_mm


Beam = ParallelBeam | FanBeam | ConeBeam


def fan_angles(detector: Detector, source_to_detector_mm: float) -> DoubleArray:
    """Return the angle in rad between each column's ray and the central one, along u positive."""
    if detector.shape == "curved":
        return detector.column_mm / source_to_detector_mm
    return np.arctan(detector.column_mm / source_to_detector_mm)


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


def _check_arc(detector: Detector, source_to_detector_mm: float) -> None:
    """Refuse arcs that cannot be: what was given is an angle, or another kind of spacing."""
    if detector.shape == "flat":
        return
    reach_deg = np.rad2deg(np.abs(fan_angles(detector, source_to_detector_mm)[[0, -1]]))
    step_mm = detector.column_spacing_mm
    if reach_deg.max() > _WIDEST_DEG:
        raise GeometryError(
            f"a curved detector of {detector.n_columns} columns, {step_mm:g} mm apart on an arc of "
            f"{source_to_detector_mm:g} mm, would reach {reach_deg.max():.0f}° from the central "
            f"ray, at most {_WIDEST_DEG}° are possible: give column_spacing_mm along the arc"
        )
    fan_deg, as_degrees = reach_deg.sum(), detector.n_columns * step_mm
    taken_for_mm = fan_deg < _NARROW_DEG and _USUAL_FAN_DEG[0] < as_degrees < _USUAL_FAN_DEG[1]
    if detector.n_columns >= _MANY_COLUMNS and (fan_deg < _NARROWEST_DEG or taken_for_mm):
        raise GeometryError(
            f"a curved detector of {detector.n_columns} columns, {step_mm:g} mm apart, would span "
            f"a fan of only {fan_deg:.2g}°: column_spacing_mm is the arc in mm, not an "
            f"angle; Detector.curved takes the angle"
        )
