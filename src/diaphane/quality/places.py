"""Where voxels lie within the plane of a slice, around a point."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, first_not_finite
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image
from diaphane.options import Range

Coordinate = Annotated[float, Range(-10_000, 10_000, unit="mm")]
Point = tuple[Coordinate, Coordinate, Coordinate]
Length = Annotated[float, Range(0.001, 10_000, scale="log", unit="mm")]


def real_values(image: Image, name: str) -> AnyArray:
    """Return the values of an image, or refuse those that are complex or have channels."""
    if image.channels or image.values.dtype.kind == "c":
        raise InputError(f"{name} takes real values, one a voxel: choose a part first")
    return image.values


def slices_within(image: Image, z_mm: float, half_height_mm: float | None) -> range:
    """Return the slices whose centers lie within a height; the nearest one without a height."""
    heights = image.grid.to_mm(
        np.stack([np.arange(image.grid.shape[0]), *np.zeros((2, image.grid.shape[0]))], axis=-1)
    )[:, 2]
    if half_height_mm is None:
        k = int(np.abs(heights - z_mm).argmin())
        return range(k, k + 1)
    inside = np.flatnonzero(np.abs(heights - z_mm) <= half_height_mm + 1e-9)
    if not len(inside):
        raise GeometryError(
            f"no slice lies within {half_height_mm:g} mm of z = {z_mm:g}; they reach from "
            f"{heights.min():g} to {heights.max():g}"
        )
    return range(int(inside[0]), int(inside[-1]) + 1)


def offsets_mm(image: Image, slice_: int, center_mm: Point) -> tuple[DoubleArray, DoubleArray]:
    """Return x and y of each voxel of a slice, in mm from a point: two arrays (rows, columns)."""
    _, n_rows, n_columns = image.grid.shape
    rows, columns = np.meshgrid(np.arange(n_rows), np.arange(n_columns), indexing="ij")
    points = image.grid.to_mm(np.stack([np.full(rows.shape, slice_), rows, columns], axis=-1))
    return points[..., 0] - center_mm[0], points[..., 1] - center_mm[1]


def disc(image: Image, slices: range, center_mm: Point, radius_mm: float) -> DoubleArray:
    """Return the values whose centers lie within a disc, slice by slice: (n_slices, n_voxels).

    Those of a slice go once around its middle, so that a part of the row is a sector: noise hangs
    together over a few voxels, and compact parts are more independent of each other than rows are.

    Raises
    ------
    GeometryError
        When there are none.
    InputError
        When one is not finite.
    """
    x, y = offsets_mm(image, slices.start, center_mm)
    inside = np.hypot(x, y) <= radius_mm + 1e-9
    if not inside.any():
        raise GeometryError(f"no voxel's center lies within {radius_mm:g} mm of {center_mm}")
    around = np.argsort(np.arctan2(y[inside], x[inside]), kind="stable")
    values = image.values[slices.start : slices.stop][:, inside][:, around].astype(np.float64)
    if first_not_finite(values) is not None:
        raise InputError(f"values around {center_mm} must be finite, got NaN or infinity")
    return values


def pixel_mm(image: Image) -> float:
    """Return the distance between neighboring voxels of a slice, which must be square."""
    _, dy, dx = image.grid.spacing_mm
    if abs(dx - dy) > 1e-3 * dx:
        raise GeometryError(
            f"pixels must be square, got {dy:g} mm × {dx:g} mm: resample with image.resample"
        )
    return float(dx)
