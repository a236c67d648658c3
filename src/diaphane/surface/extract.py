"""Steps from a volume to the surface of what it shows."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray, IntArray, first_not_finite
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Surface
from diaphane.options import Range
from diaphane.space import Grid
from diaphane.step import step
from diaphane.surface.marching import march, pad, to_world
from diaphane.surface.smoothing import smooth_points

_HALF_A_VOXEL = 0.5


@step(version=1)
def isosurface(
    image: Image, *, level: Annotated[float, Range(-100_000, 100_000, unit="{image}")]
) -> Surface:
    """Return the closed surface around everything brighter than a level.

    Between voxel centers the values are taken to change evenly, and the points lie where they
    pass through the level, so that area and volume converge with the square of the voxel size.
    Where the body reaches the end of the grid it is cut half a voxel beyond the outermost centers.
    Voxels that touch only across a diagonal of a face are joined.

    Parameters
    ----------
    image : Image
        Real values, one at each voxel, on any grid: sheared, of either handedness.
    level : float
        In the image's own unit. Inside is what lies above it.

    Returns
    -------
    Surface
        In LPS mm; every edge belongs to exactly two triangles, and seen from outside corners run
        counterclockwise.

    Raises
    ------
    InputError
        When the image is not of real numbers, holds NaN, or nothing in it crosses the level.

    Notes
    -----
    Marching cubes with a table without holes: see :mod:`diaphane.surface.cases`.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.image import Image, Quantity
    >>> from diaphane.space import Grid
    >>> values = np.zeros((3, 3, 3), np.float32)
    >>> values[1, 1, 1] = 1000
    >>> image = Image(values, Grid.centered((3, 3, 3), 1.0), Quantity.HOUNSFIELD)
    >>> surface = isosurface(image, level=500)
    >>> len(surface.points_mm), len(surface.triangles)
    (6, 8)
    """
    values = _real_values(image)
    low, high = values.min(), values.max()
    if not low <= level < high:
        unit = f" {image.quantity.unit}".rstrip()
        raise InputError(
            f"level must lie within the image's values, {low:g} to {high:g}{unit}, got {level:g}"
        )
    points, triangles = march(pad(values, level))
    return _in_world(points, triangles, image.grid)


@step(version=1)
def of_labels(
    labels: Labels,
    *,
    label: Annotated[int, Range(0, 65_535)] = 0,
    passes: Annotated[int, Range(0, 100)] = 20,
) -> Surface:
    """Return the smooth closed surface of one labeled structure, or of all together.

    A label map says yes or no at each voxel, which alone would give steps. The surface halfway
    between yes and no is smoothed by Taubin's passes, which neither shrink nor swell it, and no
    point leaves its place by more than half a voxel along any axis of the grid: the map knows no
    more than that.

    Parameters
    ----------
    labels : Labels
        Which structure each voxel belongs to.
    label : int
        The structure; 0 takes all of them together.
    passes : int
        How often the surface is smoothed; 0 leaves the steps.

    Returns
    -------
    Surface
        In LPS mm; closed, seen from outside counterclockwise.

    Raises
    ------
    InputError
        When no voxel carries the label.
    """
    inside = labels.values == label if label else labels.values != 0
    if not inside.any():
        wanted = f"label {label}" if label else "a label"
        known = ", ".join(str(n) for n in np.unique(labels.values) if n) or "none"
        raise InputError(f"no voxel carries {wanted}; labels in the map: {known}")
    points, triangles = march(pad(inside.view(np.uint8), 0.5))
    points = smooth_points(points, triangles, passes=passes, bound=_HALF_A_VOXEL)
    return _in_world(points, triangles, labels.grid)


def _real_values(image: Image) -> AnyArray:
    """Return the values where they are one real, finite number a voxel."""
    if image.channels or image.values.dtype.kind == "c":
        raise InputError(
            "a surface needs one real number at each voxel, got "
            + (f"{len(image.channels)} channels" if image.channels else "complex numbers")
        )
    place = first_not_finite(image.values)
    if place is not None:
        raise InputError(
            f"image must hold finite values, got {image.values[place]} at voxel {place}"
        )
    return image.values


def _in_world(points: FloatArray, triangles: IntArray, grid: Grid) -> Surface:
    """Return the surface in mm, turned so that it faces outward on a grid of either hand."""
    if grid.affine.determinant < 0:
        triangles = triangles[:, ::-1]
    return Surface(to_world(points, grid.affine.matrix), triangles)
