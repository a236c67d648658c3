"""A body as an image: what a perfect scanner would show on a grid."""

import numba as nb
import numpy as np

from diaphane.errors import InputError
from diaphane.history import record_source
from diaphane.image import Image
from diaphane.parallel import spread
from diaphane.phantom.body import Body
from diaphane.phantom.chords import JIT, add_up, candidates, crossings, resolve
from diaphane.space import Grid
from diaphane.units import Quantity


def voxelize(body: Body, grid: Grid, *, subvoxels: int = 2) -> Image:
    """Return the mean attenuation of a body in each voxel of a grid.

    Parameters
    ----------
    body : Body
        What is shown.
    grid : Grid
        Any grid, sheared or left-handed too.
    subvoxels : int
        Lines through each voxel along its slice and its row axis, 1 to 16. Along its column axis
        the mean is exact: a row of voxels is a line, whose pieces are known in closed form.

    Returns
    -------
    Image
        Attenuation in 1/mm, float32.

    Raises
    ------
    InputError
        When `subvoxels` is out of bounds, or the grid's millimeters are unknown.

    Examples
    --------
    >>> from diaphane import phantom
    >>> from diaphane.space import Grid
    >>> image = phantom.voxelize(phantom.water_cylinder(), Grid.centered((1, 3, 3), 5.0))
    >>> round(float(image.values[0, 1, 1]), 5)
    0.02059
    """
    if not 1 <= subvoxels <= 16:
        raise InputError(f"subvoxels must be in 1…16, got {subvoxels}")
    if grid.unit != "mm":
        raise InputError("grid must be in millimeters: a body has a size, got a grid in pixels")
    values = np.zeros(grid.shape, np.float32)
    column_mm = grid.spacing_mm[2]
    if body.parts:
        spread(
            _fill_slices,
            len(values),
            grid.affine.matrix,
            (np.arange(subvoxels) + 0.5) / subvoxels - 0.5,
            column_mm,
            body.packed,
            body.combine == "add",
            values,
            label="phantom.voxelize",
        )
    image = Image(values, grid, Quantity.ATTENUATION)
    record_source(image, f"{body.name}, voxelized")
    return image


@nb.njit(nogil=True, **JIT)
def _fill_slices(first, last, affine, inside, column_mm, packed, adds, out):  # noqa: ANN001, ANN202
    """Write the voxels of some slices, each row of them from the lines that run through it."""
    n_sub = len(inside)
    n_lines = n_sub * n_sub
    n_parts = len(packed[2])
    n_rows = out.shape[1]
    lines = np.empty((6, n_lines))
    every = np.arange(n_parts)
    for number in range(first * n_rows, last * n_rows):
        i, row = number // n_rows, number % n_rows
        for k in range(n_lines):
            slice_index = i + inside[k // n_sub]
            row_index = row + inside[k % n_sub]
            for axis in range(3):
                a, b, c, d = affine[axis]
                lines[axis, k] = a * slice_index + b * row_index - 0.5 * c + d
                lines[3 + axis, k] = c / column_mm
        chosen = np.empty(n_parts, np.int64)
        n_chosen = candidates(lines, n_lines, packed[1], packed[2], every, n_parts, chosen)
        start = np.empty((n_chosen, n_lines))
        end = np.empty((n_chosen, n_lines))
        for k in range(n_chosen):
            crossings(lines, n_lines, chosen[k], packed, start[k], end[k])
        pieces = np.empty((3, 2 * n_chosen + 1))
        covered = np.empty((2, n_chosen + 1))
        total = np.zeros(out.shape[2])
        for k in range(n_lines):
            if adds:
                n = add_up(start[:, k], end[:, k], packed[3], chosen, n_chosen, pieces)
            else:
                n = resolve(start[:, k], end[:, k], packed[3], chosen, n_chosen, covered, pieces)
            for j in range(n):
                _deposit(pieces[0, j] / column_mm, pieces[1, j] / column_mm, pieces[2, j], total)
        for column in range(len(total)):
            out[i, row, column] = total[column] / n_lines


@nb.njit(**JIT)
def _deposit(start, end, value, total):  # noqa: ANN001, ANN202
    """Add a piece, in voxels from the edge of the grid, to each voxel's share of it."""
    start = max(start, 0.0)
    end = min(end, float(len(total)))
    column = int(start)
    while start < end:
        edge = min(end, column + 1.0)
        total[column] += value * (edge - start)
        start = edge
        column += 1
