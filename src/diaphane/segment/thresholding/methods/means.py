"""Thresholds that stand in balance with the means on their two sides: isodata, Li; and the mean.

References
----------
T. W. Ridler, S. Calvard, "Picture thresholding using an iterative selection method", IEEE
Transactions on Systems, Man, and Cybernetics 8(8), 1978.
C. H. Li, P. K. S. Tam, "An iterative algorithm for minimum cross entropy thresholding", Pattern
Recognition Letters 19(8), 1998, equation 8.
"""

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Histogram

_MOST_TURNS = 1000


def mean(histogram: Histogram) -> float:
    """Return the mean of all values, each taken as the center of its bin."""
    return float(np.average(histogram.centers, weights=histogram.counts))


def isodata(histogram: Histogram) -> float:
    """Return the lowest bin that holds the middle between the means on its two sides."""
    centers = histogram.centers
    dark, bright = _means(histogram.counts, centers)
    beyond = (dark + bright) / 2 - centers[:-1]
    balanced = np.flatnonzero((beyond >= 0) & (beyond < centers[1] - centers[0]))
    if not len(balanced):
        raise InputError(
            "isodata: no threshold lies midway between the means on its two sides in this "
            "histogram: take more bins"
        )
    return float(centers[balanced[0]])


def li(histogram: Histogram) -> float:
    """Return where the cross entropy between the image and its two means is smallest.

    The threshold t is found by t ← (μ₁ - μ₀) / (ln μ₁ - ln μ₀), from the mean of all values on,
    with the means of both sides counted from the smallest value, until the split stays. The
    result is the number itself, not a bin. ImageJ counts from the black of its 256 gray levels
    instead, which is not the same where the smallest value is not black.
    """
    x = histogram.centers - histogram.smallest
    dark, bright = _means(histogram.counts, x)
    at = float(np.average(x, weights=histogram.counts))
    split = -1
    for _ in range(_MOST_TURNS):
        before, split = split, int(np.searchsorted(x, at, side="right")) - 1
        split = min(max(split, 0), len(dark) - 1)
        if split == before or dark[split] <= 0:
            break
        low, high = dark[split], bright[split]
        at = float((high - low) / (np.log(high) - np.log(low)))
    return at + histogram.smallest


def _means(counts: DoubleArray, x: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Return the means of `x` at or below each bin but the last, and above it."""
    sums = counts * x
    dark = np.cumsum(sums)[:-1] / np.cumsum(counts)[:-1]
    bright = np.cumsum(sums[::-1])[::-1][1:] / np.cumsum(counts[::-1])[::-1][1:]
    return dark, bright
