"""What several observers agree on: by majority, or weighed by how reliable each proves to be.

References
----------
S. K. Warfield, K. H. Zou and W. M. Wells, "Simultaneous truth and performance level estimation
(STAPLE): an algorithm for the validation of image segmentation", IEEE Trans. Med. Imag. 23 (2004)
903: equations 14 to 19.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.quality.agreement import Label
from diaphane.quality.checks import same_grid
from diaphane.quality.confusion import inside, structure
from diaphane.step import step
from diaphane.units import Quantity

_SURE_AT_FIRST = 0.99999
_SETTLED = 1e-7


@step(version=1)
def majority(
    first: Labels,
    second: Labels,
    third: Labels | None = None,
    fourth: Labels | None = None,
    fifth: Labels | None = None,
    sixth: Labels | None = None,
    seventh: Labels | None = None,
    eighth: Labels | None = None,
) -> Labels:
    """Return for each voxel the label that more observers gave than any other.

    Parameters
    ----------
    first, second : Labels
        What two observers drew, on one grid.
    third, fourth, fifth, sixth, seventh, eighth : Labels, optional
        What others drew.

    Returns
    -------
    Labels
        With the names of the first observer. Where two labels have equally many votes there is
        none, 0; a notice says how many voxels that concerns.

    Raises
    ------
    GeometryError
        When the grids differ.
    """
    all_ = everyone(first, second, third, fourth, fifth, sixth, seventh, eighth)
    check_grids(all_, "quality.majority")
    most = np.zeros(first.grid.shape, np.uint8)
    is_tied = np.zeros(first.grid.shape, bool)
    winner = np.zeros(first.grid.shape, np.result_type(*(o.values for o in all_)))
    for label in present(all_):
        votes = np.sum([o.values == label for o in all_], axis=0, dtype=np.uint8)
        is_tied = np.where(votes > most, False, is_tied | ((votes == most) & (votes > 0)))
        winner[votes > most] = label
        most = np.maximum(most, votes)
    winner[is_tied] = 0
    if is_tied.any():
        notice("quality.votes_tied", voxels=int(is_tied.sum()))
    return Labels(winner, first.grid, first.names)


@step(version=1)
def staple(
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
    iterations: Annotated[int, Range(1, 10_000, scale="log")] = 1000,
) -> Annotated[Image, Quantity.PROBABILITY]:
    """Return how likely each voxel belongs to a structure, by how reliable each observer proves.

    Parameters
    ----------
    first, second : Labels
        What two observers drew, on one grid.
    third, fourth, fifth, sixth, seventh, eighth : Labels, optional
        What others drew.
    label : int, optional
        Which structure; by default all labels together.
    iterations : int
        How many steps at most; it ends when nothing changes any more.

    Returns
    -------
    Image
        Probabilities. A notice gives the sensitivity and specificity found for each observer.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When the observers together know one class only.

    Notes
    -----
    Warfield et al. (2004), expectation maximization with the mean of all drawings as the prior of
    every voxel. We depart in that voxels which all observers drew alike are counted once: the
    result is the same, and a step takes no longer for a million voxels than for a thousand.
    """
    all_ = everyone(first, second, third, fourth, fifth, sixth, seventh, eighth)
    check_grids(all_, "quality.staple")
    pattern = np.zeros(first.grid.shape, np.uint8)
    for i, observer in enumerate(all_):
        pattern |= inside(observer.values, label).astype(np.uint8) << np.uint8(i)
    counts = np.bincount(pattern.reshape(-1), minlength=2 ** len(all_)).astype(np.float64)
    drawn = (np.arange(len(counts))[:, None] >> np.arange(len(all_))) & 1
    prior = float(counts @ drawn.mean(axis=1) / counts.sum())
    if prior in (0.0, 1.0):
        raise InputError(
            f"quality.staple: observers must leave voxels in and out of {structure(label)}, all "
            f"are {'out' if prior == 0 else 'in'}"
        )
    likely, found, left, n_steps = _estimate(drawn.astype(np.float64), counts, prior, iterations)
    notice(
        "quality.observers_judged",
        sensitivity=", ".join(f"{p:.3f}" for p in found),
        specificity=", ".join(f"{q:.3f}" for q in left),
        steps=n_steps,
    )
    values = likely.astype(np.float32)[pattern]
    return Image(values, first.grid, Quantity.PROBABILITY)


def _estimate(
    drawn: DoubleArray, counts: DoubleArray, prior: float, iterations: int
) -> tuple[DoubleArray, DoubleArray, DoubleArray, int]:
    """Return the probability of each pattern, the observers' p and q, and how many steps it took.

    `drawn` (n_patterns, n_observers) is D of the paper, W its probability: equations 14, 18, 19.
    """
    p = q = np.full(drawn.shape[1], _SURE_AT_FIRST)
    W = np.zeros(len(drawn))
    for n in range(1, iterations + 1):
        alpha = prior * np.where(drawn == 1, p, 1 - p).prod(axis=1)
        beta = (1 - prior) * np.where(drawn == 1, 1 - q, q).prod(axis=1)
        total = alpha + beta
        W = np.divide(alpha, total, out=np.zeros_like(alpha), where=total > 0)
        new_p = (counts * W) @ drawn / max(float(counts @ W), 1e-300)
        new_q = (counts * (1 - W)) @ (1 - drawn) / max(float(counts @ (1 - W)), 1e-300)
        change = max(np.abs(new_p - p).max(), np.abs(new_q - q).max())
        p, q = new_p, new_q
        if change < _SETTLED:
            return W, p, q, n
    return W, p, q, iterations


def everyone(*observers: Labels | None) -> list[Labels]:
    """Return the observers that were given."""
    return [o for o in observers if o is not None]


def check_grids(observers: list[Labels], step_name: str) -> None:
    """Raise ``GeometryError`` unless all drew on one grid."""
    for other in observers[1:]:
        same_grid(observers[0], other, step_name)


def present(observers: list[Labels]) -> AnyArray:
    """Return all labels that any observer gave, 0 included where it was."""
    return np.unique(np.concatenate([np.unique(o.values) for o in observers]))
