"""How far observers agree beyond chance, and how well they cover one another.

Kappa compares the share of voxels on which observers agree, P, with the share Q that they would
share by chance with their own frequencies of each label: ``(P - Q) / (1 - Q)``.

References
----------
J. Cohen, "A coefficient of agreement for nominal scales", Educational and Psychological
Measurement 20 (1960) 37. J. L. Fleiss, "Measuring nominal scale agreement among many raters",
Psychological Bulletin 76 (1971) 378.
"""

from itertools import combinations

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.quality.agreement import Label
from diaphane.quality.blocks import block_edges, block_sums
from diaphane.quality.checks import same_grid
from diaphane.quality.confusion import confusion, ratio, share, structure
from diaphane.quality.consensus import check_grids, everyone, present
from diaphane.step import step

_BLOCKS = 8  # along each axis


@step(version=1)
def cohen_kappa(labels: Labels, truth: Labels) -> Measurement:
    """Return how far two observers agree beyond chance, over all labels: 1 always, 0 by chance.

    Parameters
    ----------
    labels, truth : Labels
        What two observers drew, on one grid; 0 is a label like the others.

    Returns
    -------
    Measurement
        Cohen's kappa; interval by a jackknife over blocks of the grid.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When both gave one and the same label to every voxel.
    """
    same_grid(labels, truth, "quality.cohen_kappa")
    known = _known([labels, truth], "quality.cohen_kappa")
    same = _blocked(labels.values == truth.values)
    ones = [_blocked(labels.values == k) for k in known]
    others = [_blocked(truth.values == k) for k in known]
    k = len(known)

    def kappa(s: DoubleArray) -> DoubleArray:
        n = s[:, 1 : k + 1].sum(axis=1)
        chance = (s[:, 1 : k + 1] * s[:, k + 1 :]).sum(axis=1) / n**2
        return _beyond(s[:, 0] / n, chance)

    value, interval = share(np.stack([same, *ones, *others], axis=1), kappa, low=-1.0)
    return Measurement(value, "", interval, "Cohen's kappa")


@step(version=1)
def fleiss_kappa(
    first: Labels,
    second: Labels,
    third: Labels | None = None,
    fourth: Labels | None = None,
    fifth: Labels | None = None,
    sixth: Labels | None = None,
    seventh: Labels | None = None,
    eighth: Labels | None = None,
) -> Measurement:
    """Return how far several observers agree beyond chance, over all labels: 1 always, 0 by chance.

    Parameters
    ----------
    first, second : Labels
        What two observers drew, on one grid; 0 is a label like the others.
    third, fourth, fifth, sixth, seventh, eighth : Labels, optional
        What others drew.

    Returns
    -------
    Measurement
        Fleiss' kappa, for which the observers are interchangeable; interval by a jackknife over
        blocks of the grid.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When all gave one and the same label to every voxel.
    """
    all_ = everyone(first, second, third, fourth, fifth, sixth, seventh, eighth)
    check_grids(all_, "quality.fleiss_kappa")
    m = len(all_)
    pairs = np.zeros(first.grid.shape, np.int64)
    given = []
    for label in _known(all_, "quality.fleiss_kappa"):
        votes = np.asarray(np.sum([o.values == label for o in all_], axis=0, dtype=np.int64))
        pairs += votes * (votes - 1)
        given.append(_blocked(votes))

    def kappa(s: DoubleArray) -> DoubleArray:
        votes = s[:, 1:].sum(axis=1)
        chance = ((s[:, 1:] / votes[:, None]) ** 2).sum(axis=1)
        return _beyond(s[:, 0] / (votes * (m - 1)), chance)

    value, interval = share(np.stack([_blocked(pairs), *given], axis=1), kappa, low=-1.0)
    return Measurement(value, "", interval, "Fleiss' kappa")


@step(version=1)
def pairwise_dice(
    first: Labels,
    second: Labels,
    third: Labels | None = None,
    fourth: Labels | None = None,
    fifth: Labels | None = None,
    sixth: Labels | None = None,
    seventh: Labels | None = None,
    eighth: Labels | None = None,
    *,
    label: Label | None = None,
) -> Measurement:
    """Return how well observers cover one another: the mean Dice coefficient of all pairs.

    Parameters
    ----------
    first, second : Labels
        What two observers drew, on one grid.
    third, fourth, fifth, sixth, seventh, eighth : Labels, optional
        What others drew.
    label : int, optional
        Which structure; by default all labels together.

    Returns
    -------
    Measurement
        What a program can hope for: it cannot agree better with observers than they do among
        themselves. Interval as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When two observers have no voxel of the structure.
    """
    all_ = everyone(first, second, third, fourth, fifth, sixth, seventh, eighth)
    sums = []
    for a, b in combinations(all_, 2):
        pair = confusion(a, b, label, "quality.pairwise_dice")[:, :3]
        if not pair.any():
            raise InputError(
                f"quality.pairwise_dice: two observers have no voxel of {structure(label)}: check "
                f"the label"
            )
        sums.append(pair)
    n = len(sums)

    def mean(s: DoubleArray) -> DoubleArray:
        both, one, other = np.moveaxis(s.reshape(len(s), n, 3), 2, 0)
        return ratio(2 * both, one + other).mean(axis=1)

    value, interval = share(np.concatenate(sums, axis=1), mean)
    return Measurement(value, "", interval, "Dice coefficient between observers")


def _known(observers: list[Labels], step_name: str) -> AnyArray:
    known = present(observers)
    if len(known) < 2:
        raise InputError(
            f"{step_name}: chance explains everything, all voxels bear the label {known[0]}: give "
            f"labels of two classes at least"
        )
    return known


def _blocked(values: AnyArray) -> DoubleArray:
    return block_sums(values, block_edges(values.shape, _BLOCKS))


def _beyond(agreed: DoubleArray, chance: DoubleArray) -> DoubleArray:
    rest = 1 - chance
    return np.where(rest > 1e-12, (agreed - chance) / np.where(rest > 1e-12, rest, 1), 1.0)
