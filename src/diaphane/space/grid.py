"""A grid of voxels in the patient: how many, and where."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError
from diaphane.space.affine import Affine
from diaphane.space.axes import axis_letters


@dataclass(frozen=True)
class Grid:
    """A box of voxels: its shape in array order and its affine into LPS millimeters.

    Grids are equal when shape, affine and unit are the same to the last bit; :meth:`is_close`
    forgives what rounding does.

    A single picture is a grid of one slice. The grid may be sheared and of either handedness.

    Raises
    ------
    GeometryError
        When the shape is not three numbers >= 1.

    Examples
    --------
    >>> grid = Grid.centered((3, 4, 6), voxel_mm=(5, 1, 1), center_mm=(10, 0, 0))
    >>> grid.to_mm((0, 0, 0)).tolist()
    [7.5, -1.5, -5.0]
    >>> grid.letters
    (('H', 'F'), ('P', 'A'), ('L', 'R'))
    """

    shape: tuple[int, int, int]
    """Numbers of slices, rows and columns."""
    affine: Affine
    """From (slice, row, column) to LPS mm; index 0 is the center of the first voxel."""
    unit: Literal["mm", "pixel"] = "mm"
    """``pixel`` where nobody knows the millimeters, as in a photograph."""

    def __post_init__(self) -> None:
        shape = tuple(int(n) for n in self.shape)
        if len(shape) != 3 or min(shape) < 1:
            raise GeometryError(
                f"a grid has three numbers of voxels (slices, rows, columns) >= 1, got {shape}"
            )
        object.__setattr__(self, "shape", shape)

    @classmethod
    def centered(
        cls,
        shape: Sequence[int],
        voxel_mm: float | Sequence[float],
        center_mm: ArrayLike = (0.0, 0.0, 0.0),
    ) -> "Grid":
        """Return an upright grid around a point.

        Parameters
        ----------
        shape : (3,) integers
            Slices, rows, columns.
        voxel_mm : number or (3,) numbers
            Spacing of slices, rows and columns.
        center_mm : (3,) numbers
            The grid's middle in LPS (x, y, z).

        Raises
        ------
        GeometryError
            When a number is missing, or a spacing is not > 0.
        """
        center = np.asarray(center_mm, dtype=np.float64)
        if len(shape) != 3 or center.shape != (3,):
            raise GeometryError(
                f"a centered grid takes three numbers of voxels and a center of three numbers, "
                f"got {shape} and {center_mm}"
            )
        spacing = np.asarray(voxel_mm, dtype=np.float64)
        if spacing.shape not in ((), (3,)) or not (spacing > 0).all():
            raise GeometryError(f"voxel_mm must be > 0, one number or three, got {voxel_mm}")
        spacing = np.broadcast_to(spacing, 3)
        half = (np.asarray(shape) - 1) * spacing / 2
        origin = center - half[::-1]
        n_slices, n_rows, n_columns = shape
        return cls((n_slices, n_rows, n_columns), Affine.from_spacing(spacing.tolist(), origin))

    @classmethod
    def of_pixels(cls, n_rows: int, n_columns: int) -> "Grid":
        """Return the grid of a picture whose millimeters nobody knows."""
        return cls((1, n_rows, n_columns), Affine.from_spacing((1, 1, 1)), unit="pixel")

    def to_mm(self, indices: ArrayLike) -> DoubleArray:
        """Return where indices (..., 3), whole or not, lie in LPS mm."""
        return self.affine(indices)

    def to_index(self, points_mm: ArrayLike) -> DoubleArray:
        """Return the indices, not rounded, of LPS points (..., 3) in mm."""
        return self.affine.inverse()(points_mm)

    def is_close(self, other: "Grid", *, tolerance: float = 1e-3) -> bool:
        """Whether shape and unit agree and each voxel lies within `tolerance` mm of its twin.

        Two affine maps are farthest apart at a corner, so that the eight corners tell.
        """
        if self.shape != other.shape or self.unit != other.unit:
            return False
        apart = self.to_mm(self._corners()) - other.to_mm(self._corners())
        return bool(np.linalg.norm(apart, axis=1).max() <= tolerance)

    @property
    def spacing_mm(self) -> tuple[float, float, float]:
        """From slice to slice, row to row, column to column, along the grid's own axes."""
        return self.affine.spacing_mm

    @property
    def center_mm(self) -> DoubleArray:
        """The grid's middle in LPS mm: shape (3,)."""
        return self.to_mm((np.asarray(self.shape) - 1) / 2)

    @property
    def voxel_volume_mm3(self) -> float:
        """The volume of one voxel, shear included."""
        return abs(self.affine.determinant)

    @property
    def box_mm(self) -> tuple[DoubleArray, DoubleArray]:
        """Low and high corner, in LPS, of the upright box around all voxels, edges included."""
        corners = self.to_mm(self._corners(beyond=0.5))
        return corners.min(axis=0), corners.max(axis=0)

    @property
    def is_sheared(self) -> bool:
        """Whether two axes are not at right angles (beyond 0.01°)."""
        steps = self.affine.steps_mm
        unit = steps / np.linalg.norm(steps, axis=1, keepdims=True)
        return bool(np.abs(unit @ unit.T - np.eye(3)).max() > np.sin(np.deg2rad(0.01)))

    @property
    def letters(self) -> tuple[tuple[str, str], ...]:
        """For slices, rows and columns: the anatomical letters at the far and the near end."""
        return tuple(axis_letters(step) for step in self.affine.steps_mm)

    def _corners(self, beyond: float = 0.0) -> DoubleArray:
        """Return the eight corner indices, `beyond` voxels outside the outermost centers."""
        ends = [(-beyond, n - 1 + beyond) for n in self.shape]
        return np.array(np.meshgrid(*ends)).reshape(3, -1).T
