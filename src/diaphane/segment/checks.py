"""What an image must be to be cut by a threshold, and a grid to be measured."""

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, first_not_finite, frozen
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.space import Grid


def single_values(image: Image, step: str) -> AnyArray:
    """Return the image's values; refuse channels, complex numbers, NaN and infinity.

    Raises
    ------
    InputError
        Naming `step` and what stands in its way.
    """
    values = real_values(image, step)
    bad = first_not_finite(values)
    if bad is not None:
        raise InputError(not_finite(values, bad, step))
    return values


def real_values(image: Image, step: str) -> AnyArray:
    """Return the image's values, not finite ones among them; refuse channels and complex numbers.

    Raises
    ------
    InputError
        Naming `step` and what stands in its way.
    """
    if image.channels:
        channels = ", ".join(image.channels)
        raise InputError(f"{step} takes one value a voxel, got channels {channels}: choose one")
    if image.values.dtype.kind == "c":
        raise InputError(f"{step} takes real values, got complex ones: take their magnitude first")
    return image.values


def not_finite(values: AnyArray, place: tuple[int, ...], step: str) -> str:
    """Return the sentence that refuses the value at `place`."""
    return f"{step} takes finite values, got {values[place]} at {place}: fill or crop it first"


def mask_of(within: Labels | None, image: Image, step: str) -> ByteArray | None:
    """Return where `within` is not 0, as bytes that are not 0; ``None`` where there is none.

    Raises
    ------
    GeometryError
        When it lies on another grid than the image.
    InputError
        When it holds no voxel.
    """
    if within is None:
        return None
    if not within.grid.is_close(image.grid):
        raise GeometryError(
            f"{step}: within must lie on the grid of the image, {image.grid.shape} voxels, got "
            f"{within.grid.shape}: resample it onto the image first"
            if within.grid.shape != image.grid.shape
            else f"{step}: within must lie where the image lies: resample it onto the image first"
        )
    values = within.values
    if values.dtype.itemsize == 1:
        inside = values.view(np.uint8)
    else:
        inside = frozen((values != 0).view(np.uint8))
    if not inside.any():
        raise InputError(f"{step}: within holds no voxel, so that there is nothing to look at")
    return inside


def voxel_ml(labels: Labels, step: str) -> float:
    """Return the volume of one voxel in milliliters; refuse a grid without millimeters.

    Raises
    ------
    GeometryError
        When the labels lie on a photograph.
    """
    in_millimeters(labels.grid, step)
    return labels.grid.voxel_volume_mm3 / 1000


def values_inside(image: Image, within: Labels | None, step: str) -> AnyArray:
    """Return the values that count, in one row; of those outside `within` nothing is asked.

    Raises
    ------
    InputError
        When the image has channels or complex numbers, a value that counts is not finite, or
        `within` holds no voxel.
    GeometryError
        When `within` lies on another grid.
    """
    inside = mask_of(within, image, step)
    if inside is None:
        return single_values(image, step).reshape(-1)
    values = real_values(image, step)
    kept = values[inside != 0]
    bad = first_not_finite(kept)
    if bad is not None:
        place = tuple(int(i[bad[0]]) for i in np.nonzero(inside))
        raise InputError(not_finite(values, place, step))
    return kept


def in_millimeters(grid: Grid, step: str) -> None:
    """Refuse the grid of a photograph, whose millimeters nobody knows.

    Raises
    ------
    GeometryError
        Naming `step`.
    """
    if grid.unit != "mm":
        raise GeometryError(f"{step} needs a grid in millimeters, got one in {grid.unit}s")


def structure(labels: Labels, label: int | None, step: str) -> AnyArray:
    """Return where a structure is, or all of them together; refuse one that is nowhere.

    Raises
    ------
    InputError
        When no voxel carries the label, or any.
    """
    inside = labels.values != 0 if label is None else labels.values == label
    if not inside.any():
        which = "no voxel is labeled" if label is None else f"no voxel has label {label}"
        raise InputError(f"{step} needs a structure, and {which}")
    return inside


def right_angled(grid: Grid, step: str) -> tuple[float, float, float]:
    """Return the spacings of a grid whose axes are at right angles; refuse any other.

    Raises
    ------
    GeometryError
        When the grid is sheared.
    """
    if grid.is_sheared:
        raise GeometryError(
            f"{step} needs axes at right angles, got a sheared grid: resample it upright first"
        )
    return grid.spacing_mm


def same_shape(labels: Labels, grid: Grid, what: str, step: str) -> None:
    """Refuse labels whose voxels are not those of another grid.

    Raises
    ------
    GeometryError
        When the numbers of voxels differ, or their places.
    """
    if labels.grid.shape != grid.shape:
        raise GeometryError(
            f"{step} needs {what} on the image's grid of {_times(grid.shape)} voxels, got "
            f"{_times(labels.grid.shape)}: resample them onto it first"
        )
    if not labels.grid.is_close(grid):
        raise GeometryError(
            f"{step} needs {what} on the image's grid, got one of the same size elsewhere: "
            f"resample them onto it first"
        )


def _times(shape: tuple[int, ...]) -> str:
    return " × ".join(map(str, shape))
