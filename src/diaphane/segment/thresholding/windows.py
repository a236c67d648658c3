"""The window around a voxel, and the image and mask that a local threshold looks at."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, frozen
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.options import Range
from diaphane.segment.checks import mask_of, not_finite, real_values
from diaphane.space import Grid

Across = Literal["slice", "volume"]
"""Whether a window lies within its slice or reaches into the neighboring ones."""
Window = Annotated[float, Range(0.01, 10_000, scale="log", unit="mm")]
"""The width of a window in mm, or in pixels where the grid has no millimeters."""


@dataclass(frozen=True, eq=False)
class Local:
    """What a local threshold works on."""

    image: Image
    """The image."""
    values: AnyArray
    """Its values, of a type that kernels know."""
    mask: ByteArray
    """Bytes that are not 0 where values count; empty without a mask."""
    half: tuple[int, int, int]
    """How many voxels the window reaches to each side along slices, rows and columns."""
    low: float
    """The smallest value that counts."""
    high: float
    """The largest value that counts."""

    @property
    def center(self) -> float:
        """What is subtracted before squares are summed: 0 where small whole numbers are exact."""
        is_short = self.values.dtype.kind in "iu" and self.values.dtype.itemsize <= 2
        return 0.0 if is_short else (self.low + self.high) / 2


def look(image: Image, within: Labels | None, window: float, across: Across, step: str) -> Local:
    """Check image, mask and window.

    Raises
    ------
    InputError
        When a value is not finite, or the window is smaller than a voxel or larger than the
        image.
    """
    values = real_values(image, step)
    inside = mask_of(within, image, step)
    if inside is None:
        ends = float(values.min()), float(values.max())
        bad = None if np.isfinite(ends).all() else np.flatnonzero(~np.isfinite(values))
    else:
        known = values[inside != 0]
        ends = float(known.min()), float(known.max())
        bad = (
            np.flatnonzero(~np.isfinite(values) & (inside != 0))
            if not np.isfinite(ends).all()
            else None
        )
    if bad is not None:
        place = tuple(int(i) for i in np.unravel_index(bad[0], values.shape))
        raise InputError(not_finite(values, place, step))
    if values.dtype.kind == "b":
        values = values.view(np.uint8)
    elif values.dtype.itemsize > 8 or values.dtype == np.float16:
        values = frozen(values.astype(np.float64))
    elif not values.dtype.isnative:
        values = frozen(values.astype(values.dtype.newbyteorder("=")))
    mask = frozen(np.empty((0, 0, 0), np.uint8)) if inside is None else inside
    half = half_voxels(image.grid, window, across, step)
    return Local(image, values, mask, half, *ends)


def half_voxels(grid: Grid, window: float, across: Across, step: str) -> tuple[int, int, int]:
    """Return how many voxels a window reaches to each side; it holds an odd number of them."""
    half = [0, 0, 0]
    for axis, name in enumerate(("slices", "rows", "columns")):
        if axis == 0 and (across == "slice" or grid.shape[0] == 1):
            continue
        spacing, n = grid.spacing_mm[axis], grid.shape[axis]
        half[axis] = int(window / spacing / 2 + 1e-9)
        if half[axis] < 1:
            raise InputError(
                f"{step}: window must span at least two {name} of {spacing:g} {grid.unit}, got "
                f"{window:g} {grid.unit}: take a larger one"
            )
        if 2 * half[axis] + 1 > n:
            raise InputError(
                f"{step}: window must not be larger than the image, {n} {name} of {spacing:g} "
                f"{grid.unit}, got {window:g} {grid.unit}: take a smaller one"
            )
    return half[0], half[1], half[2]
