"""One section of a DICOM image: what it is and where it lies, before any pixel is read.

Every image, of one frame or of many, becomes :class:`Frame` records in one form, whether its
geometry stood at the top of the file (CT, MR) or in its functional groups (enhanced CT, MR).
"""

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from diaphane.arrays import DoubleArray


@dataclass(frozen=True, eq=False)
class Plane:
    """Where one section lies in the patient, as its header says."""

    position_mm: DoubleArray
    """The center of the first pixel: shape (3,), LPS mm."""
    row_step_mm: DoubleArray
    """From one row to the next: shape (3,)."""
    column_step_mm: DoubleArray
    """From one column to the next: shape (3,)."""

    @property
    def normal(self) -> DoubleArray:
        """The direction across the section, along column step × row step: shape (3,)."""
        normal = np.cross(self.column_step_mm, self.row_step_mm)
        return normal / np.linalg.norm(normal)


@dataclass(frozen=True)
class Rescale:
    """How a stored number becomes a value: ``slope * stored + intercept``."""

    slope: float = 1.0
    """Values per stored number."""
    intercept: float = 0.0
    """The value of a stored zero."""
    unit: str = ""
    """The header's word for what comes out (``HU``)."""
    is_stated: bool = False
    """Whether the header says so; otherwise stored numbers are values."""


@dataclass(frozen=True, eq=False)
class Header:
    """What one file says of itself, of its patient only what tells one from another."""

    path: Path
    """The file."""
    series_uid: str
    """Which series it belongs to."""
    series_number: str
    """The series' number in its study; may be empty."""
    description: str
    """The series' description; may be empty."""
    modality: str
    """``CT``, ``MR``, ``US``, …"""
    image_type: tuple[str, ...]
    """``ORIGINAL``, ``PRIMARY``, ``AXIAL``, …"""
    photometric: str
    """How pixels show: ``MONOCHROME2``, ``RGB``, …"""
    shape: tuple[int, int]
    """Rows and columns."""
    padding: tuple[float, float] | None
    """Lowest and highest stored number that mean "nothing was measured here"."""
    spacing_mm: tuple[float, float] | None
    """From row to row and column to column, where it stands without a position."""
    times_s: DoubleArray | None
    """The time of each frame of a moving picture."""
    is_lossy: bool
    """Whether the pixels were once compressed with loss."""
    patient_marks: tuple[int, int] = field(default=(0, 0), repr=False)
    """Numbers that differ with the patient's ID and name, 0 where there is none: they tell nobody
    who it is, and are others in the next run."""
    facts: dict[str, str | int | float] = field(default_factory=dict)
    """What else is worth knowing."""

    @property
    def is_localizer(self) -> bool:
        """Whether it is a planning view across the other sections."""
        return "LOCALIZER" in self.image_type

    @property
    def is_color(self) -> bool:
        """Whether a pixel is a color."""
        return not self.photometric.startswith("MONOCHROME")


@dataclass(frozen=True, eq=False)
class Frame:
    """One section: where it stands in its file, and where it lies."""

    header: Header
    """Its file."""
    index: int
    """Which of the file's frames it is."""
    plane: Plane | None
    """Where it lies, if the header says so."""
    thickness_mm: float
    """Nominal thickness of the section; 0 where nobody says."""
    rescale: Rescale
    """How its stored numbers become values."""
