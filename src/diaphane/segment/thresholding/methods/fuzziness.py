"""Huang and Wang: the split whose classes are least fuzzy.

A value x belongs to its class with the membership u = 1 / (1 + |x - μ| / C), with μ the mean of
the class and C the span of the values. The threshold makes the total of Shannon's function,
-u ln u - (1 - u) ln(1 - u), smallest.

References
----------
L.-K. Huang, M.-J. J. Wang, "Image thresholding by minimizing the measures of fuzziness", Pattern
Recognition 28(1), 1995, equations 6 to 10. Means are not rounded to bins (ImageJ's "Huang" does
not either; SimpleITK's does).
"""

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.image import Histogram
from diaphane.progress import track


def huang(histogram: Histogram) -> float:
    """Return the center of the last dark bin.

    Time grows with the square of the number of bins that hold values.
    """
    filled = np.flatnonzero(histogram.counts)
    x, counts = filled.astype(np.float64), histogram.counts[filled]
    span = float(x[-1] - x[0])
    n, sums = np.cumsum(counts), np.cumsum(counts * x)
    fuzziness = []
    for k in track(range(len(x) - 1), "huang"):
        dark, bright = sums[k] / n[k], (sums[-1] - sums[k]) / (n[-1] - n[k])
        apart = np.abs(x - np.where(np.arange(len(x)) <= k, dark, bright)) / span
        fuzziness.append(counts @ _shannon(apart))
    return float(histogram.centers[filled[int(np.argmin(fuzziness))]])


def _shannon(apart: DoubleArray) -> DoubleArray:
    """Return Shannon's function of u = 1 / (1 + apart): 0 where a value is its class's mean."""
    u = 1 / (1 + apart)
    rest = 1 - u
    return -u * np.log(u) - rest * np.log(np.where(rest > 0, rest, 1))
