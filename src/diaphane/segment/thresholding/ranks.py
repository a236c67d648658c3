"""Thresholds that leave a known amount of the image below or above: a percentile, a prior volume.

References
----------
W. Doyle, "Operations useful for similarity-invariant pattern recognition", Journal of the ACM
9(2), 1962: the p-tile method. We take the values themselves, not the bins of a histogram.
"""

from math import ceil
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.segment.checks import in_millimeters, values_inside
from diaphane.segment.thresholding.labeling import Side
from diaphane.step import step

Percentile = Annotated[float, Range(0, 100, unit="%")]
"""How many percent of the voxels lie at or below a threshold."""
Volume = Annotated[float, Range(1e-6, 1e6, scale="log", unit="mL")]
"""How large a structure is known to be."""


@step(version=1)
def percentile_threshold(
    image: Image, within: Labels | None = None, *, percentile: Percentile = 50.0
) -> Measurement:
    """Return the value at or below which a share of the voxels lies: the p-tile method.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count. Elsewhere the image may hold NaN.
    percentile : number
        How many percent of the voxels lie at or below the threshold.

    Returns
    -------
    Measurement
        The smallest value of the image at or below which at least `percentile` percent lie, in
        the image's unit. The interval runs to the next larger value: any threshold between
        splits the voxels in the same way.

    Raises
    ------
    InputError
        When a value is not finite, the image has channels, or `within` holds no voxel.
    GeometryError
        When `within` lies on another grid.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 12, 13, 40, 41, 42, 43, 44, 45]]], dtype=np.int16)
    >>> image = Image(values, Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)
    >>> print(percentile_threshold(image, percentile=40))
    13 HU [13, 40]
    """
    values = values_inside(image, within, "segment.percentile_threshold")
    rank = max(ceil(percentile * len(values) / 100), 1)
    value = np.partition(values, rank - 1)[rank - 1]
    name = f"{percentile:g}th percentile"
    return Measurement(float(value), image.quantity.unit, _gap_above(values, value), name=name)


@step(version=1)
def prior_volume_threshold(
    image: Image, within: Labels | None = None, *, volume_ml: Volume, side: Side = "above"
) -> Measurement:
    """Return the threshold that gives a structure the volume that it is known to have.

    Parameters
    ----------
    image : Image
        Real, without channels, on a grid in millimeters.
    within : Labels, optional
        Only values where these are not 0 count. Elsewhere the image may hold NaN.
    volume_ml : number
        The volume of the structure, in mL.
    side : {"above", "below"}
        Whether the structure is what is > the threshold, or what is at or below it.

    Returns
    -------
    Measurement
        The value of the image that comes nearest to the volume, in the image's unit; of two
        equally near ones the lower. The interval runs to the next larger value: any threshold
        between gives the same volume. Where equal values allow no better, a notice names the
        volume that it gives.

    Raises
    ------
    InputError
        When the volume is below half a voxel or not below that of the image (or of `within`),
        when all values are the same or one is not finite, or the image has channels.
    GeometryError
        When the grid is not in millimeters, or `within` lies on another one.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 12, 13, 40, 41, 42, 43]]], dtype=np.int16)
    >>> image = Image(values, Grid.centered(values.shape, 10), Quantity.HOUNSFIELD)
    >>> print(prior_volume_threshold(image, volume_ml=4))
    13 HU [13, 40]
    """
    label = "segment.prior_volume_threshold"
    in_millimeters(image.grid, label)
    values = values_inside(image, within, label)
    one_ml, n = image.grid.voxel_volume_mm3 / 1000, len(values)
    wanted = volume_ml / one_ml
    if not 0.5 <= wanted < n:
        raise InputError(
            f"{label}: volume_ml must be at least half a voxel ({one_ml / 2:.3g} mL) and less "
            f"than all that is looked at ({n * one_ml:.4g} mL), got {volume_ml:g}"
        )
    value, n_inside = _nearest(values, wanted, side, label)
    if abs(n_inside - wanted) > 1:
        notice("segment.prior_volume", asked=volume_ml, given=n_inside * one_ml)
    gap = _gap_above(values, value)
    return Measurement(float(value), image.quantity.unit, gap, name="prior volume threshold")


def _nearest(values: AnyArray, wanted: float, side: Side, label: str) -> tuple[np.generic, int]:
    """Return the value beside which nearest to `wanted` voxels lie, and how many there are."""
    n = len(values)
    n_below = wanted if side == "below" else n - wanted
    rank = min(max(ceil(n_below), 1), n) - 1
    upper = np.partition(values, rank)[rank]
    lower = values[values < upper]
    both = [upper] if not lower.size else [lower.max(), upper]
    counts = [int((values <= v).sum()) for v in both]
    beside = [(v, c if side == "below" else n - c) for v, c in zip(both, counts)]
    split = [(v, c) for v, c in beside if 0 < c < n]
    if not split:
        raise InputError(f"{label}: all values are {values[0]:g}, so that nothing can be separated")
    return min(split, key=lambda found: abs(found[1] - wanted))


def _gap_above(values: AnyArray, value: np.generic) -> tuple[float, float]:
    """Return a value of the image and the next larger one, or itself where there is none."""
    larger = values[values > value]
    return float(value), float(larger.min() if larger.size else value)
