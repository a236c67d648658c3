"""Kittler and Illingworth: each class a bell curve, the threshold where they cross.

With P, μ, σ of the dark (0) and the bright class (1) of a split, the share of values that two
bell curves would put on the wrong side is smallest where

    J = 1 + P₀ ln σ₀² + P₁ ln σ₁² - 2 P₀ ln P₀ - 2 P₁ ln P₁

is. ``minimum_error`` looks at J of every split. ``kittler_illingworth`` starts at the mean and
goes to the crossing of the two bell curves until it stays, as ImageJ ("MinError") and SimpleITK
do. Like these it takes the decimal logarithm of the term with σ and P where the paper has the
natural one, so that it gives their value.

References
----------
J. Kittler, J. Illingworth, "Minimum error thresholding", Pattern Recognition 19(1), 1986,
equations 15 and 18.
"""

from math import floor, log10, sqrt

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Histogram

_MOST_TURNS = 1000
_OF_A_BIN = 1 / 12  # the variance of values that are spread evenly over one bin


def minimum_error(histogram: Histogram) -> float:
    """Return the center of the last dark bin of the split whose J is smallest."""
    p = histogram.counts / histogram.counts.sum()
    share, _, variance = _class(p)
    bright_share, _, bright_variance = (side[::-1] for side in _class(p[::-1]))
    split = slice(0, len(p) - 1), slice(1, None)
    a, b = share[split[0]], bright_share[split[1]]
    va, vb = variance[split[0]] + _OF_A_BIN, bright_variance[split[1]] + _OF_A_BIN
    error = a * np.log(va) + b * np.log(vb) - 2 * a * np.log(a) - 2 * b * np.log(b)
    return float(histogram.centers[error.argmin()])


def kittler_illingworth(histogram: Histogram) -> float:
    """Return the center of the bin where the two bell curves cross, found from the mean on.

    Where they do not cross, the last split that was tried stays. A side whose values are all the
    same has no bell curve and is refused.
    """
    counts = histogram.counts
    bins = np.arange(len(counts))
    n, first, second = np.cumsum(counts), np.cumsum(counts * bins), np.cumsum(counts * bins**2)
    at = floor(first[-1] / n[-1])
    seen: set[int] = set()
    while at not in seen and len(seen) < _MOST_TURNS:
        seen.add(at)
        a, b = n[at], n[-1] - n[at]
        mean_a, mean_b = first[at] / a, (first[-1] - first[at]) / b
        var_a = second[at] / a - mean_a**2
        var_b = (second[-1] - second[at]) / b - mean_b**2
        if var_a <= 0 or var_b <= 0:
            raise InputError(
                "kittler_illingworth: all values on one side of the threshold are the same, so "
                "that no bell curve fits: leave them out, or take minimum_error"
            )
        following = _crossing(a / n[-1], b / n[-1], mean_a, mean_b, var_a, var_b)
        if following is None or not 0 <= following < len(counts) - 1:
            break
        at = following
    return float(histogram.centers[at])


def _crossing(
    share_a: float, share_b: float, mean_a: float, mean_b: float, var_a: float, var_b: float
) -> int | None:
    """Return the bin where two bell curves cross, by the quadratic equation of the paper."""
    if var_a == var_b:
        return None
    w0 = 1 / var_a - 1 / var_b
    w1 = mean_a / var_a - mean_b / var_b
    term = log10(var_a * share_b**2 / (var_b * share_a**2))
    w2 = mean_a**2 / var_a - mean_b**2 / var_b + term
    under_root = w1**2 - w0 * w2
    return floor((w1 + sqrt(under_root)) / w0) if under_root >= 0 else None


def _class(p: DoubleArray) -> tuple[DoubleArray, DoubleArray, DoubleArray]:
    """Return share, mean and variance in bins of the values up to each bin."""
    bins = np.arange(len(p)) - np.arange(len(p)) @ p
    share = np.cumsum(p)
    mean = np.cumsum(p * bins) / share
    variance = np.maximum(np.cumsum(p * bins**2) / share - mean**2, 0)
    return share, mean, variance
