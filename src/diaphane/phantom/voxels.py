"""A body as an image: what a perfect scanner would show on a grid."""

import numba as nb
import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.history import record_source
from diaphane.image import Image
from diaphane.phantom.body import Body
from diaphane.phantom.chords import JIT, add_up, candidates, crossings, resolve
from diaphane.progress import track
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
    direction = grid.affine.steps_mm[2] / column_mm
    inside = (np.arange(subvoxels) + 0.5) / subvoxels - 0.5
    for i in track(range(grid.shape[0]), "phantom.voxelize"):
        starts = _row_starts(grid, i, inside)
        if body.parts:
            _fill_slice(starts, direction, column_mm, body.packed, body.combine == "add", values[i])
    image = Image(values, grid, Quantity.ATTENUATION)
    record_source(image, f"{body.name}, voxelized")
    return image


def _row_starts(grid: Grid, number: int, inside: DoubleArray) -> DoubleArray:
    """Return where the lines of each row enter the grid: shape (n_rows, subvoxels², 3)."""
    rows = np.arange(grid.shape[1], dtype=np.float64)
    index = np.empty((len(rows), len(inside), len(inside), 3))
    index[..., 0] = number + inside[:, None]
    index[..., 1] = rows[:, None, None] + inside
    index[..., 2] = -0.5
    return grid.to_mm(index).reshape(len(rows), -1, 3)


@nb.njit(parallel=True, **JIT)
def _fill_slice(starts, direction, column_mm, packed, adds, out):  # noqa: ANN001, ANN202
    n_rows, n_lines, _ = starts.shape
    n_parts = len(packed[2])
    for row in nb.prange(n_rows):
        lines = np.empty((6, n_lines))
        for i in range(n_lines):
            for axis in range(3):
                lines[axis, i] = starts[row, i, axis]
                lines[3 + axis, i] = direction[axis]
        chosen = np.empty(n_parts, np.int64)
        n_chosen = candidates(lines, n_lines, packed[1], packed[2], chosen)
        start = np.empty((n_chosen, n_lines))
        end = np.empty((n_chosen, n_lines))
        for k in range(n_chosen):
            crossings(lines, n_lines, chosen[k], packed, start[k], end[k])
        pieces = np.empty((3, 2 * n_chosen + 1))
        covered = np.empty((2, n_chosen + 1))
        total = np.zeros(out.shape[1])
        for i in range(n_lines):
            if adds:
                n = add_up(start[:, i], end[:, i], packed[3], chosen, n_chosen, pieces)
            else:
                n = resolve(start[:, i], end[:, i], packed[3], chosen, n_chosen, covered, pieces)
            for j in range(n):
                _deposit(pieces[0, j] / column_mm, pieces[1, j] / column_mm, pieces[2, j], total)
        for column in range(len(total)):
            out[row, column] = total[column] / n_lines


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
