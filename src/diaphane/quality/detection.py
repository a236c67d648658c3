"""What a segmentation finds, misses and makes up: shares of voxels, with their intervals.

The interval of one case says how much a number would vary with the part of the body that is
compared (a jackknife over blocks, as for ``quality.dice``); over several cases
:func:`~diaphane.quality.cases.over_cases` gives another.

References
----------
B. W. Matthews, "Comparison of the predicted and observed secondary structure of T4 phage
lysozyme", Biochim. Biophys. Acta 405 (1975) 442.
"""

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.quality.agreement import Label
from diaphane.quality.confusion import confusion, need, ratio, share, structure
from diaphane.step import step


@step(version=1)
def sensitivity(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return the share of the true structure that was found: 1 where nothing was missed.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        True positives over all true voxels; interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When the truth has no voxel of the structure.
    """
    sums = confusion(labels, truth, label, "quality.sensitivity")
    need(sums, 2, "truth", label, "quality.sensitivity")
    value, interval = share(sums, lambda s: ratio(s[:, 0], s[:, 2]))
    return Measurement(value, "", interval, "sensitivity")


@step(version=1)
def specificity(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return the share of what is not the structure that was left out: 1 where none was made up.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        True negatives over all voxels that are none; it depends on how much empty space the grid
        holds. Interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When the truth fills the grid.
    """
    sums = confusion(labels, truth, label, "quality.specificity")
    if (sums[:, 2] == sums[:, 3]).all():
        raise InputError(
            f"quality.specificity: truth must leave voxels free of {structure(label)}, it fills "
            f"the grid"
        )
    value, interval = share(sums, lambda s: ratio(_negatives(s), s[:, 3] - s[:, 2]))
    return Measurement(value, "", interval, "specificity")


@step(version=1)
def voxel_accuracy(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return the share of all voxels that were decided rightly (the accuracy of a classifier).

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        Near 1 for any small structure, found or not: look at the Matthews correlation instead.
        Interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    """
    sums = confusion(labels, truth, label, "quality.voxel_accuracy")
    value, interval = share(sums, lambda s: (s[:, 0] + _negatives(s)) / s[:, 3])
    return Measurement(value, "", interval, "accuracy")


@step(version=1)
def matthews(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return the correlation of two masks: 1 is perfect, 0 is chance, -1 is the opposite.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        The Matthews correlation coefficient (phi), fair to small structures; interval as in
        ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When one of the two has only one class.
    """
    sums = confusion(labels, truth, label, "quality.matthews")
    total = sums.sum(axis=0)
    for who, n in (("labels", total[1]), ("truth", total[2])):
        if n in (0, total[3]):
            raise InputError(
                f"quality.matthews: {who} must hold voxels in and out of {structure(label)}, all "
                f"are {'out' if n == 0 else 'in'}"
            )
    value, interval = share(sums, _correlation, low=-1.0)
    return Measurement(value, "", interval, "Matthews correlation")


@step(version=1)
def volume_error(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return by how much a structure is too large, in percent of its true volume.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.dice``.

    Returns
    -------
    Measurement
        In %: positive where too large. It says nothing of where. Interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When the truth has no voxel of the structure.
    """
    sums = confusion(labels, truth, label, "quality.volume_error")
    need(sums, 2, "truth", label, "quality.volume_error")
    value, interval = share(
        sums[:, 1:3], lambda s: 100 * (ratio(s[:, 0], s[:, 1]) - 1), -100.0, np.inf
    )
    return Measurement(value, "%", interval, "volume error")


def _negatives(sums: DoubleArray) -> DoubleArray:
    both, one, other, every = sums.T
    return every - one - other + both


def _correlation(sums: DoubleArray) -> DoubleArray:
    both, one, other, every = sums.T
    spread = np.sqrt(one * (every - one)) * np.sqrt(other * (every - other))
    covered = every * both - one * other
    return np.where(spread > 0, covered / np.where(spread > 0, spread, 1), 0.0)
