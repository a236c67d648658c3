"""How sharp a picture is: the modulation transfer function, from an edge, a disc or a wire.

The edge spread function is the picture of an edge; its derivative is the line spread function l,
and the modulation transfer is the share of the contrast that a wave of frequency f keeps::

    MTF(f) = |∫ l(s) exp(-2πi f s) ds| / ∫ l(s) ds

References
----------
IEC 61223-3-5; ISO 12233 (slanted edge); S. Richard et al., "Towards task-based assessment of CT
performance: system and object MTF across different reconstruction algorithms", Med. Phys. 39
(2012) 4115 (the rim of a disc).
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Image
from diaphane.options import Range
from diaphane.quality.curves import Curve
from diaphane.quality.jackknifing import leave_one_out
from diaphane.quality.places import (
    Length,
    Point,
    offsets_mm,
    pixel_mm,
    real_values,
    slices_within,
)
from diaphane.step import step

_FINER = 8  # bins of the edge within a pixel
_PARTS = 8  # sectors or strips that are left out in turn
_N_FREQUENCIES = 65
_LEAST_CONTRAST = 3.0  # over noise
_RIM = 0.75  # of a wire's radius: from here on there is background


@step(version=1)
def mtf_disc(
    image: Image,
    *,
    center_mm: Point,
    radius_mm: Length,
    reach_mm: Length | None = None,
    half_height_mm: Length | None = None,
) -> Curve:
    """Measure sharpness on the rim of a disc, a rod seen along its axis.

    Parameters
    ----------
    image : Image
        With square pixels.
    center_mm : (3,) numbers
        The middle of the rod in LPS; it is refined by the picture itself.
    radius_mm : number
        Of the rod, to about a pixel.
    reach_mm : number, optional
        How far to either side of the rim the edge is followed, by default half the radius: there
        must be one material within and one outside.
    half_height_mm : number, optional
        How far up and down slices are averaged; by default one slice is taken.

    Returns
    -------
    Curve
        Modulation transfer over frequency in 1/mm up to the Nyquist frequency; the interval is a
        jackknife over eight sectors.

    Raises
    ------
    GeometryError
        When pixels are not square, or no slice is there.
    InputError
        When there is no clear edge, or a sector has none.
    """
    values = real_values(image, "quality.mtf_disc")
    pixel, reach = pixel_mm(image), reach_mm or radius_mm / 2
    slices = slices_within(image, center_mm[2], half_height_mm)
    mean = values[slices.start : slices.stop].mean(axis=0, dtype=np.float64)
    x, y = offsets_mm(image, slices.start, center_mm)
    for _ in range(2):  # the middle, as the center of mass of the contrast within the rim's reach
        near = np.hypot(x, y) <= radius_mm + reach
        outside = np.median(mean[near & (np.hypot(x, y) > radius_mm + reach / 2)])
        weights = (mean - outside) * near
        if abs(weights.sum()) < 1e-12:
            raise InputError(f"quality.mtf_disc: there is no disc at {center_mm}")
        x = x - (weights * x).sum() / weights.sum()
        y = y - (weights * y).sum() / weights.sum()
    distance = np.hypot(x, y) - radius_mm
    near = np.abs(distance) <= reach
    sector = ((np.arctan2(y, x) + np.pi) / (2 * np.pi) * _PARTS).astype(int) % _PARTS
    return _curve_of_edge(distance[near], mean[near], sector[near], pixel, "quality.mtf_disc")


@step(version=1)
def mtf_edge(
    image: Image,
    *,
    center_mm: Point,
    half_size_mm: Length,
    half_height_mm: Length | None = None,
) -> Curve:
    """Measure sharpness on a straight edge that stands a little aslant to the pixels.

    Parameters
    ----------
    image : Image
        With square pixels.
    center_mm : (3,) numbers
        A point of the edge in LPS.
    half_size_mm : number
        Half the side of the square around it that is looked at.
    half_height_mm : number, optional
        How far up and down slices are averaged; by default one slice is taken.

    Returns
    -------
    Curve
        Modulation transfer over frequency in 1/mm up to the Nyquist frequency; the interval is a
        jackknife over eight strips.

    Raises
    ------
    GeometryError
        When pixels are not square, or no slice is there.
    InputError
        When there is no clear edge.
    """
    values = real_values(image, "quality.mtf_edge")
    pixel = pixel_mm(image)
    slices = slices_within(image, center_mm[2], half_height_mm)
    mean = values[slices.start : slices.stop].mean(axis=0, dtype=np.float64)
    x, y = offsets_mm(image, slices.start, center_mm)
    inside = (np.abs(x) <= half_size_mm) & (np.abs(y) <= half_size_mm)
    x, y, mean = x[inside], y[inside], mean[inside]
    slope_x, slope_y = (float(((mean - mean.mean()) * u).sum() / (u * u).sum()) for u in (x, y))
    angle = np.arctan2(slope_y, slope_x)
    place = 0.0
    for _ in range(5):  # across the edge, and where it is sharpest: least squares of a step
        across = x * np.cos(angle) + y * np.sin(angle)
        along = y * np.cos(angle) - x * np.sin(angle)
        strips = np.array_split(np.argsort(along), _PARTS)
        tops = [_edge_place(across[k], mean[k]) for k in strips]
        middles = [along[k].mean() for k in strips]
        tilt, place = np.polyfit(middles, tops, 1)
        angle -= np.arctan(tilt)
    across = x * np.cos(angle) + y * np.sin(angle) - place
    along = y * np.cos(angle) - x * np.sin(angle)
    part = np.empty(len(along), int)
    for number, members in enumerate(np.array_split(np.argsort(along), _PARTS)):
        part[members] = number
    near = np.abs(across) <= 0.8 * half_size_mm
    return _curve_of_edge(across[near], mean[near], part[near], pixel, "quality.mtf_edge")


@step(version=2)
def mtf_wire(
    image: Image,
    *,
    center_mm: Point,
    radius_mm: Length,
    wire_mm: Annotated[float, Range(0, 10, unit="mm")] = 0.0,
    half_height_mm: Length | None = None,
) -> Curve:
    """Measure sharpness on a thin wire seen along its axis.

    Parameters
    ----------
    image : Image
        With square pixels.
    center_mm : (3,) numbers
        The wire in LPS, to a few pixels.
    radius_mm : number
        How far around it the picture of the wire reaches; the rim gives the background.
    wire_mm : number
        Its thickness, whose own blur is divided out.
    half_height_mm : number, optional
        How far up and down slices are averaged; by default one slice is taken.

    Returns
    -------
    Curve
        Modulation transfer over frequency in 1/mm up to the Nyquist frequency, the mean over
        directions. The interval is the wider of two: Student's over eight directions, which also
        shows when sharpness depends on direction, and what the noise of the rim does to the sum of
        the wire and to its background, which all directions share.

    Raises
    ------
    GeometryError
        When pixels are not square, or no slice is there.
    InputError
        When there is no wire.
    """
    from scipy.special import j1, stdtrit

    values = real_values(image, "quality.mtf_wire")
    pixel = pixel_mm(image)
    slices = slices_within(image, center_mm[2], half_height_mm)
    mean = values[slices.start : slices.stop].mean(axis=0, dtype=np.float64)
    x, y = offsets_mm(image, slices.start, center_mm)
    distance = np.hypot(x, y)
    rim = (distance > _RIM * radius_mm) & (distance <= radius_mm)
    inside = distance <= radius_mm
    spread = mean[inside] - mean[rim].mean()
    if not abs(spread.sum()) > _LEAST_CONTRAST * mean[rim].std() * np.sqrt(inside.sum()):
        raise InputError(f"quality.mtf_wire: there is no wire at {center_mm}, only noise")
    frequency = np.linspace(0, 0.5 / pixel, _N_FREQUENCIES)
    directions = np.arange(_PARTS) * np.pi / _PARTS
    modulation = np.empty((_PARTS, len(frequency)))
    for k, angle in enumerate(directions):
        along = x[inside] * np.cos(angle) + y[inside] * np.sin(angle)
        waves = np.exp(-2j * np.pi * frequency[:, None] * along)
        modulation[k] = np.abs(waves @ spread) / abs(spread.sum())
    argument = np.pi * wire_mm * frequency
    own = np.where(argument > 0, 2 * j1(argument) / np.where(argument > 0, argument, 1), 1.0)
    modulation /= np.maximum(own, 0.1)
    y_mean = modulation.mean(axis=0)
    scatter = modulation.std(axis=0, ddof=1) / np.sqrt(_PARTS)
    noise = _noise_of_wire(frequency, y_mean * own, x, y, mean, radius_mm) / np.maximum(own, 0.1)
    noise /= abs(spread.sum())
    half = stdtrit(_PARTS - 1, 0.975) * np.maximum(scatter, noise)
    return _transfer(frequency, y_mean, np.asarray(half))


def _noise_of_wire(
    frequency: DoubleArray,
    modulation: DoubleArray,
    x: DoubleArray,
    y: DoubleArray,
    values: DoubleArray,
    radius_mm: float,
) -> DoubleArray:
    """Return the standard deviation of a wire's modulation, times the sum of its values.

    To first order the error is a weighted sum of the noise of all voxels: a voxel at distance r
    counts ``J0(2πfr)`` in the wave of all directions, less the modulation for its share of the sum,
    and each voxel of the rim counts against all of them through the background. The power of the
    noise comes from how the means of eight sectors of the rim scatter.
    """
    from scipy.special import j0

    inside = np.hypot(x, y) <= radius_mm
    distance, angle = np.hypot(x, y)[inside], np.arctan2(y, x)[inside]
    rim = np.flatnonzero(distance > _RIM * radius_mm)
    sectors = np.array_split(rim[np.argsort(angle[rim])], _PARTS)
    power = np.var([values[inside][s].mean() for s in sectors], ddof=1) * len(rim) / _PARTS
    weights = j0(2 * np.pi * frequency[:, None] * distance) - modulation[:, None]
    weights[:, rim] -= weights.sum(axis=1, keepdims=True) / len(rim)
    return np.sqrt(power * (weights**2).sum(axis=1))


def _curve_of_edge(
    distance: DoubleArray, values: DoubleArray, part: AnyArray, pixel: float, name: str
) -> Curve:
    """Return the modulation transfer of an edge, from voxels at signed distances from it."""
    low, high = float(distance.min()), float(distance.max())
    n_bins = int((high - low) / (pixel / _FINER))
    bins = np.clip(((distance - low) / (high - low) * n_bins).astype(int), 0, n_bins - 1)
    sums, counts = np.zeros((_PARTS, n_bins)), np.zeros((_PARTS, n_bins))
    np.add.at(sums, (part, bins), values)
    np.add.at(counts, (part, bins), 1.0)
    if (counts.sum(axis=1) == 0).any():
        raise InputError(f"{name}: part of the edge lies beyond the image")
    step_mm = (high - low) / n_bins
    frequency = np.linspace(0, 0.5 / pixel, _N_FREQUENCIES)
    whole = _modulation(sums.sum(axis=0), counts.sum(axis=0), step_mm, frequency, name)
    without = np.stack(
        [
            _modulation(sums.sum(0) - sums[k], counts.sum(0) - counts[k], step_mm, frequency, name)
            for k in range(_PARTS)
        ]
    )
    return _transfer(frequency, whole, leave_one_out(without))


def _modulation(
    sums: DoubleArray, counts: DoubleArray, step_mm: float, frequency: DoubleArray, name: str
) -> DoubleArray:
    filled = counts > 0
    place = np.arange(len(sums))
    edge = np.interp(place, place[filled], sums[filled] / counts[filled])
    line = np.diff(edge)
    end = max(len(edge) // 8, 1)
    contrast = edge[-end:].mean() - edge[:end].mean()
    noise = np.hypot(edge[-end:].std(), edge[:end].std())
    if abs(contrast) <= _LEAST_CONTRAST * noise or contrast == 0:
        raise InputError(f"{name}: there is no clear edge, contrast {contrast:.3g} of {noise:.2g}")
    middle = (np.arange(len(line)) - len(line) / 2) * step_mm
    # Noise far from the edge adds up: the outer halves fade out.
    fade = np.clip(4 * np.abs(middle) / (len(line) * step_mm) - 1, 0, 1)
    line = line * (0.5 + 0.5 * np.cos(np.pi * fade))
    waves = np.exp(-2j * np.pi * frequency[:, None] * middle)
    blur = np.sinc(frequency * step_mm) ** 2  # of binning and of the difference
    return np.abs(waves @ line) / abs(line.sum()) / blur


def _edge_place(across: DoubleArray, values: DoubleArray) -> float:
    """Return where a step of the two end levels would have the same sum of values."""
    order = np.argsort(across)
    sorted_, place = values[order], across[order]
    end = max(len(order) // 5, 1)
    low, high = sorted_[:end].mean(), sorted_[-end:].mean()
    share = float(np.clip(((high - sorted_) / (high - low or 1)).mean(), 0, 1))
    return float(np.interp(share * (len(place) - 1), np.arange(len(place)), place))


def _transfer(frequency: DoubleArray, y: DoubleArray, half: DoubleArray) -> Curve:
    low, high = np.maximum(y - half, 0), y + half
    return Curve(frequency, y, "1/mm", "", low, high, "frequency", "modulation transfer")
