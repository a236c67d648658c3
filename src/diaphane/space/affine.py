"""The affine map from array indices to millimeters.

Affine maps form a group under ``@``: composition is associative, :meth:`Affine.identity` changes
nothing, and every map has an :meth:`Affine.inverse`. The tests hold it to these laws.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import GeometryError

_FLATTEST = 1e-6
"""Volume of the box of the three unit steps below which the axes count as lying in one plane."""


@dataclass(frozen=True, eq=False)
class Affine:
    """An invertible affine map of 3-D points, as a 4 × 4 matrix in float64.

    As the map of a grid it takes ``(slice, row, column)`` to LPS millimeters, so that its columns
    are the steps, in mm, from one slice, row and column to the next, and its last column is the
    center of the first voxel. Maps are equal when their matrices are; :meth:`is_close` forgives
    what rounding does.

    Raises
    ------
    GeometryError
        When the matrix is not 4 × 4, not finite, not affine, or cannot be inverted.

    Examples
    --------
    >>> upright = Affine.from_spacing((5, 0.5, 0.5), origin_mm=(-100, -100, 0))
    >>> upright((2, 0, 4)).tolist()
    [-98.0, -100.0, 10.0]
    >>> upright.inverse()((-98, -100, 10)).tolist()
    [2.0, 0.0, 4.0]
    """

    matrix: DoubleArray
    """Shape (4, 4), last row ``0 0 0 1``."""

    def __post_init__(self) -> None:
        matrix = np.array(self.matrix, dtype=np.float64)
        if matrix.shape != (4, 4):
            raise GeometryError(f"an affine is a 4 × 4 matrix, got shape {matrix.shape}")
        if not np.isfinite(matrix).all():
            raise GeometryError("an affine holds finite numbers, got NaN or infinity")
        if not np.array_equal(matrix[3], (0, 0, 0, 1)):
            raise GeometryError(f"an affine's last row is 0 0 0 1, got {matrix[3].tolist()}")
        lengths = np.linalg.norm(matrix[:3, :3], axis=0)
        if (lengths == 0).any():
            steps = matrix[:3, :3].T.tolist()
            raise GeometryError(f"an affine's steps must be longer than 0 mm, got {steps}")
        if abs(np.linalg.det(matrix[:3, :3] / lengths)) < _FLATTEST:
            steps = matrix[:3, :3].T.tolist()
            raise GeometryError(f"an affine's steps must not lie in one plane, got {steps}")
        object.__setattr__(self, "matrix", frozen(matrix))

    @classmethod
    def identity(cls) -> "Affine":
        """Return the map that changes nothing."""
        return cls(np.eye(4))

    @classmethod
    def from_columns(cls, steps_mm: ArrayLike, origin_mm: ArrayLike) -> "Affine":
        """Return the map with the given steps.

        Parameters
        ----------
        steps_mm : (3, 3) numbers
            The steps from one slice, row and column to the next, one step a row, in LPS (x, y, z).
        origin_mm : (3,) numbers
            The center of the first voxel, in LPS (x, y, z).
        """
        steps, origin = (np.asarray(a, dtype=np.float64) for a in (steps_mm, origin_mm))
        if steps.shape != (3, 3) or origin.shape != (3,):
            raise GeometryError(
                f"an affine takes three steps of three numbers and one origin of three, "
                f"got shapes {steps.shape} and {origin.shape}"
            )
        matrix = np.eye(4)
        matrix[:3, :3] = steps.T
        matrix[:3, 3] = origin
        return cls(matrix)

    @classmethod
    def from_spacing(
        cls, spacing_mm: Sequence[float], origin_mm: ArrayLike = (0.0, 0.0, 0.0)
    ) -> "Affine":
        """Return the map of an upright grid: slices upward, rows backward, columns to the left.

        Parameters
        ----------
        spacing_mm : (3,) numbers
            From slice to slice, row to row, column to column.
        origin_mm : (3,) numbers
            The center of the first voxel, in LPS (x, y, z).
        """
        if len(spacing_mm) != 3:
            raise GeometryError(f"spacing_mm is slices, rows, columns, got {list(spacing_mm)}")
        dz, dy, dx = spacing_mm
        return cls.from_columns([(0, 0, dz), (0, dy, 0), (dx, 0, 0)], origin_mm)

    def __matmul__(self, other: "Affine") -> "Affine":
        """Return the map that applies `other` first, then this one."""
        return Affine(self.matrix @ other.matrix)

    def __call__(self, points: ArrayLike) -> DoubleArray:
        """Map points of shape (..., 3)."""
        points = np.asarray(points, dtype=np.float64)
        if points.shape[-1:] != (3,):
            raise GeometryError(f"points must have shape (..., 3), got {points.shape}")
        return points @ self.matrix[:3, :3].T + self.matrix[:3, 3]

    def __eq__(self, other: object) -> bool:
        """Whether all entries are the same numbers."""
        if not isinstance(other, Affine):
            return NotImplemented
        return bool(np.array_equal(self.matrix, other.matrix))

    def __hash__(self) -> int:
        """Return the same number for equal maps: 0 and -0 are equal."""
        return hash((self.matrix + 0.0).tobytes())

    def inverse(self) -> "Affine":
        """Return the map back."""
        linear = np.linalg.inv(self.matrix[:3, :3])
        matrix = np.eye(4)
        matrix[:3, :3] = linear
        matrix[:3, 3] = -linear @ self.matrix[:3, 3]
        return Affine(matrix)

    def is_close(self, other: "Affine", *, tolerance: float = 1e-6) -> bool:
        """Whether all entries agree within `tolerance`."""
        return bool(np.abs(self.matrix - other.matrix).max() <= tolerance)

    @property
    def steps_mm(self) -> DoubleArray:
        """The steps from one slice, row and column to the next: shape (3, 3), one step a row."""
        return self.matrix[:3, :3].T

    @property
    def origin_mm(self) -> DoubleArray:
        """Where index (0, 0, 0) lies: shape (3,)."""
        return self.matrix[:3, 3]

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """The lengths of the three steps."""
        slices, rows, columns = np.linalg.norm(self.matrix[:3, :3], axis=0)
        return float(slices), float(rows), float(columns)

    @property
    def determinant(self) -> float:
        """The signed volume of one voxel in mm³ (negative for an upright grid in array order)."""
        return float(np.linalg.det(self.matrix[:3, :3]))
