"""Kernels: from a field that is positive inside to points on the grid's edges, and triangles.

Two passes over the rows of the grid, after Flying Edges (W. Schroeder, R. Maynard, B. Geveci,
IEEE LDAV 2015): the first counts what each row will give, a running sum tells each row where to
write, the second writes. The points of an edge are numbered along its row, so that running
counters find the points of a cell and no table of the size of the grid is needed.

The field's border must be negative or zero (see :func:`pad`), so that the surface is closed.
"""

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, FloatArray, IntArray
from diaphane.parallel import spread
from diaphane.simd import kernel
from diaphane.surface.cases import case_tables

_NEAREST = np.float32(1e-3)
"""How near, in voxels, a point may come to a voxel's center: no two points fall together."""


def pad(values: AnyArray, level: float) -> FloatArray:
    """Return ``values - level`` with a border of one voxel in which nothing is inside.

    The border is the mirror image of the outermost voxels, about the level. A body that reaches
    the end of the grid is thereby cut there: halfway between the outermost voxel's center and
    where the next would be.
    """
    field = np.empty(tuple(n + 2 for n in values.shape), np.float32)
    np.subtract(values, np.float32(level), out=field[1:-1, 1:-1, 1:-1], casting="unsafe")
    for axis in range(3):
        for border, inner in ((0, 1), (-1, -2)):
            at = (slice(None),) * axis
            field[(*at, border)] = -np.abs(field[(*at, inner)])
    return field


def march(field: FloatArray) -> tuple[FloatArray, IntArray]:
    """Return where a padded `field` passes through zero.

    Returns
    -------
    points : (n_points, 3) float32
        Indices (slice, row, column), not rounded, in the grid without its border.
    triangles : (n_triangles, 3) int32
        Counterclockwise seen from outside when (slice, row, column) are drawn as right-handed.
    """
    counts, edges, crossed = case_tables()
    n_slices, n_rows, _ = field.shape
    per_row = np.zeros((n_slices, n_rows, 4), np.int64)
    spread(_count_points, n_slices - 1, field, per_row)
    spread(_count_triangles, n_slices - 1, field, per_row, counts)
    ends = np.cumsum(per_row.reshape(-1, 4), axis=0)
    totals = ends[-1]
    starts = (ends - per_row.reshape(-1, 4)).reshape(per_row.shape)
    starts[..., 1] += totals[0]
    starts[..., 2] += totals[0] + totals[1]
    points = np.empty((int(totals[:3].sum()), 3), np.float32)
    triangles = np.empty((int(totals[3]), 3), np.int32)
    spread(_place, n_slices - 1, field, per_row, starts, points)
    spread(_connect, n_slices - 1, field, per_row, starts, counts, edges, crossed, triangles)
    return points, triangles


def to_world(points: FloatArray, matrix: DoubleArray) -> FloatArray:
    """Return points (..., 3) mapped by a 4 × 4 matrix, computed in float64."""
    mapped = np.empty_like(points)
    spread(_map, len(points), points, matrix, mapped)
    return mapped


@kernel(inline=True)
def _case_of(field: FloatArray, k: int, j: int, i: int) -> int:
    """Return the case of a cell: bit c is set where corner c is inside."""
    return (
        (field[k, j, i] > 0)
        + 2 * (field[k, j, i + 1] > 0)
        + 4 * (field[k, j + 1, i] > 0)
        + 8 * (field[k, j + 1, i + 1] > 0)
        + 16 * (field[k + 1, j, i] > 0)
        + 32 * (field[k + 1, j, i + 1] > 0)
        + 64 * (field[k + 1, j + 1, i] > 0)
        + 128 * (field[k + 1, j + 1, i + 1] > 0)
    )


@kernel(inline=True)
def _crossings(row: FloatArray, other: FloatArray) -> int:
    """Count how often two rows of voxels differ in being inside."""
    n = 0
    for i in range(len(row)):
        n += (row[i] > 0) != (other[i] > 0)
    return n


@kernel()
def _count_points(first: int, last: int, field: FloatArray, per_row: AnyArray) -> None:
    """Count, for each row, the points on edges along slices, along rows and along columns."""
    for k in range(first, last):
        for j in range(field.shape[1] - 1):
            row = field[k, j]
            per_row[k, j, 0] = _crossings(row, field[k + 1, j])
            per_row[k, j, 1] = _crossings(row, field[k, j + 1])
            per_row[k, j, 2] = _crossings(row[:-1], row[1:])


@kernel()
def _count_triangles(
    first: int, last: int, field: FloatArray, per_row: AnyArray, counts: ByteArray
) -> None:
    """Count the triangles of each row of cells, where any edge of its four rows is crossed."""
    for k in range(first, last):
        for j in range(field.shape[1] - 1):
            crossed = per_row[k, j, 0] + per_row[k, j, 1] + per_row[k, j, 2]
            crossed += per_row[k + 1, j, 1] + per_row[k + 1, j, 2] + per_row[k, j + 1, 0]
            crossed += per_row[k, j + 1, 2] + per_row[k + 1, j + 1, 2]
            n = 0
            if crossed > 0:
                for i in range(field.shape[2] - 1):
                    n += counts[_case_of(field, k, j, i)]
            per_row[k, j, 3] = n


@kernel(inline=True)
def _zero_between(a: np.float32, b: np.float32) -> np.float32:
    """Return where between a voxel of value `a` (0) and one of value `b` (1) zero lies."""
    return min(max(a / (a - b), _NEAREST), np.float32(1) - _NEAREST)


@kernel(inline=True)
def _put(points: FloatArray, n: int, k: float, j: float, i: float) -> None:
    """Write a point, counted in the grid without its border."""
    points[n, 0], points[n, 1], points[n, 2] = k - 1, j - 1, i - 1


@kernel()
def _place(
    first: int,
    last: int,
    field: FloatArray,
    per_row: AnyArray,
    starts: AnyArray,
    points: FloatArray,
) -> None:
    """Write the points, each on its edge where the field, drawn as a line, is zero."""
    for k in range(first, last):
        for j in range(field.shape[1] - 1):
            if per_row[k, j, 0] + per_row[k, j, 1] + per_row[k, j, 2] == 0:
                continue
            along_slices, along_rows, along_columns = starts[k, j, :3]
            row, above, behind = field[k, j], field[k + 1, j], field[k, j + 1]
            for i in range(len(row) - 1):
                a = row[i]
                if (a > 0) != (above[i] > 0):
                    _put(points, along_slices, k + _zero_between(a, above[i]), j, i)
                    along_slices += 1
                if (a > 0) != (behind[i] > 0):
                    _put(points, along_rows, k, j + _zero_between(a, behind[i]), i)
                    along_rows += 1
                if (a > 0) != (row[i + 1] > 0):
                    _put(points, along_columns, k, j, i + _zero_between(a, row[i + 1]))
                    along_columns += 1


@kernel()
def _connect(
    first: int,
    last: int,
    field: FloatArray,
    per_row: AnyArray,
    starts: AnyArray,
    counts: ByteArray,
    edges: ByteArray,
    crossed: ByteArray,
    triangles: IntArray,
) -> None:
    """Write the triangles of each row of cells, counting along its twelve edges."""
    point = np.empty(12, np.int32)
    for k in range(first, last):
        for j in range(field.shape[1] - 1):
            if per_row[k, j, 3] == 0:
                continue
            n = starts[k, j, 3]
            # the next point on each edge: 0…3 along slices, 4…7 along rows, 8…11 along columns
            point[0], point[2] = starts[k, j, 0], starts[k, j + 1, 0]
            point[4], point[6] = starts[k, j, 1], starts[k + 1, j, 1]
            point[8], point[9] = starts[k, j, 2], starts[k, j + 1, 2]
            point[10], point[11] = starts[k + 1, j, 2], starts[k + 1, j + 1, 2]
            for i in range(field.shape[2] - 1):
                case = _case_of(field, k, j, i)
                if case in (0, 255):
                    continue
                point[1] = point[0] + crossed[case, 0]
                point[3] = point[2] + crossed[case, 2]
                point[5] = point[4] + crossed[case, 4]
                point[7] = point[6] + crossed[case, 6]
                for t in range(counts[case]):
                    for c in range(3):
                        triangles[n, c] = point[edges[case, t, c]]
                    n += 1
                point[0], point[2], point[4], point[6] = point[1], point[3], point[5], point[7]
                for edge in range(8, 12):
                    point[edge] += crossed[case, edge]


@kernel()
def _map(
    first: int, last: int, points: FloatArray, matrix: DoubleArray, mapped: FloatArray
) -> None:
    for n in range(first, last):
        a, b, c = np.float64(points[n, 0]), np.float64(points[n, 1]), np.float64(points[n, 2])
        for x in range(3):
            mapped[n, x] = matrix[x, 0] * a + matrix[x, 1] * b + matrix[x, 2] * c + matrix[x, 3]
