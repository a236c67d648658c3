"""The affine map from array indices to millimeters."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray, frozen
from diaphane.errors import GeometryError


@dataclass(frozen=True, eq=False)
class Affine:
    """An invertible affine map of 3-D points, as a 4 × 4 matrix in float64.

    As the map of a grid it takes ``(slice, row, column)`` to LPS millimeters, so that its columns
    are the steps, in mm, from one slice, row and column to the next, and its last column is the
    center of the first voxel.
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
        if (lengths == 0).any() or abs(np.linalg.det(matrix[:3, :3] / lengths)) < 1e-6:
            raise GeometryError("an affine must be invertible: two axes point the same way")
        object.__setattr__(self, "matrix", frozen(matrix))

    @classmethod
    def identity(cls) -> "Affine":
        """Return the map that changes nothing."""
        return cls(np.eye(4))

    @classmethod
    def from_columns(cls, steps_mm: ArrayLike, origin_mm: ArrayLike) -> "Affine":
        """Return the map whose columns are the three `steps_mm` and the `origin_mm`."""
        matrix = np.eye(4)
        matrix[:3, :3] = np.asarray(steps_mm, dtype=np.float64).T
        matrix[:3, 3] = origin_mm
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
        dz, dy, dx = spacing_mm
        return cls.from_columns([(0, 0, dz), (0, dy, 0), (dx, 0, 0)], origin_mm)

    def __matmul__(self, other: "Affine") -> "Affine":
        """Return the map that applies `other` first, then this one."""
        return Affine(self.matrix @ other.matrix)

    def __call__(self, points: ArrayLike) -> DoubleArray:
        """Map points of shape (..., 3)."""
        points = np.asarray(points, dtype=np.float64)
        return points @ self.matrix[:3, :3].T + self.matrix[:3, 3]

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
