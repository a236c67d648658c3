"""How far an image is from the truth: voxel by voxel, and in one number."""

from dataclasses import replace

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, first_not_finite
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.progress import track
from diaphane.quality.blocks import block_edges, block_sums, jackknife
from diaphane.quality.checks import same_grid, same_quantity
from diaphane.step import step

_BLOCKS = 8  # along each axis


@step(version=1)
def difference(image: Image, truth: Image) -> Image:
    """Return the image minus the truth: the error map.

    Parameters
    ----------
    image, truth : Image
        Of one quantity, on one grid.

    Returns
    -------
    Image
        Of the same quantity, positive where the image is too high, in float32 (float64 and
        complex numbers stay).

    Raises
    ------
    GeometryError
        When the grids differ.
    QuantityError
        When the quantities or channels differ.
    """
    same_grid(image, truth, "quality.difference")
    same_quantity(image, truth, "quality.difference")
    dtype = np.result_type(image.values.dtype, truth.values.dtype, np.float32)
    return replace(image, values=np.subtract(image.values, truth.values, dtype=dtype))


@step(version=1)
def rmse(image: Image, truth: Image, mask: Labels | None = None) -> Measurement:
    """Return the root of the mean squared error, within a mask where one is given.

    Parameters
    ----------
    image, truth : Image
        Of one quantity, on one grid; of complex numbers the magnitude of the error counts.
    mask : Labels, optional
        Where to compare: all its structures together.

    Returns
    -------
    Measurement
        In the images' unit. The interval says how much it would vary with the part of the body
        that is compared: a jackknife over blocks of an eighth of the grid along each axis.

    Raises
    ------
    GeometryError
        When the grids differ.
    QuantityError
        When the quantities or channels differ.
    InputError
        When the mask is empty, or a value within it is not finite.
    """
    same_grid(image, truth, "quality.rmse")
    same_quantity(image, truth, "quality.rmse")
    if mask is not None:
        same_grid(image, mask, "quality.rmse")
    slices, *in_slice = block_edges(image.grid.shape, _BLOCKS)
    sums = np.zeros((len(slices) - 1, np.prod([len(e) - 1 for e in in_slice]), 2))
    for k in track(range(image.grid.shape[0]), "quality.rmse"):
        inside = None if mask is None else mask.values[k] != 0
        squares, counts = _squares(image.values[k], truth.values[k], inside)
        bad = first_not_finite(squares)
        if bad is not None:
            raise InputError(
                f"quality.rmse compares finite values, got NaN or infinity at {(k, *bad)}"
            )
        block = int(np.searchsorted(slices, k, side="right")) - 1
        sums[block, :, 0] += block_sums(squares, in_slice)
        sums[block, :, 1] += block_sums(counts, in_slice)
    sums = sums.reshape(-1, 2)[sums.reshape(-1, 2)[:, 1] > 0]
    if not len(sums):
        raise InputError("quality.rmse: the mask holds no voxel")
    value, interval = jackknife(sums, _root_mean)
    if interval is not None:
        interval = max(interval[0], 0.0), interval[1]
    return Measurement(value, image.quantity.unit, interval, name="root mean square error")


def _squares(
    image: AnyArray, truth: AnyArray, inside: AnyArray | None
) -> tuple[DoubleArray, DoubleArray]:
    """Return the squared error of each pixel, 0 outside the mask, and how many values it counts."""
    wide = np.result_type(image.dtype, truth.dtype, np.float64)
    squares = np.abs(np.subtract(image, truth, dtype=wide)) ** 2
    n_channels = 1
    if squares.ndim == 3:
        n_channels = squares.shape[2]
        squares = squares.sum(axis=2)
    if inside is None:
        return squares, np.full(squares.shape, float(n_channels))
    return np.where(inside, squares, 0.0), inside * float(n_channels)


def _root_mean(sums: DoubleArray) -> DoubleArray:
    squares, counts = sums.T
    return np.sqrt(np.maximum(squares, 0) / counts)
