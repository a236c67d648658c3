"""The table by which a text names a grid: ``grid = { voxel_mm = 0.5 }``."""

from dataclasses import dataclass
from typing import Annotated

from diaphane.options import Range

_Count = Annotated[int, Range(1, 8192, scale="log")]
_Millimeters = Annotated[float, Range(-10_000, 10_000, unit="mm")]
_Spacing = Annotated[float, Range(0.0001, 100, scale="log", unit="mm")]


@dataclass(frozen=True)
class GridOptions:
    """An upright grid, as far as somebody cares to say; what is left out fits the data."""

    voxel_mm: _Spacing | None = None
    """Edge of a voxel."""
    shape: tuple[_Count, _Count, _Count] | None = None
    """Numbers of slices, rows and columns."""
    center_mm: tuple[_Millimeters, _Millimeters, _Millimeters] | None = None
    """The middle of the grid in LPS (x, y, z)."""
