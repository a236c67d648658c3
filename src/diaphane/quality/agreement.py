"""How well two segmentations agree.

With A and B the voxels of a structure in one and in the other::

    Dice    = 2 |A ∩ B| / (|A| + |B|)
    Jaccard =   |A ∩ B| / |A ∪ B|

References
----------
L. R. Dice, "Measures of the amount of ecologic association between species", Ecology 26(3), 1945.
"""

from typing import Annotated

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.options import Range
from diaphane.quality.confusion import Number, confusion, ratio, share, structure
from diaphane.step import step

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
    return ratio(2 * both, one + other)


def _jaccard(sums: DoubleArray) -> DoubleArray:
    both, one, other = sums.T
    return ratio(both, one + other - both)


def _agreement(
    labels: Labels, truth: Labels, label: int | None, number: Number, step_name: str
) -> tuple[float, tuple[float, float] | None]:
    sums = confusion(labels, truth, label, step_name)[:, :3]
    if not sums.any():
        raise InputError(f"{step_name}: neither labels nor truth has a voxel of {structure(label)}")
    return share(sums, number)
