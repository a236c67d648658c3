"""The table by which a text names a grid: ``grid = { voxel_mm = 0.5 }``."""

import math
import os
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

import numpy as np
from numpy.typing import ArrayLike

from diaphane.errors import GeometryError, OptionError
from diaphane.options import Range
from diaphane.space.grid import Grid

LARGEST_COUNT = 8192
"""Most voxels along one axis of a grid that an option may ask for."""

_ROOM_TO_WORK = 4
"""How many times the voxels' memory a computer should have, so that steps can work with them."""

_Count = Annotated[int, Range(1, LARGEST_COUNT, scale="log")]
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

    def to_grid(
        self, *, low_mm: ArrayLike, high_mm: ArrayLike, voxel_mm: float | Sequence[float]
    ) -> Grid:
        """Return the upright grid; what the options leave out is taken from a box of the body.

        Parameters
        ----------
        low_mm, high_mm : (3,) numbers
            Opposite corners of the box in LPS (x, y, z): the outer faces of the outermost voxels.
            Without `shape` the grid has as many voxels as cover a box of this size; without
            `center_mm` it has the box's middle.
        voxel_mm : number or (3,) numbers
            Spacing of slices, rows and columns where the options name no ``voxel_mm``.

        Raises
        ------
        GeometryError
            When the box is not a box.
        OptionError
            When more than 8192 voxels would stand along one axis, or their values, 4 bytes each,
            would take more memory than the computer has.

        Examples
        --------
        >>> box = {"low_mm": (-50, -50, 0), "high_mm": (50, 50, 30), "voxel_mm": 0.5}
        >>> GridOptions(voxel_mm=2).to_grid(**box).shape
        (15, 50, 50)
        """
        low, high = np.asarray(low_mm, dtype=np.float64), np.asarray(high_mm, dtype=np.float64)
        if low.shape != (3,) or high.shape != (3,) or not (low < high).all():
            raise GeometryError(f"a box needs low_mm < high_mm, got {low_mm} and {high_mm}")
        spacing = np.broadcast_to(np.asarray(self.voxel_mm or voxel_mm, dtype=np.float64), 3)
        shape = self.shape or _covering((high - low)[::-1], spacing)
        self._check_memory(shape, spacing)
        center = self.center_mm or tuple((low + high) / 2)
        return Grid.centered(shape, spacing.tolist(), center)

    def _check_memory(self, shape: tuple[int, int, int], spacing_mm: np.ndarray) -> None:
        """Raise :class:`OptionError`, with what would fit, when the computer is too small."""
        needed, there = 4 * math.prod(shape), _memory_bytes()
        if there is None or needed <= there:
            return
        n_axes = sum(n > 1 for n in shape)
        coarser = (_ROOM_TO_WORK * needed / there) ** (1 / n_axes)
        if self.shape:
            which, came = "grid.shape", f"{list(shape)}"
            fits = f"{[max(1, int(n / coarser)) for n in shape]} or fewer voxels"
        else:
            which, came = "grid.voxel_mm", f"{spacing_mm.min():.4g}"
            fits = f"{1.05 * coarser * spacing_mm.min():.2g} mm or more"  # two digits suffice
        raise OptionError(
            f"{which} = {came} takes {needed / 1e9:.0f} GB for the voxels alone, this computer "
            f"has {there / 1e9:.0f} GB; {fits} would fit"
        )


def _memory_bytes() -> int | None:
    """Return the size of the computer's memory; ``None`` where the system does not tell."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _covering(size_mm: np.ndarray, spacing_mm: np.ndarray) -> tuple[int, int, int]:
    """Return how many voxels cover a box; a thousandth of a voxel does not ask for one more."""
    counts = np.maximum(np.ceil(size_mm / spacing_mm - 1e-3), 1)
    if counts.max() > LARGEST_COUNT:
        least = 1.05 * float((size_mm / LARGEST_COUNT).max())  # two digits suffice
        raise OptionError(
            f"grid.voxel_mm = {spacing_mm.min():.4g} takes {counts.max():.0f} voxels along one "
            f"axis, at most {LARGEST_COUNT} are allowed; choose at least {least:.2g} mm"
        )
    n_slices, n_rows, n_columns = (int(n) for n in counts)
    return n_slices, n_rows, n_columns
