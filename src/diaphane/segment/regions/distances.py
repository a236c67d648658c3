"""How far each voxel is from the border of a structure: exact, in millimeters."""

from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.parallel import spread
from diaphane.segment.checks import in_millimeters, right_angled, structure
from diaphane.segment.measuring import Label
from diaphane.segment.regions.distance_kernels import BLOCK, lower_envelopes, squares_along_rows
from diaphane.step import step
from diaphane.units import Quantity

Side = Literal["inside", "outside", "signed"]
_BYTES = {"inside": 5, "outside": 5, "signed": 9}


@step(version=1)
def distance(
    labels: Labels, *, label: Label | None = None, side: Side = "inside"
) -> Annotated[Image, Quantity.LENGTH]:
    """Return how far each voxel of a structure is from the nearest one outside, in mm.

    Parameters
    ----------
    labels : Labels
        On a grid in millimeters whose axes are at right angles; the voxels may be of any edges.
    label : int, optional
        Which structure; by default all of them together, as one.
    side : {"inside", "outside", "signed"}
        Inside: from a voxel of the structure to the nearest one outside, 0 outside. Outside: from
        a voxel outside to the nearest of the structure, 0 inside. Signed: the one outside, less
        the one inside, so that it is negative inside.

    Returns
    -------
    Image
        Float32, in mm, from center to center of voxels: next to the border it is one voxel's edge,
        not 0. What lies beyond the image counts neither as inside nor as outside.

    Raises
    ------
    GeometryError
        When the grid is a photograph's, or sheared.
    InputError
        When the structure is nowhere or everywhere, so that there is nothing to measure to, or
        when the image is too large for the memory.

    Notes
    -----
    Exact up to the rounding of float32, with squares of distances in float64 between: first along
    the rows, then by the lower envelope of parabolas along the columns and across the slices.

    References
    ----------
    P. F. Felzenszwalb and D. P. Huttenlocher, "Distance transforms of sampled functions", Theory
    of Computing 8, 2012.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.space import Grid
    >>> rod = Labels(np.array([[[0, 1, 1, 1, 0]]], np.uint8), Grid.centered((1, 1, 5), (3, 1, 0.5)))
    >>> distance(rod).values.tolist()
    [[[0.0, 0.5, 1.0, 0.5, 0.0]]]
    """
    in_millimeters(labels.grid, "segment.distance")
    spacing_mm = right_angled(labels.grid, "segment.distance")
    check_room("segment.distance", labels.grid.shape, _BYTES[side])
    inside = structure(labels, label, "segment.distance")
    if inside.all():
        raise InputError(
            "segment.distance needs something outside the structure, got one that fills the image"
        )
    if side == "inside":
        return Image(distances_within(inside, spacing_mm), labels.grid, Quantity.LENGTH)
    values = distances_within(~inside, spacing_mm)
    if side == "signed":
        values -= distances_within(inside, spacing_mm)
    return Image(values, labels.grid, Quantity.LENGTH)


def distances_within(inside: AnyArray, spacing_mm: tuple[float, float, float]) -> FloatArray:
    """Return for each voxel that is true the distance to the nearest one that is not.

    Parameters
    ----------
    inside : (slices, rows, columns) bool
        Where there is no voxel outside, all distances are infinite.
    spacing_mm : (3,) numbers
        From slice to slice, row to row, column to column, at right angles.
    """
    n_slices, n_rows, n_columns = inside.shape
    values = np.empty(inside.shape, np.float32)
    rows = inside.reshape(-1, n_columns), np.float32(spacing_mm[2]), values.reshape(-1, n_columns)
    spread(squares_along_rows, n_slices * n_rows, *rows, label="segment.distance")
    plane, flat = n_rows * n_columns, values.reshape(-1)
    n_blocks = -(-n_columns // BLOCK)
    for n_planes, n, one, outer, spacing, is_last in (
        (n_slices, n_rows, n_columns, plane, spacing_mm[1], False),
        (n_rows, n_slices, plane, n_columns, spacing_mm[0], True),
    ):
        where = flat, n, one, outer, n_columns, float(spacing), is_last
        spread(lower_envelopes, n_planes * n_blocks, *where, label="segment.distance")
    return values
