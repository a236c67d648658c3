"""How well two segmentations agree.

With A and B the voxels of a structure in one and in the other::

    Dice    = 2 |A ∩ B| / (|A| + |B|)
    Jaccard =   |A ∩ B| / |A ∪ B|

References
----------
L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26(3), 1945.
"""

from collections.abc import Callable
from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.options import Range
from diaphane.progress import track
from diaphane.quality.blocks import block_edges, block_sums, jackknife
from diaphane.quality.checks import same_grid
from diaphane.step import step

_BLOCKS = 8  # along each axis

Label = Annotated[int, Range(1, 65_535, scale="log")]
"""The number of one structure."""


@step(version=1)
def dice(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return how well a structure agrees with the truth: 1 is perfect, 0 is no overlap.

    Parameters
    ----------
    labels, truth : Labels
        On one grid.
    label : int, optional
        Which structure; by default all of them together, against none.

    Returns
    -------
    Measurement
        The Dice coefficient, without unit. The interval says how much it would vary with the
        part of the body that is compared: a jackknife over blocks of an eighth of the grid along
        each axis. It knows nothing of how sure the truth is.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When neither has a voxel of the structure.
    """
    value, interval = _agreement(labels, truth, label, _dice, "quality.dice")
    return Measurement(value, "", interval, name="Dice coefficient")


@step(version=1)
def jaccard(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return the share of a structure that both have, of what either has: 1 is perfect.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        The Jaccard index, without unit; interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When neither has a voxel of the structure.
    """
    value, interval = _agreement(labels, truth, label, _jaccard, "quality.jaccard")
    return Measurement(value, "", interval, name="Jaccard index")


def _dice(sums: DoubleArray) -> DoubleArray:
    both, one, other = sums.T
    return _ratio(2 * both, one + other)


def _jaccard(sums: DoubleArray) -> DoubleArray:
    both, one, other = sums.T
    return _ratio(both, one + other - both)


def _ratio(part: DoubleArray, whole: DoubleArray) -> DoubleArray:
    """Return part / whole; where a block held the whole structure, nothing is left to disagree."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)


def _agreement(
    labels: Labels,
    truth: Labels,
    label: int | None,
    number: Callable[[DoubleArray], DoubleArray],
    step_name: str,
) -> tuple[float, tuple[float, float] | None]:
    same_grid(labels, truth, step_name)
    slices, *in_slice = block_edges(labels.grid.shape, _BLOCKS)
    sums = np.zeros((len(slices) - 1, np.prod([len(e) - 1 for e in in_slice]), 3))
    for k in track(range(labels.grid.shape[0]), step_name):
        one, other = (
            part != 0 if label is None else part == label
            for part in (labels.values[k], truth.values[k])
        )
        block = int(np.searchsorted(slices, k, side="right")) - 1
        for column, inside in enumerate((one & other, one, other)):
            sums[block, :, column] += block_sums(inside, in_slice)
    sums = sums.reshape(-1, 3)
    if not sums.any():
        what = "any structure" if label is None else f"label {label}"
        raise InputError(f"{step_name}: neither labels nor truth has a voxel of {what}")
    value, interval = jackknife(sums, number)
    if interval is not None:
        interval = max(interval[0], 0.0), min(interval[1], 1.0)
    return value, interval
