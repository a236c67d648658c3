"""Thresholds that leave both classes as much information as can be: four kinds of entropy.

With p the share of each bin, P₀ and P₁ the shares of the dark and of the bright class.

References
----------
J. N. Kapur, P. K. Sahoo, A. K. C. Wong, "A new method for gray-level picture thresholding using
the entropy of the histogram", Computer Vision, Graphics, and Image Processing 29(3), 1985.
J.-C. Yen, F.-J. Chang, S. Chang, "A new criterion for automatic multilevel thresholding", IEEE
Transactions on Image Processing 4(3), 1995.
P. Sahoo, C. Wilkins, J. Yeager, "Threshold selection using Rényi's entropy", Pattern Recognition
30(1), 1997.
A. G. Shanbhag, "Utilization of information measure as a means of image thresholding", CVGIP:
Graphical Models and Image Processing 56(5), 1994.
"""

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.image import Histogram
from diaphane.progress import track

_NEAR = 5  # Rényi's three thresholds count as equal up to so many bins


def yen(histogram: Histogram) -> float:
    """Maximize the correlation -ln(Σ₀ p² / P₀²) - ln(Σ₁ p² / P₁²)."""
    return float(histogram.centers[_best_correlation(_shares(histogram))])


def maximum_entropy(histogram: Histogram) -> float:
    """Maximize the sum of the entropies -Σ p/P ln(p/P) of both classes."""
    return float(histogram.centers[_best_entropy(_shares(histogram))])


def renyi(histogram: Histogram) -> float:
    """Weigh the thresholds that maximize Rényi's entropy of order ½, 1 and 2.

    The weights are those of Sahoo, Wilkins and Yeager: they depend on which of the three
    thresholds lie within five bins of one another.
    """
    p = _shares(histogram)
    a, b, c = sorted([_best_root(p), _best_entropy(p), _best_correlation(p)])
    is_ab, is_bc = b - a <= _NEAR, c - b <= _NEAR
    weights = (1, 2, 1) if is_ab == is_bc else (0, 1, 3) if is_ab else (3, 1, 0)
    cumulated = np.cumsum(p)
    quarter = (cumulated[c] - cumulated[a]) / 4
    place = (
        a * (cumulated[a] + quarter * weights[0])
        + b * quarter * weights[1]
        + c * (1 - cumulated[c] + quarter * weights[2])
    )
    return float(histogram.centers[int(place)])


def shanbhag(histogram: Histogram) -> float:
    """Make both classes equally informative, each value the less a member the nearer the split.

    The membership of a bin falls from 1 at the far end of its class to ½ at the threshold. Time
    grows with the square of the number of bins that hold values.
    """
    p = _shares(histogram)
    filled = np.flatnonzero(p)
    below = np.concatenate([[0.0], np.cumsum(p)[:-1]])[filled]  # share of all darker bins
    above = (1 - np.cumsum(p))[filled]
    above[-1] = 0.0
    p = p[filled]
    unlike = []
    for k in track(range(len(p) - 1), "shanbhag"):
        dark, bright = 0.5 / (below[k] + p[k]), 0.5 / above[k]
        of_dark = -dark * (p[1 : k + 1] @ np.log1p(-dark * below[1 : k + 1]))
        of_bright = -bright * (p[k + 1 :] @ np.log1p(-bright * above[k + 1 :]))
        unlike.append(abs(of_dark - of_bright))
    return float(histogram.centers[filled[int(np.argmin(unlike))]])


def _shares(histogram: Histogram) -> DoubleArray:
    return histogram.counts / histogram.counts.sum()


def _sides(p: DoubleArray) -> tuple[DoubleArray, DoubleArray]:
    """Return the sums of `p` up to each bin but the last, and beyond it."""
    return np.cumsum(p)[:-1], np.cumsum(p[::-1])[::-1][1:]


def _best_correlation(p: DoubleArray) -> int:
    (dark, bright), (dark_2, bright_2) = _sides(p), _sides(p**2)
    return int((2 * np.log(dark * bright) - np.log(dark_2 * bright_2)).argmax())


def _best_entropy(p: DoubleArray) -> int:
    dark, bright = _sides(p)
    parts = -p * np.log(np.where(p > 0, p, 1))
    of_dark, of_bright = _sides(parts)
    total = np.log(dark) + of_dark / dark + np.log(bright) + of_bright / bright
    return int(total.argmax())


def _best_root(p: DoubleArray) -> int:
    """Maximize Rényi's entropy of order ½: 2 ln(Σ₀ √(p/P₀) Σ₁ √(p/P₁))."""
    (dark, bright), (of_dark, of_bright) = _sides(p), _sides(np.sqrt(p))
    return int((of_dark * of_bright / np.sqrt(dark * bright)).argmax())
