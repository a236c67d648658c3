"""The forward map of CT and its exact adjoint, for every beam."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.beam import Beam, ConeBeam
from diaphane.errors import GeometryError, InputError
from diaphane.space import Grid

_UPRIGHT = 1e-6


@dataclass(frozen=True, eq=False)
class Projection:
    """The linear map from the attenuation on a grid to the line integrals of a scan.

    It is an :class:`~diaphane.operators.Operator`: ``forward`` takes images in 1/mm of shape
    `domain` and gives line integrals of shape `range`; ``adjoint`` is its exact transpose, to
    float32's rounding, so that iterations converge to what they should.

    Each pixel sees the mean over its width (and, in a cone, its height) of the voxels that its
    rays cross, times the length of its central ray: the distance-driven model. Voxels and pixels
    may be of any sizes; where they differ by less than a factor of two the kernels are fastest.

    Raises
    ------
    GeometryError
        When the grid is tilted or sheared, or a cone's source passes through it.

    Notes
    -----
    B. De Man and S. Basu, "Distance-driven projection and backprojection in three dimensions",
    Phys. Med. Biol. 49 (2004) 2463. We depart in that rows or columns are chosen for each ray,
    and in that both directions look running sums up, so that nothing is scattered.

    Examples
    --------
    >>> from diaphane.ct import Detector, ParallelBeam
    >>> beam = ParallelBeam([0.0], Detector(1, 5, 1.0, 1.0))
    >>> projection = Projection(beam, Grid.centered((1, 4, 5), 1.0))
    >>> projection.forward(np.ones((1, 4, 5), np.float32)).tolist()
    [[[4.0, 4.0, 4.0, 4.0, 4.0]]]
    """

    beam: Beam
    """Where the rays run."""
    grid: Grid
    """The upright grid, in mm."""

    def __post_init__(self) -> None:
        steps = self.grid.affine.steps_mm[:, ::-1]
        if self.grid.unit != "mm" or (np.diag(steps) <= 0).any():
            raise GeometryError("a projection needs an upright grid in mm: use image.resample")
        if np.abs(steps - np.diag(np.diag(steps))).max() > _UPRIGHT * np.diag(steps).min():
            raise GeometryError(
                "a projection needs an upright grid: set it upright, image.resample"
            )

    @property
    def domain(self) -> tuple[int, ...]:
        """Slices, rows and columns of the grid."""
        return self.grid.shape

    @property
    def range(self) -> tuple[int, ...]:
        """Views, rows and columns of the detector."""
        detector = self.beam.detector
        return (self.beam.n_views, detector.n_rows, detector.n_columns)

    def forward(self, values: AnyArray) -> FloatArray:
        """Return the line integrals of an image in 1/mm."""
        return self._map.forward(_checked(values, self.domain, "forward"))

    def adjoint(self, values: AnyArray) -> FloatArray:
        """Return for each voxel the sum of what pixels hold, by how much they see of it (mm)."""
        return self._map.adjoint(_checked(values, self.range, "adjoint"))

    def of_views(self, views: slice | AnyArray) -> "Projection":
        """Return the part of the map that belongs to some views."""
        return Projection(replace(self.beam, angles_rad=self.beam.angles_rad[views]), self.grid)

    @cached_property
    def _map(self):  # noqa: ANN202
        """The kernels and their tables, loaded on first use: Numba takes a third of a second."""
        if isinstance(self.beam, ConeBeam):
            from diaphane.ct.project.cone_projection import ConeProjection

            return ConeProjection.of(self.beam, self.grid)
        from diaphane.ct.project.stack_projection import StackProjection

        return StackProjection.of(self.beam, self.grid)


def _checked(values: AnyArray, shape: tuple[int, ...], name: str) -> FloatArray:
    if values.shape != shape:
        raise InputError(f"{name} takes values of shape {shape}, got {values.shape}")
    return np.ascontiguousarray(values, dtype=np.float32)
