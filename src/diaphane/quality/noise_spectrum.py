"""How strong noise is, and of which grain: standard deviation and noise power spectrum.

Of N × N pixels of size Δ with values v less their trend, the power at a frequency is ::

    NPS(f) = Δ² / N² < |Σ v exp(-2πi f · x)|² >      in unit² mm²

and its integral over all frequencies is the variance.

References
----------
ICRU Report 87, *Radiation Dose and Image-Quality Assessment in Computed Tomography* (2012),
section 4.5; J. H. Siewerdsen et al., Med. Phys. 29 (2002) 2655.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Measurement
from diaphane.options import Range
from diaphane.quality.checks import same_grid, same_quantity
from diaphane.quality.curves import Curve
from diaphane.quality.jackknifing import leave_one_out
from diaphane.quality.places import (
    Length,
    Point,
    disc,
    offsets_mm,
    pixel_mm,
    real_values,
    slices_within,
)
from diaphane.space import Grid
from diaphane.step import step
from diaphane.units import Quantity

_FEWEST = 4

Side = Annotated[int, Range(8, 512, scale="log")]


@step(version=1)
def noise(
    image: Image,
    twin: Image | None = None,
    *,
    center_mm: Point,
    radius_mm: Length,
    half_height_mm: Length | None = None,
) -> Measurement:
    """Return the standard deviation of the noise within a disc or an upright cylinder.

    Parameters
    ----------
    image : Image
        Uniform within the disc, but for noise.
    twin : Image, optional
        The same body scanned again: noise is then what differs, and the body need not be uniform.
    center_mm : (3,) numbers
        The middle in LPS.
    radius_mm : number
        Of the disc.
    half_height_mm : number, optional
        How far up and down it reaches; by default one slice.

    Returns
    -------
    Measurement
        In the image's unit; slice by slice around the slice's own mean. The interval is a
        jackknife over quarters of the disc and slices.
    """
    values, share = _difference(image, twin, "quality.noise")
    slices = slices_within(image, center_mm[2], half_height_mm)
    within = disc(values, slices, center_mm, radius_mm) * share
    if within.shape[1] < 16:
        raise InputError(f"quality.noise needs at least 16 voxels a slice, got {within.shape[1]}")
    residual = (within - within.mean(axis=1, keepdims=True)) ** 2
    residual *= within.shape[1] / (within.shape[1] - 1)
    parts = np.stack([p.mean() for p in np.array_split(residual.ravel(), max(4, len(within)))])
    total = float(np.sqrt(residual.mean()))
    without = np.sqrt((parts.sum() - parts) / (len(parts) - 1))[:, None]
    half = float(leave_one_out(without)[0])
    interval = (max(total - half, 0.0), total + half)
    return Measurement(total, image.quantity.unit, interval, "noise")


@step(version=1)
def noise_power(
    image: Image,
    twin: Image | None = None,
    *,
    center_mm: Point,
    radius_mm: Length,
    half_height_mm: Length | None = None,
    side: Side = 32,
) -> Curve:
    """Return the noise power spectrum, averaged around, of a region that is uniform but for noise.

    Parameters
    ----------
    image : Image
        With square pixels.
    twin : Image, optional
        The same body scanned again: noise is then what differs.
    center_mm : (3,) numbers
        The middle of the region in LPS.
    radius_mm : number
        Of the region; squares that lie within are used.
    half_height_mm : number, optional
        How far up and down it reaches; by default one slice.
    side : int
        Pixels along the side of a square: more resolve finer frequencies, with fewer squares.

    Returns
    -------
    Curve
        Power in unit² mm² over frequency in 1/mm; the interval is a jackknife over the squares.

    Raises
    ------
    GeometryError
        When pixels are not square, or fewer than four squares fit.
    InputError
        When values are not finite.

    Notes
    -----
    A surface of second degree is taken from each square, which also takes about half the power of
    the first frequency and a tenth of the second. No window is used, so that where a spectrum has
    fallen to a few hundredths of its height, leakage makes it too high: larger squares leak less.
    """
    pixel = pixel_mm(image)
    powers = _powers(image, twin, center_mm, radius_mm, half_height_mm, side)
    frequency = np.fft.fftfreq(side, pixel)
    ring = np.rint(np.hypot(frequency, frequency[:, None]) * side * pixel).astype(int)
    n_rings = side // 2 + 1
    counts = np.bincount(ring.ravel(), minlength=n_rings)[:n_rings]
    radial = np.stack(
        [np.bincount(ring.ravel(), p.ravel(), n_rings)[:n_rings] / counts for p in powers]
    )
    radial = radial[:, 1:]  # at frequency 0 the trend was taken away
    n = len(radial)
    total = radial.mean(axis=0)
    half = leave_one_out((n * total - radial) / (n - 1))
    x = np.arange(1, n_rings) / (side * pixel)
    unit = f"{image.quantity.unit}² mm²".strip()
    low, high = np.maximum(total - half, 0), total + half
    return Curve(x, total, "1/mm", unit, low, high, "frequency", "noise power")


@step(version=1)
def noise_power_map(
    image: Image,
    twin: Image | None = None,
    *,
    center_mm: Point,
    radius_mm: Length,
    half_height_mm: Length | None = None,
    side: Side = 32,
) -> Annotated[Image, Quantity.UNKNOWN]:
    """Return the noise power spectrum over both frequencies, as a picture with 0 in the middle.

    Parameters
    ----------
    image, twin, center_mm, radius_mm, half_height_mm, side
        As in ``quality.noise_power``.

    Returns
    -------
    Image
        Power relative to the mean over all frequencies, one slice without millimeters: pixels are
        steps of ``1 / (side × pixel)``. White noise is 1 everywhere.

    Raises
    ------
    GeometryError
        As in ``quality.noise_power``.
    """
    pixel_mm(image)
    powers = _powers(image, twin, center_mm, radius_mm, half_height_mm, side)
    mean = np.fft.fftshift(powers.mean(axis=0))
    relative = (mean / mean.mean())[None].astype(np.float32)
    return Image(relative, Grid.of_pixels(side, side), Quantity.UNKNOWN)


def _powers(
    image: Image,
    twin: Image | None,
    center_mm: Point,
    radius_mm: float,
    half_height_mm: float | None,
    side: int,
) -> DoubleArray:
    """Return the power of each square: shape (n_squares, side, side)."""
    values, share = _difference(image, twin, "quality.noise_power")
    pixel = pixel_mm(image)
    slices = slices_within(image, center_mm[2], half_height_mm)
    x, y = offsets_mm(image, slices.start, center_mm)
    far = np.hypot(x, y)
    _, n_rows, n_columns = image.grid.shape
    row0, column0 = np.unravel_index(int(far.argmin()), far.shape)
    corners = [
        (r, c)
        for r in range(int(row0 % side), n_rows - side + 1, side)
        for c in range(int(column0 % side), n_columns - side + 1, side)
        if far[[r, r, r + side - 1, r + side - 1], [c, c + side - 1] * 2].max() <= radius_mm
    ]
    if len(corners) * len(slices) < _FEWEST:
        raise GeometryError(
            f"quality.noise_power needs at least {_FEWEST} squares of {side} pixels within "
            f"{radius_mm:g} mm of {center_mm}, {len(corners) * len(slices)} fit: choose a smaller "
            f"side, or more slices with half_height_mm"
        )
    u = np.linspace(-1, 1, side)
    terms = [np.ones((side, side)), *np.meshgrid(u, u), np.outer(u, u)]
    terms += [terms[1] ** 2, terms[2] ** 2]
    trend, _ = np.linalg.qr(np.stack([t.ravel() for t in terms], axis=1))
    powers = []
    for k in slices:
        for r, c in corners:
            square = values.values[k, r : r + side, c : c + side].astype(np.float64).ravel()
            if not np.isfinite(square).all():
                raise InputError("quality.noise_power takes finite values, got NaN or infinity")
            rest = (square - trend @ (trend.T @ square)).reshape(side, side) * share
            powers.append(np.abs(np.fft.fft2(rest)) ** 2 * pixel**2 / side**2)
    return np.stack(powers)


def _difference(image: Image, twin: Image | None, name: str) -> tuple[Image, float]:
    """Return the image, or how it differs from its twin, and by what that must be multiplied."""
    real_values(image, name)
    if twin is None:
        return image, 1.0
    same_grid(image, twin, name)
    same_quantity(image, twin, name)
    values = np.subtract(image.values, twin.values, dtype=np.float64)
    return Image(values, image.grid, image.quantity), float(np.sqrt(0.5))
