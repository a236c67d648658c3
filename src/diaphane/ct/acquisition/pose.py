"""Any pose per view: where source and detector really stood, as calibration or a robot tells."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray, frozen
from diaphane.ct.acquisition.beam import ConeBeam
from diaphane.ct.acquisition.detector import Detector
from diaphane.errors import GeometryError
from diaphane.history import History

_SMALL = 1e-6


@dataclass(frozen=True, eq=False)
class PoseBeam:
    """A cone of rays from a point to a flat detector, both anywhere in each view."""

    sources_mm: DoubleArray
    """Where the source stands: shape (n_views, 3), in LPS mm."""
    centers_mm: DoubleArray
    """Where the detector's place (center_row, center_column) stands: shape (n_views, 3)."""
    column_axes: DoubleArray
    """Unit vectors from column to column: shape (n_views, 3)."""
    row_axes: DoubleArray
    """Unit vectors from row to row, at right angles to those: shape (n_views, 3)."""
    detector: Detector
    """The detector; the middle is where `centers_mm` says, wherever the axis is seen."""
    history: History | None = field(default=None, init=False, repr=False)
    """How it was made."""

    def __post_init__(self) -> None:
        n_views = len(np.atleast_1d(np.asarray(self.sources_mm)))
        for name in ("sources_mm", "centers_mm", "column_axes", "row_axes"):
            values = np.array(getattr(self, name), dtype=np.float64)
            if values.shape != (n_views, 3) or not n_views:
                raise GeometryError(
                    f"{name} must have shape (n_views, 3) = ({n_views}, 3), got {values.shape}"
                )
            if not np.isfinite(values).all():
                raise GeometryError(f"{name} must be finite")
            object.__setattr__(self, name, frozen(values))
        if self.detector.shape != "flat":
            raise GeometryError("poses of a curved detector are not known; give a flat one")
        self._check_axes()

    def _check_axes(self) -> None:
        u, v = self.column_axes, self.row_axes
        wrong = np.maximum(np.abs((u * u).sum(1) - 1), np.abs((v * v).sum(1) - 1))
        wrong = np.maximum(wrong, np.abs((u * v).sum(1)))
        if wrong.max() > _SMALL:
            raise GeometryError(
                f"column_axes and row_axes must be unit vectors at right angles, those of view "
                f"{int(wrong.argmax())} are not"
            )
        away = ((self.sources_mm - self.centers_mm) * np.cross(u, v)).sum(1)
        if away.min() <= 0:
            raise GeometryError(
                f"the source must stand in front of the detector, toward column axis × row axis; "
                f"in view {int(away.argmin())} it does not"
            )

    @property
    def n_views(self) -> int:
        """How many views there are."""
        return len(self.sources_mm)

    @property
    def angles_rad(self) -> DoubleArray:
        """The view angle β of each source around the z axis: shape (n_views,)."""
        return np.arctan2(self.sources_mm[:, 0], -self.sources_mm[:, 1])

    @classmethod
    def of(
        cls,
        beam: ConeBeam,
        *,
        in_plane_deg: ArrayLike = 0.0,
        tilt_deg: ArrayLike = 0.0,
        slant_deg: ArrayLike = 0.0,
        shift_mm: ArrayLike = (0.0, 0.0),
        source_shift_mm: ArrayLike = (0.0, 0.0, 0.0),
    ) -> "PoseBeam":
        """Return the poses of a circular scan whose detector is turned or shifted.

        Parameters
        ----------
        beam : ConeBeam
            The circle as planned, onto a flat detector.
        in_plane_deg : number or (n_views,) numbers
            How far the detector is turned in its own plane, from its columns toward its rows.
        tilt_deg : number or (n_views,) numbers
            How far its upper rows lean away from the source, about its column axis.
        slant_deg : number or (n_views,) numbers
            How far its later columns stand back from the source, about its row axis.
        shift_mm : (2,) or (n_views, 2) numbers
            How far it is shifted along its planned columns and rows.
        source_shift_mm : (3,) or (n_views, 3) numbers
            How far the source is shifted along u, v and s of :mod:`diaphane.ct.acquisition.beam`.
        """
        if beam.detector.shape != "flat":
            raise GeometryError("poses of a curved detector are not known; give a flat one")
        sine, cosine = np.sin(beam.angles_rad), np.cos(beam.angles_rad)
        zero, one = np.zeros_like(sine), np.ones_like(sine)
        u = np.stack([cosine, sine, zero], 1)
        v = np.stack([zero, zero, one], 1)
        s = np.stack([sine, -cosine, zero], 1)
        own = np.broadcast_to(np.asarray(source_shift_mm, np.float64), (beam.n_views, 3))
        shift = np.broadcast_to(np.asarray(shift_mm, np.float64), (beam.n_views, 2))
        sources = beam.source_to_axis_mm * s + _sum(own, (u, v, s))
        behind = beam.source_to_axis_mm - beam.source_to_detector_mm
        centers = behind * s + _sum(shift, (u, v))
        slant, tilt, turn = (
            np.broadcast_to(np.deg2rad(np.asarray(x, np.float64)), beam.n_views)[:, None]
            for x in (slant_deg, tilt_deg, in_plane_deg)
        )
        u, s = np.cos(slant) * u - np.sin(slant) * s, np.cos(slant) * s + np.sin(slant) * u
        v = np.cos(tilt) * v - np.sin(tilt) * s
        u, v = np.cos(turn) * u + np.sin(turn) * v, np.cos(turn) * v - np.sin(turn) * u
        return cls(sources, centers, u, v, beam.detector)


def _sum(parts: DoubleArray, axes: tuple[DoubleArray, ...]) -> DoubleArray:
    return sum((parts[:, i : i + 1] * axis for i, axis in enumerate(axes)), np.zeros((1, 3)))
