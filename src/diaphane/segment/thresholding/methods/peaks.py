"""Thresholds read off the shape of the histogram: triangle, intermodes, minimum.

References
----------
G. W. Zack, W. E. Rogers, S. A. Latt, "Automatic measurement of sister chromatid exchange
frequency", Journal of Histochemistry and Cytochemistry 25(7), 1977: the triangle.
J. M. S. Prewitt, M. L. Mendelsohn, "The analysis of cell images", Annals of the New York Academy
of Sciences 128(3), 1966: intermodes and the minimum between two modes.
"""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Histogram

_MOST_ROUNDS = 10_000


def triangle(histogram: Histogram) -> float:
    """Return the bin farthest below the line from the highest peak to the end of the longer tail.

    For one large peak with a tail: background and few bright structures.
    """
    counts = histogram.counts
    last, peak = len(counts) - 1, int(counts.argmax())
    is_right = peak < last - peak
    way = counts[::-1] if is_right else counts
    peak = last - peak if is_right else peak
    x = np.arange(peak)
    below = way[peak] * x - peak * way[:peak]  # distance from the line, up to a factor
    chosen = int(below.argmax())
    return float(histogram.centers[last - chosen if is_right else chosen])


def intermodes(histogram: Histogram) -> float:
    """Return the middle between two peaks, after smoothing until only two are left.

    Beyond its ends the histogram counts as 0, as in ImageJ and SimpleITK.
    """
    smooth, peaks = histogram.counts, _strict_peaks(histogram.counts)
    for _ in range(_MOST_ROUNDS):
        if len(peaks) == 2:
            break
        smooth = _smoother(smooth, 0.0, 0.0)
        peaks = _strict_peaks(smooth)
    _check_two("intermodes", peaks)
    return float(histogram.centers[int(peaks.sum()) // 2])


def minimum(histogram: Histogram) -> float:
    """Return the lowest bin between two peaks, after smoothing until only two are left.

    Beyond its ends the histogram goes on as at its ends, as in scikit-image.
    """
    smooth, peaks = histogram.counts, np.empty(0)
    for _ in range(_MOST_ROUNDS):
        smooth = _smoother(smooth, smooth[0], smooth[-1])
        peaks = _peaks(smooth)
        if len(peaks) <= 2:
            break
    _check_two("minimum", peaks)
    first, second = int(peaks[0]), int(peaks[1])
    return float(histogram.centers[first + int(smooth[first : second + 1].argmin())])


def _smoother(counts: DoubleArray, before: float, after: float) -> DoubleArray:
    """Return the means of three neighbors."""
    wider = np.concatenate([[before], counts, [after]])
    return (wider[:-2] + wider[1:-1] + wider[2:]) / 3


def _strict_peaks(counts: DoubleArray) -> AnyArray:
    """Return the bins, ends left out, that are higher than both neighbors."""
    inner = counts[1:-1]
    return 1 + np.flatnonzero((counts[:-2] < inner) & (counts[2:] < inner))


def _peaks(counts: DoubleArray) -> AnyArray:
    """Return the bins after which the counts fall and had not fallen before, plateaus included."""
    slope = np.diff(counts)
    moves = np.flatnonzero(slope)
    is_up = np.concatenate([[True], slope[moves] > 0])
    return moves[is_up[:-1] & ~is_up[1:]]


def _check_two(method: str, peaks: AnyArray) -> None:
    if len(peaks) != 2:
        raise InputError(
            f"{method}: the histogram must have two peaks once it is smooth, it has {len(peaks)}: "
            f"take another method, or look within a mask where both classes are frequent"
        )
