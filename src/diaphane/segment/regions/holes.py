"""Holes: what a structure encloses, in the volume or in each slice."""

from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.image import Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.segment.checks import voxel_ml
from diaphane.segment.regions.connecting import Connectivity, connect, connect_plane
from diaphane.segment.regions.parts import Milliliters
from diaphane.segment.regions.structures import boxes_of
from diaphane.step import step


@step(version=1)
def fill_holes(
    labels: Labels,
    *,
    within: Literal["volume", "slices"] = "volume",
    max_ml: Milliliters | None = None,
    connectivity: Connectivity = 6,
) -> Labels:
    """Fill what each structure encloses, and say how much was filled.

    Parameters
    ----------
    labels : Labels
        Each structure by itself, from the smallest box around one to the largest, so that a hole
        within a structure within another goes to the inner one.
    within : {"volume", "slices"}
        Whether a hole is closed on all sides, or within its slice alone, as the marrow of a long
        bone that the image cuts off.
    max_ml : float, optional
        The largest hole that is filled, a slice's counted as thick as the slice; by default there
        is no such bound.
    connectivity : {6, 18, 26}
        How what is outside hangs together: across faces, also edges, also corners. With 6 a
        structure that hangs together across corners is tight. Within slices it is 4, or else 8.

    Returns
    -------
    Labels
        A hole is a connected part of what is not the structure and does not reach the border of
        the image. Only what has no label is filled: other structures in a hole stay.

    Raises
    ------
    GeometryError
        When `max_ml` is given and the grid is not in millimeters.
    InputError
        When the image is too large for the memory.
    """
    largest = np.inf if max_ml is None else max_ml / voxel_ml(labels, "segment.fill_holes")
    check_room("segment.fill_holes", labels.grid.shape, 8)
    new = labels.values.copy()
    n_holes, n_voxels = 0, 0
    boxes = sorted(boxes_of(labels.values), key=lambda x: np.prod([s.stop - s.start for s in x[1]]))
    for number, box in track(boxes, "segment.fill_holes"):
        here, outside = new[box], labels.values[box] != number
        planes = [(here, outside)] if within == "volume" else list(zip(here, outside))
        for values, beyond in planes:
            holes, n = _holes(beyond, connectivity, largest)
            n_holes += n
            holes &= values == 0
            n_voxels += int(holes.sum())
            values[holes] = number
    if n_holes:
        notice("segment.holes_filled", holes=n_holes, voxels=n_voxels)
    return Labels(new, labels.grid, labels.names)


def _holes(outside: AnyArray, connectivity: Connectivity, largest: float) -> tuple[AnyArray, int]:
    """Return where parts of what is outside reach no face of the array, and how many there are."""
    join = connect if outside.ndim == 3 else connect_plane
    parts, n_parts = join(outside, connectivity)
    is_hole = np.bincount(parts.reshape(-1), minlength=n_parts + 1) <= largest
    for axis in range(outside.ndim):
        for end in (0, -1):
            is_hole[np.unique(np.take(parts, end, axis))] = False
    is_hole[0] = False
    return is_hole[parts], int(is_hole.sum())
