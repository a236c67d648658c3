"""What an image must be to be cut by a threshold, and a grid to be measured."""

from diaphane.arrays import AnyArray, first_not_finite
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
    if image.channels:
        channels = ", ".join(image.channels)
        raise InputError(f"{step} takes one value a voxel, got channels {channels}: choose one")
    if image.values.dtype.kind == "c":
        raise InputError(f"{step} takes real values, got complex ones: take their magnitude first")
    bad = first_not_finite(image.values)
    if bad is not None:
        raise InputError(
            f"{step} takes finite values, got {image.values[bad]} at {bad}: fill or crop it first"
        )
    return image.values


def voxel_ml(labels: Labels, step: str) -> float:
    """Return the volume of one voxel in milliliters; refuse a grid without millimeters.

    Raises
    ------
    GeometryError
        When the labels lie on a photograph.
    """
    in_millimeters(labels.grid, step)
    return labels.grid.voxel_volume_mm3 / 1000


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
