"""What an image must be to be cut by a threshold, and a grid to be measured."""

from diaphane.arrays import AnyArray, first_not_finite
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels


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
    if labels.grid.unit != "mm":
        raise GeometryError(f"{step} needs a grid in millimeters, got one in {labels.grid.unit}s")
    return labels.grid.voxel_volume_mm3 / 1000
