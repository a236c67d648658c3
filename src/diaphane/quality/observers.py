"""How well a faint spot can be seen: the channelized Hotelling observer.

Each look at a place gives the responses v of a few channels, much as an eye has. From looks with
and without the spot follow the mean difference Δ and the covariance K, and the detectability ::

    d'² = Δᵀ K⁻¹ Δ

The area under the observer's ROC curve is Φ(d' / √2).

References
----------
H. H. Barrett and K. J. Myers, *Foundations of Image Science* (2004), sections 13.2.12 and 14.3.3;
B. D. Gallas and H. H. Barrett, "Validating the use of channels to estimate the ideal linear
observer", J. Opt. Soc. Am. A 20 (2003) 1725 (Laguerre-Gauss); A. Wunderlich, F. Noo, B. D. Gallas
and M. E. Heilbrun, "Exact confidence intervals for channelized Hotelling observer performance in
image quality studies", IEEE Trans. Med. Imaging 34 (2015) 453.
"""

from typing import Annotated, Any, Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Measurement
from diaphane.options import Range
from diaphane.quality.places import (
    Length,
    Point,
    offsets_mm,
    pixel_mm,
    real_values,
    slices_within,
)
from diaphane.step import step

_REACH = 2.5  # widths of a channel
_ORIENTATIONS = 4
_GREATEST = 1e3


@step(version=1)
def detectability(
    image: Image,
    *,
    present_mm: list[Point],
    absent_mm: list[Point],
    size_mm: Length,
    half_height_mm: Length,
    channels: Literal["laguerre-gauss", "gabor"] = "laguerre-gauss",
    n_channels: Annotated[int, Range(1, 20)] = 5,
    background: Literal["random", "known"] = "random",
) -> Measurement:
    """Return how well a faint rod can be told from its background: the detectability d'.

    Parameters
    ----------
    image : Image
        Slices through upright rods, each slice with noise of its own.
    present_mm : list of (x, y, z)
        Places with a rod, in LPS.
    absent_mm : list of (x, y, z)
        Places without, in the same surroundings.
    size_mm : number
        Width of the channels, about the diameter of a rod.
    half_height_mm : number
        How far up and down slices are taken: each slice at each place is a look.
    channels : {"laguerre-gauss", "gabor"}
        ``laguerre-gauss``: round, for round rods, and nearly as good as the best linear observer;
        ``gabor``: waves of octave frequencies in four directions, as the eye has.
    n_channels : int
        How many round channels, or how many octaves.
    background : {"random", "known"}
        ``random``: what differs from place to place hides rods as noise does. ``known``: the
        observer knows what lies at each place, and only noise hides rods; the places without must
        then lie in the same surroundings as those with, as in a second scan of the same body.

    Returns
    -------
    Measurement
        d', without unit; 1 is barely seen, 3 clearly. Corrected for the bias of few looks; the
        interval is exact for normal responses, and right when slices are independent.

    Raises
    ------
    InputError
        When there are too few looks for so many channels, or responses do not vary.
    GeometryError
        When a place lies too close to the border.

    Notes
    -----
    With n1 and n2 looks, p channels and ν = n1 + n2 - 2 (with known backgrounds n1 + n2 less the
    number of places, around whose own means responses scatter), the estimate D² is corrected to
    ``D² (ν - p - 1) / ν - p (1/n1 + 1/n2)``, and ``D² (ν - p + 1) / (ν p (1/n1 + 1/n2))`` follows
    the noncentral F distribution of p and ν - p + 1 degrees of freedom with the noncentrality
    ``d'² / (1/n1 + 1/n2)``, whose quantiles give the interval.
    """
    real_values(image, "quality.detectability")
    pixel = pixel_mm(image)
    half = int(np.ceil(_REACH * size_mm / pixel))
    looks = [_looks(image, places, half, half_height_mm) for places in (present_mm, absent_mm)]
    u = np.arange(-half, half + 1, dtype=np.float64) * pixel
    bank = (_laguerre_gauss if channels == "laguerre-gauss" else _gabor)(u, size_mm, n_channels)
    seen = [[v @ bank.T for v in places] for places in looks]
    with_rod, without = (np.concatenate(places) for places in seen)
    n1, n2, p = len(with_rod), len(without), len(bank)
    groups = [with_rod, without] if background == "random" else [v for g in seen for v in g]
    freedom = n1 + n2 - len(groups)
    if freedom - p < 2 or min(n1, n2) < 2:
        raise InputError(
            f"quality.detectability: {n1} looks with and {n2} without a rod are too few for {p} "
            f"channels: take more slices or places, or fewer channels"
        )
    scatter = sum((v - v.mean(axis=0)).T @ (v - v.mean(axis=0)) for v in groups)
    covariance = np.asarray(scatter) / freedom
    difference = with_rod.mean(axis=0) - without.mean(axis=0)
    if not np.linalg.cond(covariance) < 1e12:
        raise InputError(
            "quality.detectability: the channels' responses do not vary, or not independently: "
            "there must be noise, and no more channels than the pixels resolve"
        )
    squared = float(difference @ np.linalg.solve(covariance, difference))
    share = 1 / n1 + 1 / n2
    unbiased = squared * (freedom - p - 1) / freedom - p * share
    interval = _interval(squared, freedom, p, share)
    return Measurement(float(np.sqrt(max(unbiased, 0.0))), "", interval, "detectability")


def _looks(
    image: Image, places: list[Point], half: int, half_height_mm: float
) -> list[DoubleArray]:
    """Return for each place the squares of pixels around it: (n_slices, n_pixels) each."""
    squares = []
    for place in places:
        slices = slices_within(image, place[2], half_height_mm)
        x, y = offsets_mm(image, slices.start, place)
        row, column = np.unravel_index(int(np.hypot(x, y).argmin()), x.shape)
        rows = slice(int(row) - half, int(row) + half + 1)
        columns = slice(int(column) - half, int(column) + half + 1)
        if rows.start < 0 or columns.start < 0 or rows.stop > len(x) or columns.stop > x.shape[1]:
            raise GeometryError(
                f"the place {place} lies within {half} pixels of the border, which the channels "
                f"reach: choose a smaller size_mm or another place"
            )
        part = image.values[slices.start : slices.stop, rows, columns]
        squares.append(part.reshape(len(part), -1).astype(np.float64))
    return squares or [np.zeros((0, (2 * half + 1) ** 2))]


def _laguerre_gauss(u: DoubleArray, size_mm: float, n: int) -> DoubleArray:
    """Return round channels of growing order: (n, n_pixels), each of length 1."""
    from scipy.special import eval_laguerre

    squared = 2 * np.pi * (u**2 + u[:, None] ** 2) / size_mm**2
    bank = [np.exp(-squared / 2) * eval_laguerre(k, squared) for k in range(n)]
    return np.stack([(b / np.linalg.norm(b)).ravel() for b in bank])


def _gabor(u: DoubleArray, size_mm: float, n: int) -> DoubleArray:
    """Return even waves in four directions, of n octaves: (4 n, n_pixels), each of length 1."""
    bank = []
    for octave in range(n):
        frequency = 0.25 / size_mm * 2**octave
        width = 0.56 / frequency  # an octave of bandwidth
        around = np.exp(-4 * np.log(2) * (u**2 + u[:, None] ** 2) / width**2)
        for k in range(_ORIENTATIONS):
            angle = k * np.pi / _ORIENTATIONS
            along = u * np.cos(angle) + u[:, None] * np.sin(angle)
            wave = around * np.cos(2 * np.pi * frequency * along)
            bank.append((wave / np.linalg.norm(wave)).ravel())
    return np.stack(bank)


def _interval(squared: float, freedom: int, p: int, share: float) -> tuple[float, float]:
    """Return the 95 % interval of d', by inverting the noncentral F distribution."""
    from scipy.optimize import brentq
    from scipy.special import ncfdtr

    statistic = squared * (freedom - p + 1) / (freedom * p * share)

    def excess(d: float, level: float) -> float:
        return float(ncfdtr(p, freedom - p + 1, d * d / share, statistic)) - level

    bounds = []
    for level in (0.975, 0.025):
        top = max(2 * np.sqrt(squared), 1.0)
        while excess(top, level) > 0 and top < _GREATEST:
            top *= 2
        root: Any = brentq(excess, 0, top, (level,)) if excess(0, level) > 0 else 0.0
        bounds.append(float(root))
    return bounds[0], bounds[1]
