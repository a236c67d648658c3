"""Whether values are right and even: uniformity, rods of known value, contrast over noise."""

from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Image, Measurement
from diaphane.options import Range
from diaphane.quality.curves import Curve
from diaphane.quality.places import Length, Point, disc, real_values, slices_within
from diaphane.step import step

_PARTS = 4  # of a disc: more would be so small that noise makes neighbors alike
Value = Annotated[float, Range(-100_000, 100_000)]


@step(version=2)
def uniformity(
    image: Image,
    *,
    center_mm: Point,
    radius_mm: Length,
    disc_mm: Length | None = None,
    half_height_mm: Length | None = None,
) -> Measurement:
    """Return the greatest difference between the middle of a uniform body and its periphery.

    Parameters
    ----------
    image : Image
        Of a uniform cylinder, seen along its axis.
    center_mm : (3,) numbers
        Its middle in LPS.
    radius_mm : number
        Of the cylinder. Four discs, toward left, right, front and back, are measured, whose
        middles lie at the radius less 1.5 times that of a disc.
    disc_mm : number, optional
        Radius of the five discs; by default a tenth of `radius_mm`.
    half_height_mm : number, optional
        How far up and down they reach; by default one slice.

    Returns
    -------
    Measurement
        The mean of the periphery's disc that differs most, less that of the middle: positive
        for a cup. In the image's unit; the interval from parts of both discs (Student's t), so
        wide that 95 % of all four hold at once, since the greatest of four was chosen. A slope
        within a disc widens it.

    Raises
    ------
    GeometryError
        When a disc holds no voxel.

    Notes
    -----
    IEC 61223-3-5 and the ACR phantom's uniformity test.
    """
    real_values(image, "quality.uniformity")
    size = disc_mm or radius_mm / 10
    slices = slices_within(image, center_mm[2], half_height_mm)
    middle = disc(image, slices, center_mm, size)
    far = radius_mm - 1.5 * size
    rims = []
    for dx, dy in ((1, 0), (-1, 0), (0, 1), (0, -1)):
        place = (center_mm[0] + dx * far, center_mm[1] + dy * far, center_mm[2])
        rims.append(disc(image, slices, place, size))
    differences = [float(r.mean() - middle.mean()) for r in rims]
    worst = int(np.argmax(np.abs(differences)))
    half = _half_of_difference(rims[worst], middle, n_choices=len(rims))
    value = differences[worst]
    return Measurement(value, image.quantity.unit, (value - half, value + half), "uniformity")


@step(version=2)
def rods(
    image: Image,
    *,
    places_mm: list[Point],
    expected: list[Value],
    radius_mm: Length = 4.0,
    half_height_mm: Length | None = None,
) -> Curve:
    """Measure rods of known value: what was found over what is expected.

    Parameters
    ----------
    image : Image
        Of rods seen along their axes.
    places_mm : list of (x, y, z)
        Their middles in LPS.
    expected : list of numbers
        Their values in the image's unit, all different.
    radius_mm : number
        Of the disc measured within each, smaller than the rod.
    half_height_mm : number, optional
        How far up and down; by default one slice.

    Returns
    -------
    Curve
        Mean of each rod over its expected value, in growing order, with its 95 % interval.

    Raises
    ------
    InputError
        When places and values are not as many, or fewer than two, or two values are equal.
    GeometryError
        When a disc holds no voxel.
    """
    real_values(image, "quality.rods")
    if len(places_mm) != len(expected) or len(set(expected)) < max(2, len(expected)):
        raise InputError(
            f"quality.rods needs as many different values as places, at least two, got "
            f"{len(places_mm)} places and {list(expected)}"
        )
    order = np.argsort(expected)
    found = [
        disc(image, slices_within(image, places_mm[i][2], half_height_mm), places_mm[i], radius_mm)
        for i in order
    ]
    y, half = np.array([f.mean() for f in found]), np.array([_half_interval(f) for f in found])
    unit = image.quantity.unit
    x = np.array(expected, dtype=np.float64)[order]
    return Curve(x, y, unit, unit, y - half, y + half, "expected", "measured")


@step(version=2)
def accuracy(curve: Curve) -> Measurement:
    """Return how far the worst of some rods is from its expected value.

    Parameters
    ----------
    curve : Curve
        What :func:`rods` measured.

    Returns
    -------
    Measurement
        Measured less expected, of the rod where it is greatest. The interval is that rod's, made
        so wide that 95 % of all rods' hold at once, since the worst of them was chosen.
    """
    worst = int(np.abs(curve.y - curve.x).argmax())
    value, interval = float(curve.y[worst] - curve.x[worst]), None
    if curve.low is not None and curve.high is not None:
        wider = _quantile(_PARTS - 1, len(curve.x)) / _quantile(_PARTS - 1)
        half = wider * np.array([curve.y - curve.low, curve.high - curve.y])[:, worst]
        interval = (value - float(half[0]), value + float(half[1]))
    return Measurement(value, curve.y_unit, interval, "greatest error")


@step(version=1)
def linearity(curve: Curve) -> Measurement:
    """Return the slope of measured over expected values: 1 is perfect.

    Parameters
    ----------
    curve : Curve
        What :func:`rods` measured, three rods or more for an interval.

    Returns
    -------
    Measurement
        Slope of the line of least squares, with Student's 95 % interval from how the rods
        scatter around it.
    """
    from scipy.special import stdtrit

    x = curve.x - curve.x.mean()
    slope = float((x * curve.y).sum() / (x * x).sum())
    rest = curve.y - curve.y.mean() - slope * x
    n = len(x)
    interval = None
    if n > 2:
        error = np.sqrt((rest**2).sum() / (n - 2) / (x * x).sum())
        half = float(stdtrit(n - 2, 0.975) * error)
        interval = (slope - half, slope + half)
    return Measurement(slope, "", interval, "slope of measured over expected")


@step(version=2)
def contrast_to_noise(
    image: Image,
    *,
    center_mm: Point,
    background_mm: Point,
    radius_mm: Length,
    half_height_mm: Length | None = None,
) -> Measurement:
    """Return the contrast of a structure over the noise of its background.

    Parameters
    ----------
    image : Image
        Real, without channels.
    center_mm : (3,) numbers
        Middle of a disc within the structure, in LPS.
    background_mm : (3,) numbers
        Middle of a disc within the background.
    radius_mm : number
        Of both.
    half_height_mm : number, optional
        How far up and down they reach; by default one slice.

    Returns
    -------
    Measurement
        ``(structure - background) / standard deviation of the background``, without unit; the
        interval is a jackknife over four parts of both discs.

    Raises
    ------
    InputError
        When the background has no noise.
    GeometryError
        When a disc holds no voxel.
    """
    real_values(image, "quality.contrast_to_noise")
    one, other = (
        disc(image, slices_within(image, p[2], half_height_mm), p, radius_mm).ravel()
        for p in (center_mm, background_mm)
    )
    if not other.std() > 0:
        raise InputError(f"quality.contrast_to_noise: there is no noise at {background_mm}")

    def ratio(a: DoubleArray, b: DoubleArray) -> float:
        return float((a.mean() - b.mean()) / b.std(ddof=1))

    value = ratio(one, other)
    if min(len(one), len(other)) < 8 * _PARTS:
        return Measurement(value, "", None, "contrast to noise")
    from diaphane.quality.jackknifing import leave_one_out

    cuts = [np.array_split(np.arange(len(v)), _PARTS) for v in (one, other)]
    without = [ratio(np.delete(one, a), np.delete(other, b)) for a, b in zip(*cuts)]
    half = float(leave_one_out(np.array(without)[:, None])[0])
    return Measurement(value, "", (value - half, value + half), "contrast to noise")


def _half_interval(values: DoubleArray) -> float:
    """Return half the 95 % interval of the mean of a disc (n_slices, n), from parts of it."""
    error, n_free = _error(values)
    return _quantile(n_free) * error


def _half_of_difference(one: DoubleArray, other: DoubleArray, *, n_choices: int) -> float:
    """Return half the interval of the difference of two discs' means, one of several (Welch)."""
    (a, n_a), (b, n_b) = _error(one), _error(other)
    if a == b == 0:
        return 0.0
    n_free = (a**2 + b**2) ** 2 / (a**4 / n_a + b**4 / n_b)
    return _quantile(n_free, n_choices) * float(np.hypot(a, b))


def _error(values: DoubleArray) -> tuple[float, int]:
    """Return the standard error of a disc's mean from parts of it, and its degrees of freedom."""
    parts = [p.mean() for p in np.array_split(values.ravel(), min(_PARTS, values.size))]
    if len(parts) < 2:
        return 0.0, 1
    return float(np.std(parts, ddof=1) / np.sqrt(len(parts))), len(parts) - 1


def _quantile(n_free: float, n_choices: int = 1) -> float:
    """Return Student's t of 95 % intervals of which so many hold at once (Bonferroni)."""
    from scipy.special import stdtrit

    return float(stdtrit(n_free, 1 - 0.025 / n_choices))
