"""An element ready to probe arrays: the lowest and the highest value around each voxel."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.image import Labels
from diaphane.segment.regions.distances import distances_within
from diaphane.segment.regions.element import TOUCH, Element, footprints, own_footprint
from diaphane.segment.regions.window_kernels import largest_within
from diaphane.space import Grid


@dataclass(frozen=True, eq=False)
class Probe:
    """Minimum and maximum within an element; of structures (bool) whether all or any is inside."""

    footprints: list[AnyArray]
    """Each (odd, odd, odd) bool, to be applied one after the other."""
    reach: tuple[int, int, int]
    """How many slices, rows and columns it reaches from its middle."""
    step: str
    """What the progress is called."""
    radius_mm: float | None = None
    """Of a ball on a grid at right angles, for which structures take the distance transform."""
    spacing_mm: tuple[float, float, float] = (1, 1, 1)
    """From slice to slice, row to row, column to column."""

    def erode(self, values: AnyArray) -> AnyArray:
        """Return the lowest value at x + b, over the voxels b of the element."""
        if values.dtype == bool and self.radius_mm is not None:
            return distances_within(values, self.spacing_mm) > self.radius_mm
        found = _upside_down(values)
        for footprint in self.footprints:
            found = largest_within(found, footprint, self.step)
        return found == 0 if values.dtype == bool else _upside_down(found)

    def dilate(self, values: AnyArray) -> AnyArray:
        """Return the highest value at x - b, over the voxels b of the element."""
        if values.dtype == bool and self.radius_mm is not None:
            return distances_within(~values, self.spacing_mm) <= self.radius_mm
        found = values.view(np.uint8) if values.dtype == bool else values
        for footprint in self.footprints:
            turned = np.ascontiguousarray(footprint[::-1, ::-1, ::-1])
            found = largest_within(found, turned, self.step)
        return found.view(values.dtype)


def probe_of(element: Element, own: Labels | None, grid: Grid, step: str) -> Probe:
    """Return the probe for an element, or for one's own.

    Raises
    ------
    GeometryError, InputError
        When the element does not fit the grid.
    """
    parts = footprints(element, grid, step) if own is None else [own_footprint(own, grid, step)]
    z, y, x = (max(p.shape[axis] // 2 for p in parts) for axis in range(3))
    is_ball = own is None and element.shape == "ball" and element.within == "volume"
    radius_mm = element.radius_mm * TOUCH if is_ball and not grid.is_sheared else None
    return Probe(parts, (z, y, x), step, radius_mm, grid.spacing_mm)


def _upside_down(values: AnyArray) -> AnyArray:
    """Return values whose order is the reverse: bright is dark."""
    if values.dtype == bool:
        return (~values).view(np.uint8)
    if values.dtype.kind == "f":
        return -values
    return ~values
