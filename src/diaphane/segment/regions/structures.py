"""One structure after the other, each within a box around it."""

from collections.abc import Callable
from dataclasses import replace

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.notices import notice
from diaphane.progress import track

Box = tuple[slice, slice, slice]


def each_structure(
    labels: Labels, margin: tuple[int, ...], change: Callable[[AnyArray], AnyArray], step: str
) -> Labels:
    """Return labels whose structures were changed one by one, within a box around each.

    Parameters
    ----------
    labels : Labels
        What has no label may be taken, by the first that comes; other structures may not.
    margin : (3,) integers
        How many slices, rows and columns the box is wider than the structure, on each side.
    change : callable
        Takes and returns where the structure is, within its box.
    step : str
        What the progress is called.
    """
    new = labels.values.copy()
    for number, box in track(boxes_of(labels.values), step):
        wide = widened(box, margin, new.shape)
        before = labels.values[wide]
        was, here = before == number, new[wide]
        now = change(was)
        here[was & ~now] = 0
        here[now & (before == 0) & (here == 0)] = number
    if not new.any():
        notice("segment.nothing_inside", name=", ".join(labels.names.values()))
    return replace(labels, values=new)


def boxes_of(values: AnyArray) -> list[tuple[int, Box]]:
    """Return the labels that are there, with the box around each."""
    from scipy import ndimage

    if values.min() < 0:
        raise InputError(f"labels must be >= 0, got {values.min()}")
    found = ndimage.find_objects(values)
    return [(number, box) for number, box in enumerate(found, 1) if box is not None]


def widened(box: Box, margin: tuple[int, ...], shape: tuple[int, ...]) -> tuple[slice, ...]:
    """Return a box with a margin, as far as the array reaches."""
    return tuple(
        slice(max(part.start - m, 0), min(part.stop + m, n))
        for part, m, n in zip(box, margin, shape)
    )
