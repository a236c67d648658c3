"""Tsai: two gray levels that keep the first three moments of the image.

The share p₀ of the dark level follows in closed form; the threshold leaves this share below it.

References
----------
W.-H. Tsai, "Moment-preserving thresholding: a new approach", Computer Vision, Graphics, and Image
Processing 29(3), 1985, equations 8 and 9.
"""

import numpy as np

from diaphane.image import Histogram

_ROUNDING = 1e-12


def moments(histogram: Histogram) -> float:
    """Return the center of the first bin up to which the share p₀ lies, or more."""
    p = histogram.counts / histogram.counts.sum()
    bins = np.arange(len(p))
    x = bins - bins @ p  # about the mean, where the first moment is 0
    second, third = p @ x**2, p @ x**3
    middle, half = third / (2 * second), np.sqrt(second + (third / (2 * second)) ** 2)
    dark, bright = middle - half, middle + half
    dark_share = bright / (bright - dark)
    reached = np.flatnonzero(np.cumsum(p)[:-1] > dark_share - _ROUNDING)
    return float(histogram.centers[reached[0] if len(reached) else -2])
