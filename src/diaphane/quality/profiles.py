"""How thick a slice really is: the slice sensitivity profile."""

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Image
from diaphane.quality.curves import Curve
from diaphane.quality.places import Length, Point, offsets_mm, real_values
from diaphane.step import step

_LEAST_SLICES = 5
_SECTORS = 8  # of the ring of background
_END = 0.2  # of the slices at either end show the background


@step(version=2)
def slice_profile(image: Image, *, center_mm: Point, radius_mm: Length) -> Curve:
    """Measure how far along the axis a thin disc, or a small bead, can be seen.

    Parameters
    ----------
    image : Image
        Of a disc or bead much thinner than a slice.
    center_mm : (3,) numbers
        Its middle in LPS.
    radius_mm : number
        Around it, in the plane, over which the mean is taken.

    Returns
    -------
    Curve
        Signal over the distance in mm from `center_mm` along z, its highest point at 1; the mean
        of the outer slices is taken for background. ``quality.width_at`` gives the full width at
        half maximum. The interval comes from how the means of eight sectors of each slice's ring
        of background scatter, of the signal and of the highest point by which it is divided.

    Raises
    ------
    InputError
        With fewer than 5 slices, or when nothing stands out.
    """
    values = real_values(image, "quality.slice_profile")
    n = image.grid.shape[0]
    if n < _LEAST_SLICES:
        raise InputError(f"quality.slice_profile needs at least {_LEAST_SLICES} slices, got {n}")
    x, y = offsets_mm(image, n // 2, center_mm)
    distance = np.hypot(x, y)
    inside, ring = distance <= radius_mm, (distance > 1.5 * radius_mm) & (distance <= 3 * radius_mm)
    if not inside.any():
        raise InputError(f"quality.slice_profile: no voxel within {radius_mm:g} mm of {center_mm}")
    signal = values[:, inside].mean(axis=1, dtype=np.float64)
    end = max(1, int(_END * n))
    signal = signal - np.concatenate([signal[:end], signal[-end:]]).mean()
    around = np.flatnonzero(ring)[np.argsort(np.arctan2(y, x)[ring])]
    flat = values.reshape(n, -1)
    error = _error([flat[:, s] for s in np.array_split(around, _SECTORS)], int(inside.sum()))
    top = float(signal[np.abs(signal).argmax()])
    if not abs(top) > 3 * error or top == 0:
        raise InputError(f"quality.slice_profile: nothing stands out at {center_mm}")
    places = np.zeros((n, 3))
    places[:, 0] = np.arange(n)
    z = image.grid.to_mm(places)[:, 2] - center_mm[2]
    order = np.argsort(z)
    profile = (signal / top)[order]
    half = 1.96 * error / abs(top) * np.sqrt(1 + profile**2)
    return Curve(z[order], profile, "mm", "", profile - half, profile + half, "z", "sensitivity")


def _error(sectors: list[AnyArray], n_inside: int) -> float:
    """Return the standard deviation of a mean over so many voxels, from sectors (n_slices, n)."""
    if min(s.shape[1] for s in sectors) == 0:
        return 0.0
    means = np.stack([s.mean(axis=1, dtype=np.float64) for s in sectors])
    n_sector = np.mean([s.shape[1] for s in sectors])
    return float(np.sqrt(means.var(axis=0, ddof=1).mean() * n_sector / n_inside))
