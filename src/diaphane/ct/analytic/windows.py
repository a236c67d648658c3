"""The windows that tame the ramp filter: how much of each frequency passes, up to the cutoff.

Each is a function of the frequency x as a fraction of the cutoff, 1 at x = 0: the right half of the
window of that name that ``scipy.signal.windows`` gives as samples. Sharp ones keep detail and
noise, smooth ones give up both.

References
----------
F. J. Harris, "On the use of windows for harmonic analysis with the discrete Fourier transform",
Proc. IEEE 66 (1978) 51; A. H. Nuttall, "Some windows with very good sidelobe behavior", IEEE Trans.
Acoust. Speech Signal Process. 29 (1981) 84; the flat top of G. D'Antona and A. Ferrero, *Digital
Signal Processing for Measurement Systems* (2006).
"""

from typing import Literal

import numpy as np

from diaphane.arrays import DoubleArray

Window = Literal[
    "ram-lak",
    "shepp-logan",
    "tukey",
    "welch",
    "cosine",
    "kaiser",
    "lanczos",
    "hamming",
    "triangular",
    "butterworth",
    "bartlett-hann",
    "hann",
    "gaussian",
    "blackman",
    "parzen",
    "blackman-nuttall",
    "blackman-harris",
    "nuttall",
    "flat-top",
]
"""How the ramp is tamed toward the cutoff, by how much noise passes: from most to least."""

_TAPER = 0.5  # Tukey: the share of the frequencies over which it falls
_HALF = 0.5  # Butterworth: where half the amplitude is left
_ORDER = 4  # Butterworth
_BETA = 4.0  # Kaiser
_SIGMA = 0.4  # Gaussian

_COSINES: dict[Window, tuple[float, ...]] = {
    "hamming": (0.54, 0.46),
    "hann": (0.5, 0.5),
    "blackman": (0.42, 0.5, 0.08),
    "blackman-nuttall": (0.3635819, 0.4891775, 0.1365995, 0.0106411),
    "blackman-harris": (0.35875, 0.48829, 0.14128, 0.01168),
    "nuttall": (0.355768, 0.487396, 0.144232, 0.012604),
    "flat-top": (0.21557895, 0.41663158, 0.277263158, 0.083578947, 0.006947368),
}
"""Windows that are sums ``Σ a_k cos(π k x)``."""


def window_of(name: Window, x: DoubleArray) -> DoubleArray:
    """Return a window at frequencies `x`, 0 to 1 as a fraction of the cutoff; 0 beyond.

    Parameters
    ----------
    name : Window
        Which one. Those with a parameter have it fixed: ``tukey`` falls over the upper half,
        ``butterworth`` is of order 4 with half the amplitude left at half the cutoff, ``kaiser``
        has β = 4 and ``gaussian`` a standard deviation of 0.4.
    x : array
        Frequencies, not below 0.

    Examples
    --------
    >>> window_of("hann", np.array([0, 0.5, 1, 1.5])).round(3)
    array([1. , 0.5, 0. , 0. ])
    """
    return np.where(x <= 1, _shape(name, np.minimum(x, 1)), 0.0)


def _shape(name: Window, x: DoubleArray) -> DoubleArray:
    if name in _COSINES:
        return sum((a * np.cos(np.pi * k * x) for k, a in enumerate(_COSINES[name])), 0 * x)
    match name:
        case "tukey":
            falling = np.maximum(x - (1 - _TAPER), 0) / _TAPER
            return 0.5 + 0.5 * np.cos(np.pi * falling)
        case "shepp-logan":
            return np.sinc(x / 2)
        case "welch":
            return 1 - x**2
        case "butterworth":
            return 1 / (1 + (x / _HALF) ** (2 * _ORDER))
        case "cosine":
            return np.cos(np.pi * x / 2)
        case "kaiser":
            return np.i0(_BETA * np.sqrt(1 - x**2)) / np.i0(_BETA)
        case "lanczos":
            return np.sinc(x)
        case "triangular":
            return 1 - x
        case "bartlett-hann":
            return 0.62 - 0.24 * x + 0.38 * np.cos(np.pi * x)
        case "gaussian":
            return np.exp(-0.5 * (x / _SIGMA) ** 2)
        case "parzen":
            return np.where(x <= 0.5, 1 - 6 * x**2 * (1 - x), 2 * (1 - x) ** 3)
        case _:
            return np.ones_like(x)
