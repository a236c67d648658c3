"""Otsu's threshold: the split of the histogram into two classes as far apart as can be.

With w₀ and w₁ the shares of the values at or below a threshold and above it, and μ₀ and μ₁ their
means, it maximizes the variance between the classes, w₀ w₁ (μ₀ - μ₁)².

References
----------
N. Otsu, "A threshold selection method from gray-level histograms", IEEE Transactions on Systems,
Man, and Cybernetics 9(1), 1979, equation 18. Histogram, centers and choice among equals as in
scikit-image's ``threshold_otsu``; counts are kept in float64, where scikit-image rounds them to
float32.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import single_values
from diaphane.segment.thresholding.thresholds import Structure, Threshold, labels_of
from diaphane.step import step

_MOST_VALUES = 65_536  # whole numbers that span more are put into bins like any others

Bins = Annotated[int, Range(2, 65_536, scale="log")]


@dataclass(frozen=True, eq=False)
class _Histogram:
    """How many values fall into each bin."""

    counts: DoubleArray
    """Shape (n_bins,)."""
    centers: DoubleArray
    """Shape (n_bins,): the middles of the bins."""
    edges: DoubleArray
    """Shape (n_bins + 1,)."""


@step(version=1)
def otsu_threshold(
    image: Image,
    *,
    bins: Bins = 256,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
) -> Measurement:
    """Return the threshold that separates dark from bright best; above it is bright.

    Parameters
    ----------
    image : Image
        Real, without channels.
    bins : int
        Into how many bins the range from the smallest to the largest value is divided. Whole
        numbers that span at most 65 536 values have a bin each instead.
    ignore_below, ignore_above : number, optional
        Values beyond take no part, in the image's unit: padding around a round field of view,
        metal.

    Returns
    -------
    Measurement
        The center of the last dark bin, in the image's unit. The interval runs over all
        thresholds that split this histogram equally well: at least over that bin, and over the
        whole gap where no value lies between the classes.

    Raises
    ------
    InputError
        When all values are the same, or one is not finite, or the image has channels.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 12, 13, 40, 41, 42, 43]]], dtype=np.int16)
    >>> image = Image(values, Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)
    >>> print(otsu_threshold(image))
    13 HU [12.5, 39.5]
    """
    value, interval = _best_split(image, bins, ignore_below, ignore_above, "segment.otsu_threshold")
    return Measurement(value, image.quantity.unit, interval, name="Otsu threshold")


@step(version=1)
def otsu(
    image: Image,
    *,
    bins: Bins = 256,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
    structure: Structure = "inside",
) -> Labels:
    """Label what is brighter than the threshold that separates dark from bright best.

    Parameters
    ----------
    image : Image
        Real, without channels.
    bins, ignore_below, ignore_above
        As in ``segment.otsu_threshold``. Ignored values are labeled like all others.
    structure : str
        What the labeled structure is called.

    Returns
    -------
    Labels
        1 where the value is > the threshold, which a notice names.
    """
    value, _ = _best_split(image, bins, ignore_below, ignore_above, "segment.otsu")
    notice("segment.threshold_chosen", value=value, unit=image.quantity.unit)
    return labels_of(image, image.values > value, structure)


def _best_split(
    image: Image, bins: int, low: float | None, high: float | None, label: str
) -> tuple[float, tuple[float, float]]:
    """Return Otsu's threshold, and between which edges it may move without changing the split."""
    if low is not None and high is not None and low >= high:
        raise InputError(f"{label}: ignore_below must be < ignore_above, got {low} and {high}")
    histogram = _histogram(single_values(image, label), bins, low, high, label)
    counts, centers = histogram.counts, histogram.centers
    sums = counts * centers
    dark, bright = np.cumsum(counts)[:-1], np.cumsum(counts[::-1])[::-1][1:]
    dark_mean, bright_mean = np.cumsum(sums)[:-1] / dark, np.cumsum(sums[::-1])[::-1][1:] / bright
    between = dark * bright * (dark_mean - bright_mean) ** 2
    best = int(between.argmax())
    rises = np.flatnonzero(counts[best + 1 :])  # empty bins do not change the split
    last = best + int(rises[0])
    return float(centers[best]), (float(histogram.edges[best]), float(histogram.edges[last + 1]))


def _histogram(
    values: AnyArray, bins: int, low: float | None, high: float | None, label: str
) -> _Histogram:
    """Count the values between `low` and `high`, slice by slice, so that no copy is made."""
    values = values.view(np.uint8) if values.dtype.kind == "b" else values
    ends = [(part.min(), part.max()) for part in _parts(values, low, high, "") if part.size]
    if not ends:
        raise InputError(f"{label}: no value lies between ignore_below and ignore_above")
    smallest, largest = min(e[0] for e in ends), max(e[1] for e in ends)
    if smallest == largest:
        raise InputError(f"{label}: all values are {smallest:g}, so that nothing can be separated")
    if values.dtype.kind in "iu" and int(largest) - int(smallest) < _MOST_VALUES:
        first, n = int(smallest), int(largest) - int(smallest) + 1
        counts = np.zeros(n)
        for part in _parts(values, low, high, label):
            counts += np.bincount(part.astype(np.int64) - first, minlength=n)
        centers = np.arange(first, first + n, dtype=np.float64)
        return _Histogram(counts, centers, np.append(centers - 0.5, centers[-1] + 0.5))
    counts, edges = np.zeros(bins), np.zeros(0)
    for part in _parts(values, low, high, label):
        here, edges = np.histogram(part, bins, range=(smallest, largest))
        counts += here
    edges = np.asarray(edges, dtype=np.float64)
    return _Histogram(counts, (edges[:-1] + edges[1:]) / 2, edges)


def _parts(
    values: AnyArray, low: float | None, high: float | None, label: str
) -> Iterator[AnyArray]:
    """Yield the values between `low` and `high`, one slice at a time."""
    for part in track(values, label) if label else values:
        kept = part
        if low is not None:
            kept = kept[kept >= low]
        if high is not None:
            kept = kept[kept <= high]
        yield kept.reshape(-1)
