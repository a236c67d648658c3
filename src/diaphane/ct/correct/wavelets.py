"""Daubechies' orthogonal wavelets in two dimensions, on a mirrored and periodic plane.

One level parts a picture into its coarse half and three kinds of detail::

    coarse  low  along both axes      horizontal  high along rows' axis 0 only
    vertical high along axis 1 only   diagonal    high along both

The transform is orthogonal: what is not changed comes back exactly.
"""

from functools import cache
from math import comb
from typing import Literal

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray

Wavelet = Literal["haar", "db2", "db5", "db10"]
"""How long the filters are: 2, 4, 10 or 20 samples."""

Details = tuple[FloatArray, FloatArray, FloatArray]
"""Horizontal, vertical and diagonal detail of one level."""

_MOMENTS = {"haar": 1, "db2": 2, "db5": 5, "db10": 10}


@cache
def scaling_filter(n_moments: int) -> DoubleArray:
    """Return Daubechies' scaling filter with so many vanishing moments: (2 n_moments,) float64.

    Notes
    -----
    I. Daubechies, *Ten Lectures on Wavelets*, SIAM 1992, section 6.1: the polynomial of equation
    6.1.12 is factored, and the roots within the unit circle are kept (extremal phase).

    Examples
    --------
    >>> scaling_filter(1).round(4).tolist()
    [0.7071, 0.7071]
    """
    powers = [comb(n_moments - 1 + k, k) for k in range(n_moments)][::-1]
    taps = np.ones(1)
    for y in np.roots(powers):  # y = sin²(ω/2) = (2 - z - 1/z) / 4
        pair = np.roots([1, 4 * y - 2, 1])
        taps = np.convolve(taps, [1, -pair[np.abs(pair).argmin()]])
    for _ in range(n_moments):
        taps = np.convolve(taps, [1, 1])
    taps = np.real(taps)
    return taps * np.sqrt(2) / taps.sum()


def analyze(picture: FloatArray, levels: int, wavelet: Wavelet) -> tuple[FloatArray, list[Details]]:
    """Part a picture into a coarse one and the details of each level, finest first.

    Parameters
    ----------
    picture : (n, m) float32
        Mirrored at its far ends up to a multiple of ``2**levels`` and once more in whole, so that
        the plane closes without a jump.
    levels : int
        How often to halve.
    wavelet : {"haar", "db2", "db5", "db10"}
        Which filters.
    """
    low = scaling_filter(_MOMENTS[wavelet])
    size = 2**levels
    padding = [(0, 2 * (-(-n // size) * size) - n) for n in picture.shape]
    coarse = np.pad(picture, padding, mode="symmetric")
    details: list[Details] = []
    for _ in range(levels):
        slow, fast = _halve(coarse, low, axis=0)
        (coarse, vertical), (horizontal, diagonal) = (_halve(x, low, axis=1) for x in (slow, fast))
        details.append((horizontal, vertical, diagonal))
    return coarse, details


def synthesize(coarse: FloatArray, details: list[Details], wavelet: Wavelet) -> FloatArray:
    """Put together what :func:`analyze` parted; the mirrored part is still there."""
    low = scaling_filter(_MOMENTS[wavelet])
    for horizontal, vertical, diagonal in reversed(details):
        slow = _double(coarse, vertical, low, axis=1)
        coarse = _double(slow, _double(horizontal, diagonal, low, axis=1), low, axis=0)
    return coarse


def _high(low: DoubleArray) -> DoubleArray:
    return low[::-1] * (-1.0) ** np.arange(len(low))


def _halve(values: FloatArray, low: DoubleArray, axis: int) -> tuple[FloatArray, FloatArray]:
    """Return every second sample of the periodic correlations with the two filters."""
    values = np.moveaxis(values, axis, 0)
    n = len(values)
    slow, fast = (np.zeros((n // 2, *values.shape[1:]), np.float32) for _ in range(2))
    for k, (a, b) in enumerate(zip(low, _high(low))):
        part = values[(np.arange(0, n, 2) + k) % n]
        slow += np.float32(a) * part
        fast += np.float32(b) * part
    return np.moveaxis(slow, 0, axis), np.moveaxis(fast, 0, axis)


def _double(slow: FloatArray, fast: FloatArray, low: DoubleArray, axis: int) -> FloatArray:
    """Undo :func:`_halve`."""
    slow, fast = np.moveaxis(slow, axis, 0), np.moveaxis(fast, axis, 0)
    n = 2 * len(slow)
    values = np.zeros((n, *slow.shape[1:]), np.float32)
    for k, (a, b) in enumerate(zip(low, _high(low))):
        values[(np.arange(0, n, 2) + k) % n] += np.float32(a) * slow + np.float32(b) * fast
    return np.moveaxis(values, 0, axis)
