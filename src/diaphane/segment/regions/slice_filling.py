"""Labels drawn on some slices, filled in between by their shape.

Each structure of a drawn slice becomes a signed distance: how far a pixel lies inside its outline
(positive) or outside (negative), in mm. Between two drawn slices the distance changes evenly, and
where it is not negative the structure is. Outlines thereby move from one drawn place to the next,
each point by the shortest way.

References
----------
S. P. Raya, J. K. Udupa, "Shape-based interpolation of multidimensional objects", IEEE Transactions
on Medical Imaging 9(1), 1990. Distances are exact Euclidean ones between centers of pixels, less
half a pixel, where theirs are chamfer distances. Of several structures, each pixel goes to the one
it lies deepest in; all of them together are a structure too, so that neighbors leave no gap.
"""

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, FloatArray
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.segment.regions.structures import boxes_of
from diaphane.step import step

Along = Literal["slices", "rows", "columns"]
Absent = Literal["ended", "unknown"]


@step(version=1)
def interpolate_slices(
    labels: Labels, *, along: Along = "slices", absent: Absent = "ended"
) -> Labels:
    """Fill the slices between those that somebody labeled, by the shape of each structure.

    Parameters
    ----------
    labels : Labels
        Drawn on at least two slices, at even steps or not. A slice with any label on it counts
        as drawn and stays as it is.
    along : {"slices", "rows", "columns"}
        The axis along which slices were skipped.
    absent : {"ended", "unknown"}
        What it means that a structure is missing on a drawn slice. ``ended``: it is not there;
        toward that slice it shrinks evenly and is gone half way. ``unknown``: nobody looked for
        it there; it goes on between those slices where it was drawn.

    Returns
    -------
    Labels
        With the same names. What lies beyond the first and the last drawn slice stays empty.

    Raises
    ------
    InputError
        When fewer than two slices are drawn.

    Examples
    --------
    >>> from diaphane.space import Grid
    >>> values = np.zeros((3, 1, 6), np.uint8)
    >>> values[0, 0, :2], values[2, 0, :4] = 1, 1
    >>> interpolate_slices(Labels(values, Grid.centered(values.shape, 1))).values[1].tolist()
    [[1, 1, 1, 0, 0, 0]]
    """
    axis = ("slices", "rows", "columns").index(along)
    values = np.moveaxis(labels.values, axis, 0)
    drawn = [k for k, part in enumerate(values) if part.any()]
    if len(drawn) < 2:
        raise InputError(
            f"segment.interpolate_slices takes labels drawn on two {along} or more, "
            f"got {len(drawn)}"
        )
    spacing_mm = np.delete(np.array(labels.grid.spacing_mm), axis)
    structures = [
        _Structure(label, values[:, *box[1:]], box[1:], _known(values, label, drawn, absent))
        for label, box in boxes_of(values)
    ]
    if absent == "ended":
        everywhere = slice(0, values.shape[1]), slice(0, values.shape[2])
        structures.append(_Structure(0, values, everywhere, drawn))
    filled = np.array(values)
    is_drawn = np.isin(np.arange(len(values)), drawn)
    for k in track(np.flatnonzero(~is_drawn).tolist(), "segment.interpolate_slices"):
        _fill(filled[k], k, structures, spacing_mm)
    n_filled = int((~is_drawn[drawn[0] : drawn[-1]]).sum())
    notice("segment.slices_interpolated", drawn=len(drawn), filled=n_filled)
    return replace(labels, values=np.moveaxis(filled, 0, axis))


@dataclass
class _Structure:
    """One label within its box, or 0 for all together, and its depths on two drawn slices."""

    label: int
    values: AnyArray
    box: tuple[slice, slice]
    known: list[int]

    def __post_init__(self) -> None:
        self.kept: dict[int, FloatArray | None] = {}

    def depths_mm(self, slices: list[int], spacing_mm: AnyArray) -> list[FloatArray | None]:
        """Return how deep inside each pixel lies on some slices; ``None`` for an empty slice."""
        fresh = {k: self.values[k] for k in slices if k not in self.kept}
        depths = {
            k: _depth_mm(part == self.label if self.label else part != 0, spacing_mm)
            for k, part in fresh.items()
        }
        self.kept = {k: depths[k] if k in depths else self.kept[k] for k in slices}
        return [self.kept[k] for k in slices]


def _known(values: AnyArray, label: int, drawn: list[int], absent: Absent) -> list[int]:
    """Return the slices that say whether a structure is there, or not, in growing order."""
    if absent == "ended":
        return drawn
    return [k for k in drawn if (values[k] == label).any()]


def _fill(out: AnyArray, k: int, structures: list[_Structure], spacing_mm: AnyArray) -> None:
    """Write slice `k`: each pixel takes the structure it lies deepest in."""
    deepest = np.full(out.shape, np.float32(-np.inf))
    nearest = np.zeros_like(out)
    is_inside = np.zeros(out.shape, bool)
    for structure in structures:
        place = int(np.searchsorted(structure.known, k))
        if not 0 < place < len(structure.known):
            continue
        before, after = structure.known[place - 1 : place + 1]
        ends = structure.depths_mm([before, after], spacing_mm)
        depth = _between(ends[0], ends[1], (k - before) / (after - before))
        if depth is None:
            continue
        is_inside[structure.box] |= depth >= 0
        if structure.label:
            is_deeper = depth > deepest[structure.box]
            deepest[structure.box][is_deeper] = depth[is_deeper]
            nearest[structure.box][is_deeper] = structure.label
    out[is_inside] = nearest[is_inside]


def _between(before: FloatArray | None, after: FloatArray | None, share: float) -> AnyArray | None:
    """Return the depth on the way from one slice to the next; toward an empty one it sinks."""
    if before is not None:
        end = -before.max() if after is None else after
        return (1 - share) * before + share * end
    return None if after is None else share * after - (1 - share) * after.max()


def _depth_mm(is_inside: AnyArray, spacing_mm: AnyArray) -> FloatArray | None:
    """Return how far each pixel lies inside the outline, negative outside; ``None`` if empty.

    The outline runs half a pixel before the nearest center on the other side, and along the
    border of the picture.
    """
    if not is_inside.any():
        return None
    padded = np.pad(is_inside, 1)
    inside_mm = np.asarray(ndimage.distance_transform_edt(padded, spacing_mm))
    outside_mm = np.asarray(ndimage.distance_transform_edt(~padded, spacing_mm))
    half_mm = np.where(padded, -0.5, 0.5) * spacing_mm.min()
    return (inside_mm - outside_mm + half_mm)[1:-1, 1:-1].astype(np.float32)
