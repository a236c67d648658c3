"""From attenuation to Hounsfield numbers: the scale on which water is 0 and air -1000."""

from typing import Annotated

import numpy as np
from scipy import special

from diaphane.arrays import AnyArray
from diaphane.errors import InputError, QuantityError
from diaphane.image import Image, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.step import step
from diaphane.units import Quantity

WATER_PER_MM = 0.02059
"""Attenuation of water at 60 keV (NISTIR 5632), assumed where nobody measured it."""

_LEAST_VOXELS = 16

_Place = Annotated[float, Range(-10_000, 10_000, unit="mm")]


@step(version=1)
def water_attenuation(
    image: Annotated[Image, Quantity.ATTENUATION],
    *,
    center_mm: tuple[_Place, _Place, _Place] | None = None,
    radius_mm: Annotated[float, Range(0.1, 1000, scale="log", unit="mm")] = 20.0,
) -> Measurement:
    """Measure the attenuation of water in the picture of a water phantom.

    Parameters
    ----------
    image : Image
        Attenuation in 1/mm, of water where it is measured.
    center_mm : (x, y, z), optional
        Middle of the ball in which the mean is taken, in LPS mm; by default the grid's middle.
    radius_mm : number
        Radius of the ball.

    Returns
    -------
    Measurement
        The mean in 1/mm with its 95 % interval.

    Raises
    ------
    InputError
        When the ball holds fewer than 16 voxels, or no water.

    Notes
    -----
    Neighboring voxels of a reconstruction have common noise, so that their number would make the
    interval far too narrow. The ball is cut at its middle into octants (quarters in a single
    slice), and the interval is Student's for the mean of their means, which also shows it when
    the water is not flat.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.space import Grid
    >>> mu = np.full((20, 20, 20), 0.0193, np.float32)
    >>> image = Image(mu, Grid.centered(mu.shape, 1.0), Quantity.ATTENUATION)
    >>> print(water_attenuation(image, radius_mm=8))
    0.0193 1/mm [0.0193, 0.0193]
    """
    center = image.grid.center_mm if center_mm is None else np.asarray(center_mm, np.float64)
    octant, values = _ball(image, center, radius_mm)
    if len(values) < _LEAST_VOXELS:
        raise InputError(
            f"a ball of radius_mm = {radius_mm} at {_text(center)} must hold at least "
            f"{_LEAST_VOXELS} voxels of the image, it holds {len(values)}: place it within the "
            f"water or enlarge it"
        )
    mean = float(values.mean(dtype=np.float64))
    if not mean > 0:
        raise InputError(
            f"water attenuates, its mean at {_text(center)} must be > 0, got {mean:.3g} 1/mm: "
            f"place the ball within the water"
        )
    parts = [values[octant == i].mean(dtype=np.float64) for i in np.unique(octant)]
    error = np.std(parts, ddof=1) / np.sqrt(len(parts)) if len(parts) > 1 else np.nan
    half = float(special.stdtrit(max(len(parts) - 1, 1), 0.975) * error)
    interval = (mean - half, mean + half) if np.isfinite(half) else None
    return Measurement(mean, Quantity.ATTENUATION.unit, interval, "attenuation of water")


@step(version=1)
def hounsfield(
    image: Annotated[Image, Quantity.ATTENUATION],
    water: Measurement | None = None,
    *,
    water_per_mm: Annotated[float, Range(0.001, 1, scale="log", unit="1/mm")] | None = None,
) -> Annotated[Image, Quantity.HOUNSFIELD]:
    """Put an image of attenuation on the Hounsfield scale: water is 0, air is -1000.

    Parameters
    ----------
    image : Image
        Attenuation in 1/mm.
    water : Measurement, optional
        Attenuation of water, measured by :func:`water_attenuation` in a water phantom that was
        scanned and reconstructed in the same way.
    water_per_mm : number, optional
        The same as a number. Without both, water at 60 keV is assumed, and a notice says so.

    Returns
    -------
    Image
        ``1000 (image - water) / water`` in HU, float32, not clipped. Air is taken to attenuate
        nothing.

    Raises
    ------
    InputError
        When water is given twice, or does not attenuate.
    QuantityError
        When `water` is not in 1/mm.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.space import Grid
    >>> mu = np.array([[[0.0, 0.02, 0.04]]], np.float32)
    >>> image = Image(mu, Grid.centered(mu.shape, 1.0), Quantity.ATTENUATION)
    >>> hounsfield(image, water_per_mm=0.02).values.tolist()
    [[[-1000.0, 0.0, 1000.0]]]
    """
    mu = np.float32(_water_per_mm(water, water_per_mm))
    values = image.values.astype(np.float32) * (np.float32(1000) / mu) - np.float32(1000)
    return Image(values, image.grid, Quantity.HOUNSFIELD)


def _water_per_mm(water: Measurement | None, water_per_mm: float | None) -> float:
    if water is not None and water_per_mm is not None:
        raise InputError(
            f"ct.hounsfield: water is measured ({water}) and water_per_mm = {water_per_mm} is "
            f"given too; leave one out"
        )
    if water is None:
        if water_per_mm is None:
            notice("ct.water_assumed", water_per_mm=WATER_PER_MM)
        return WATER_PER_MM if water_per_mm is None else water_per_mm
    if water.unit != Quantity.ATTENUATION.unit:
        raise QuantityError(
            f"ct.hounsfield: water must be measured in 1/mm, got {water}: measure it with "
            f"ct.water_attenuation"
        )
    if not (np.isfinite(water.value) and water.value > 0):
        raise InputError(f"ct.hounsfield: water must attenuate, got {water}")
    return water.value


def _ball(image: Image, center_mm: AnyArray, radius_mm: float) -> tuple[AnyArray, AnyArray]:
    """Return the octant, 0 to 7, and the value of each voxel of a ball."""
    grid = image.grid
    reach = np.abs(np.linalg.inv(grid.affine.matrix[:3, :3])).sum(axis=1) * radius_mm
    middle = grid.to_index(center_mm)
    low = np.clip(np.floor(middle - reach), 0, grid.shape).astype(int)
    high = np.clip(np.ceil(middle + reach) + 1, low, grid.shape).astype(int)
    index = np.stack(np.meshgrid(*map(np.arange, low, high), indexing="ij"), axis=-1)
    away = grid.to_mm(index) - center_mm
    inside = np.linalg.norm(away, axis=-1) <= radius_mm
    octant = (away[inside] > 0) @ np.array([1, 2, 4])
    return octant, image.values[tuple(map(slice, low, high))][inside]


def _text(point_mm: AnyArray) -> str:
    return "(" + ", ".join(f"{x:.4g}" for x in point_mm) + ") mm"
