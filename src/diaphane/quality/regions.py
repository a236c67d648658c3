"""What an image measures within a region of simple shape."""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, first_not_finite
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.quality.blocks import block_edges, block_sums, jackknife
from diaphane.space import Grid
from diaphane.step import step

_BLOCKS = 3  # along each axis of the region

Coordinate = Annotated[float, Range(-10_000, 10_000, unit="mm")]
Length = Annotated[float, Range(0.001, 10_000, scale="log", unit="mm")]


@dataclass(frozen=True, eq=False)
class _Region:
    """A ball, or an upright cylinder."""

    center_mm: DoubleArray
    """Its middle in LPS."""
    radius_mm: float
    """Of the ball or the cylinder."""
    half_height_mm: float | None
    """Of the cylinder; none makes a ball."""

    def box(self, grid: Grid) -> tuple[slice, ...]:
        """Return the smallest box of indices around it; say so when the grid cuts it off."""
        to_index = grid.affine.inverse().matrix[:3, :3]
        if self.half_height_mm is None:
            reach = self.radius_mm * np.linalg.norm(to_index, axis=1)
        else:
            across = self.radius_mm * np.linalg.norm(to_index[:, :2], axis=1)
            reach = across + self.half_height_mm * np.abs(to_index[:, 2])
        center, n = grid.to_index(self.center_mm), np.asarray(grid.shape)
        low, high = center - reach, center + reach
        if ((n > 1) & ((low < -0.5) | (high > n - 0.5))).any():
            notice("quality.region_cut", radius_mm=self.radius_mm)
        first = np.clip(np.ceil(low - 1e-9), 0, n).astype(int)
        last = np.clip(np.floor(high + 1e-9) + 1, first, n).astype(int)
        return tuple(slice(int(a), int(b)) for a, b in zip(first, last))

    def holds(self, grid: Grid, box: tuple[slice, ...]) -> AnyArray:
        """Return which voxels of the box have their centers within, one slice after the other."""
        slices, *in_slice = (np.arange(s.start, s.stop) for s in box)
        inside = np.zeros((len(slices), *(len(n) for n in in_slice)), bool)
        rows, columns = np.meshgrid(*in_slice, indexing="ij")
        near = self.radius_mm + 1e-9  # a center on the rim belongs to it
        for held, k in zip(inside, slices):
            index = np.stack([np.full(rows.shape, k), rows, columns], axis=-1)
            x, y, z = np.moveaxis(grid.to_mm(index) - self.center_mm, -1, 0)
            if self.half_height_mm is None:
                held[:] = x**2 + y**2 + z**2 <= near**2
            else:
                height_mm = self.half_height_mm + 1e-9
                held[:] = (x**2 + y**2 <= near**2) & (np.abs(z) <= height_mm)
        return inside


@step(version=1)
def region_mean(
    image: Image,
    *,
    center_mm: tuple[Coordinate, Coordinate, Coordinate],
    radius_mm: Length,
    half_height_mm: Length | None = None,
) -> Measurement:
    """Return the mean within a ball, or within an upright cylinder.

    Parameters
    ----------
    image : Image
        Real, without channels.
    center_mm : (3,) numbers
        The middle of the region in LPS (x, y, z).
    radius_mm : float
        Of the ball, or of the cylinder.
    half_height_mm : float, optional
        Makes it a cylinder along z, reaching this far up and down.

    Returns
    -------
    Measurement
        The mean over all voxels whose centers lie within, in the image's unit. The interval is
        that of the mean with noise that hangs together over less than a third of the region: a
        jackknife over 3 × 3 × 3 blocks of it. Noise of longer reach (streaks, cupping) is only
        partly in it, and the interval says nothing of an error common to the whole region.

    Raises
    ------
    GeometryError
        When no voxel's center lies within.
    InputError
        When a value within is not finite, or the image is complex or has channels.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> water = np.random.default_rng(0).normal(0, 10, (20, 20, 20))
    >>> image = Image(water, Grid.centered(water.shape, 1), Quantity.HOUNSFIELD)
    >>> mean = region_mean(image, center_mm=(0.0, 0.0, 0.0), radius_mm=8.0)
    >>> mean.interval[0] < 0 < mean.interval[1]
    True
    """
    if image.channels or image.values.dtype.kind == "c":
        raise InputError("quality.region_mean takes real values, one a voxel: choose a part first")
    region = _Region(np.array(center_mm), radius_mm, half_height_mm)
    box = region.box(image.grid)
    inside = region.holds(image.grid, box)
    if not inside.any():
        low, high = (_place(corner) for corner in image.grid.box_mm)
        raise GeometryError(
            f"quality.region_mean: no voxel's center lies within {radius_mm:g} mm of {center_mm}; "
            f"the grid reaches from {low} to {high}"
        )
    values = image.values[box]
    bad = first_not_finite(values[inside])
    if bad is not None:
        raise InputError(f"quality.region_mean takes finite values, got {values[inside][bad]}")
    edges = block_edges(inside.shape, _BLOCKS)
    kept = np.where(inside, values, 0)
    sums = np.stack([block_sums(kept, edges), block_sums(inside, edges)], axis=-1)
    value, interval = jackknife(sums[sums[:, 1] > 0], _mean)
    return Measurement(value, image.quantity.unit, interval, name="mean of a region")


def _mean(sums: DoubleArray) -> DoubleArray:
    totals, counts = sums.T
    return totals / counts


def _place(point_mm: DoubleArray) -> str:
    return "(" + ", ".join(f"{x:.1f}" for x in point_mm) + ")"
