"""Whether probabilities are what they say: of voxels called 70 %, 70 % should be the structure.

References
----------
G. W. Brier, "Verification of forecasts expressed in terms of probability", Monthly Weather Review
78 (1950) 1. M. P. Naeini, G. F. Cooper and M. Hauskrecht, "Obtaining well calibrated probabilities
using Bayesian binning", AAAI (2015) 2901.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.options import Range
from diaphane.quality.agreement import Label
from diaphane.quality.blocks import block_edges, jackknife
from diaphane.quality.confusion import share
from diaphane.quality.curves import Curve
from diaphane.quality.ranking import scored
from diaphane.step import step
from diaphane.units import Quantity

_BLOCKS = 8  # along each axis

Bins = Annotated[int, Range(2, 100, scale="log")]
"""Into how many classes of equal width the probabilities are sorted."""

Probability = Annotated[Image, Quantity.PROBABILITY]


@step(version=1)
def reliability(
    image: Probability,
    truth: Labels,
    where: Labels | None = None,
    *,
    label: Label | None = None,
    bins: Bins = 10,
) -> Curve:
    """Return how often a voxel belongs to the structure, over how likely it was said to.

    Parameters
    ----------
    image : Image of probabilities
        0 to 1.
    truth, where, label
        As in ``quality.roc_area``.
    bins : int
        Into how many classes of equal width the probabilities are sorted; empty ones are left out.

    Returns
    -------
    Curve
        The observed share over the mean probability of each class; on the diagonal where the
        probabilities are right. Its bounds are a jackknife over blocks of the grid.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When a value is no probability, or the truth has one class only.
    """
    sums, _ = _sums(image, truth, where, label, bins, "quality.reliability")
    x, y, low, high = [], [], [], []
    for n, predicted, observed in np.moveaxis(sums, (1, 2), (0, 1)):
        if not n.any():
            continue
        parts = np.stack([n, observed], axis=1)
        value, interval = share(parts, lambda s: s[:, 1] / np.maximum(s[:, 0], 1))
        x.append(predicted.sum() / n.sum())
        y.append(value)
        low.append(0.0 if interval is None else interval[0])
        high.append(1.0 if interval is None else interval[1])
    return Curve(
        np.array(x), np.array(y), "", "", np.array(low), np.array(high),
        "probability", "observed share",
    )  # fmt: skip


@step(version=1)
def calibration_error(
    image: Probability,
    truth: Labels,
    where: Labels | None = None,
    *,
    label: Label | None = None,
    bins: Bins = 10,
) -> Measurement:
    """Return how far probabilities are from what is observed, on average over the voxels.

    Parameters
    ----------
    image, truth, where, label, bins
        As in ``quality.reliability``.

    Returns
    -------
    Measurement
        The expected calibration error: 0 where all probabilities are right. Interval by a
        jackknife over blocks of the grid.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When a value is no probability, or the truth has one class only.
    """
    sums, _ = _sums(image, truth, where, label, bins, "quality.calibration_error")

    def error(rows: DoubleArray) -> DoubleArray:
        n, predicted, observed = np.moveaxis(rows.reshape(len(rows), -1, 3), 2, 0)
        return np.abs(predicted - observed).sum(axis=1) / n.sum(axis=1)

    value, interval = share(sums.reshape(len(sums), -1), error)
    return Measurement(value, "", interval, "expected calibration error")


@step(version=1)
def brier(
    image: Probability, truth: Labels, where: Labels | None = None, *, label: Label | None = None
) -> Measurement:
    """Return the mean squared error of probabilities: 0 is perfect, 0.25 is a coin's.

    Parameters
    ----------
    image, truth, where, label
        As in ``quality.reliability``.

    Returns
    -------
    Measurement
        The Brier score of the structure against the rest; interval by a jackknife over blocks.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When a value is no probability, or the truth has one class only.
    """
    sums, squares = _sums(image, truth, where, label, 1, "quality.brier")
    parts = np.stack([squares, sums[:, 0, 0]], axis=1)
    value, interval = jackknife(parts, lambda s: s[:, 0] / np.maximum(s[:, 1], 1))
    if interval is not None:
        interval = max(interval[0], 0.0), min(interval[1], 1.0)
    return Measurement(value, "", interval, "Brier score")


def _sums(
    image: Image, truth: Labels, where: Labels | None, label: int | None, bins: int, step_name: str
) -> tuple[DoubleArray, DoubleArray]:
    """Return voxels, sum of probabilities, sum of truths by block and class, and of squares."""
    values, is_true = scored(image, truth, where, label, step_name)
    if values.min() < 0 or values.max() > 1:
        raise InputError(
            f"{step_name}: probabilities lie between 0 and 1, got {values.min():g} to "
            f"{values.max():g}"
        )
    values, is_true = values.astype(np.float64), is_true.astype(np.float64)
    edges = block_edges(image.grid.shape, _BLOCKS)
    counts = [len(e) - 1 for e in edges]
    places = [np.searchsorted(e, np.arange(e[-1]), "right") - 1 for e in edges]
    block = np.ravel_multi_index(np.ix_(*places), counts)
    kept = block.reshape(-1) if where is None else block[where.values != 0]
    place = kept * bins + np.minimum((values * bins).astype(int), bins - 1)
    n_blocks = int(np.prod(counts))
    sums = np.stack(
        [
            np.bincount(place, w, minlength=n_blocks * bins).astype(np.float64)
            for w in (None, values, is_true)
        ],
        axis=1,
    ).reshape(n_blocks, bins, 3)
    squares = np.bincount(kept, (values - is_true) ** 2, minlength=n_blocks)
    return sums, squares.astype(np.float64)
