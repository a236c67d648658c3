"""The detector of a scan: how many pixels it has, where they stand, and how it is bent."""

from dataclasses import dataclass
from typing import Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError

Shape = Literal["flat", "curved"]
"""How the columns stand: on a plane, or on a cylinder around the source."""


@dataclass(frozen=True)
class Detector:
    """A detector of equal pixels: flat, or curved around the source as in clinical scanners."""

    n_rows: int
    """Pixels along the axis of rotation."""
    n_columns: int
    """Pixels across it."""
    row_spacing_mm: float
    """From row to row, center to center, at the detector itself."""
    column_spacing_mm: float
    """From column to column, center to center, at the detector itself: on a curved one along the
    arc. It is neither an angle nor the pitch at the axis (:meth:`curved` takes the angle)."""
    center_row: float = float("nan")
    """Row index, not rounded, at the height of the source; by default the middle."""
    center_column: float = float("nan")
    """Column index, not rounded, where the axis of rotation is seen; by default the middle."""
    shape: Shape = "flat"
    """``flat``: columns are equally far apart on a plane. ``curved``: they are on a cylinder
    whose axis runs through the source along v, so that their rays are at equal angles."""

    def __post_init__(self) -> None:
        for name in ("n_rows", "n_columns"):
            if getattr(self, name) < 1:
                raise GeometryError(f"detector {name} must be >= 1, got {getattr(self, name)}")
        for name in ("row_spacing_mm", "column_spacing_mm"):
            value = getattr(self, name)
            if not (np.isfinite(value) and value > 0):
                raise GeometryError(f"detector {name} must be > 0, got {value}")
        if self.shape not in ("flat", "curved"):
            raise GeometryError(f"detector shape must be flat or curved, got {self.shape!r}")
        for name, n in (("center_row", self.n_rows), ("center_column", self.n_columns)):
            if np.isnan(getattr(self, name)):
                object.__setattr__(self, name, (n - 1) / 2)
            if not np.isfinite(getattr(self, name)):
                raise GeometryError(f"detector {name} must be finite, got {getattr(self, name)}")

    @classmethod
    def curved(
        cls,
        n_rows: int,
        n_columns: int,
        *,
        row_spacing_mm: float,
        column_spacing_deg: float,
        source_to_detector_mm: float,
        center_row: float = float("nan"),
        center_column: float = float("nan"),
    ) -> "Detector":
        """Return a curved detector whose columns are told by the angle between their rays.

        Examples
        --------
        >>> detector = Detector.curved(64, 888, row_spacing_mm=1.1, column_spacing_deg=0.0618,
        ...                            source_to_detector_mm=949)
        >>> round(detector.column_spacing_mm, 3)
        1.024
        """
        arc_mm = np.deg2rad(column_spacing_deg) * source_to_detector_mm
        return cls(
            n_rows, n_columns, row_spacing_mm, float(arc_mm), center_row, center_column, "curved"
        )

    @property
    def row_mm(self) -> DoubleArray:
        """The height of each row along v: shape (n_rows,)."""
        return (np.arange(self.n_rows, dtype=np.float64) - self.center_row) * self.row_spacing_mm

    @property
    def column_mm(self) -> DoubleArray:
        """The place of each column along u, on a curved detector along the arc: (n_columns,)."""
        return (
            np.arange(self.n_columns, dtype=np.float64) - self.center_column
        ) * self.column_spacing_mm
