"""The forward map of CT and its exact adjoint, for every beam."""

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.beam import Beam, ConeBeam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.errors import GeometryError, InputError
from diaphane.space import Grid

_UPRIGHT = 1e-6

Model = Literal["distance", "ray", "voxel"]
"""How a voxel and a pixel see each other."""


@dataclass(frozen=True, eq=False)
class Projection:
    """The linear map from the attenuation on a grid to the line integrals of a scan.

    It is an :class:`~diaphane.operators.Operator`: ``forward`` takes images in 1/mm of shape
    `domain` and gives line integrals of shape `range`; ``adjoint`` is its exact transpose, to
    float32's rounding, so that iterations converge to what they should.

    Three models say how much a pixel sees of a voxel:

    - ``distance``: the mean over the pixel's width (and, in a cone, its height) of the voxels that
      its rays cross, times the length of its central ray. The best and by far the fastest; voxels
      and pixels may be of any sizes, and where they differ by less than a factor of two the
      kernels are fastest. The grid is upright, and rays run around a circle.
    - ``ray``: the values along the central ray alone, interpolated in each slab that it crosses.
      From any pose and through any grid, turned or sheared too; where voxels are smaller than
      pixels, rays miss some.
    - ``voxel``: each voxel gives to the four pixels nearest to where its center is seen. From any
      pose and for any grid; where voxels are larger than pixels, forward leaves gaps.

    Raises
    ------
    GeometryError
        When a cone's source passes through the grid of the distance-driven model, when that grid
        is tilted or sheared, or its beam one of poses.

    Notes
    -----
    Distance-driven: B. De Man and S. Basu, "Distance-driven projection and backprojection in three
    dimensions", Phys. Med. Biol. 49 (2004) 2463. We depart in that rows or columns are chosen for
    each ray, and in that both directions look running sums up, so that nothing is scattered.
    Ray-driven: P. M. Joseph, IEEE Trans. Med. Imag. 1 (1982) 192. Voxel-driven: T. M. Peters, IEEE
    Trans. Nucl. Sci. 28 (1981) 3641.

    Examples
    --------
    >>> from diaphane.ct import Detector, ParallelBeam
    >>> beam = ParallelBeam([0.0], Detector(1, 5, 1.0, 1.0))
    >>> projection = Projection(beam, Grid.centered((1, 4, 5), 1.0))
    >>> projection.forward(np.ones((1, 4, 5), np.float32)).tolist()
    [[[4.0, 4.0, 4.0, 4.0, 4.0]]]
    """

    beam: Beam | PoseBeam
    """Where the rays run."""
    grid: Grid
    """The grid, in mm."""
    model: Model = "distance"
    """How a voxel and a pixel see each other."""

    def __post_init__(self) -> None:
        if self.grid.unit != "mm":
            raise GeometryError("a projection needs a grid in mm: use image.resample")
        if self.model == "distance":
            self._check_distance()

    def _check_distance(self) -> None:
        if isinstance(self.beam, PoseBeam):
            raise GeometryError(
                "the distance-driven model knows no poses: take model='ray' or model='voxel'"
            )
        steps = self.grid.affine.steps_mm[:, ::-1]
        aside = np.abs(steps - np.diag(np.diag(steps))).max()
        if (np.diag(steps) <= 0).any() or aside > _UPRIGHT * np.diag(steps).min():
            raise GeometryError(
                "the distance-driven model needs an upright grid: set it upright with "
                "image.resample, or take model='ray'"
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
        names = ("angles_rad",)
        if isinstance(self.beam, PoseBeam):
            names = ("sources_mm", "centers_mm", "column_axes", "row_axes")
        some = {name: getattr(self.beam, name)[views] for name in names}
        return replace(self, beam=replace(self.beam, **some))

    @cached_property
    def _map(self):  # noqa: ANN202
        """The kernels and their tables, loaded on first use: Numba takes a third of a second."""
        if self.model == "voxel":
            from diaphane.ct.project.voxel_projection import VoxelProjection

            return VoxelProjection(self.beam, self.grid)
        if self.model == "ray" or isinstance(self.beam, PoseBeam):
            from diaphane.ct.project.ray_projection import RayProjection

            return RayProjection(self.beam, self.grid)
        if isinstance(self.beam, ConeBeam):
            from diaphane.ct.project.cone_projection import ConeProjection

            return ConeProjection.of(self.beam, self.grid)
        from diaphane.ct.project.stack_projection import StackProjection

        return StackProjection.of(self.beam, self.grid)


def _checked(values: AnyArray, shape: tuple[int, ...], name: str) -> FloatArray:
    if values.shape != shape:
        raise InputError(f"{name} takes values of shape {shape}, got {values.shape}")
    return np.ascontiguousarray(values, dtype=np.float32)
