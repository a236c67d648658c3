"""The ray-driven map: line integrals along the central ray of each pixel, from any pose."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.beam import Beam, ParallelBeam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.acquisition.ray_geometry import rays
from diaphane.ct.project.ray_crossings import OTHERS, Crossings, find_crossings
from diaphane.ct.project.ray_projection_kernels import backproject_rays, project_rays
from diaphane.parallel import spread
from diaphane.space import Grid

_RAYS_AT_A_TIME = 2**20
_RAYS_KEPT = 2**22  # whose crossings stay in memory between calls: 240 MB


@dataclass(frozen=True, eq=False)
class RayProjection:
    """The map from a grid to the line integrals along single rays.

    Notes
    -----
    P. M. Joseph, "An improved algorithm for reprojecting rays through pixel images", IEEE Trans.
    Med. Imag. 1 (1982) 192, in three dimensions.
    """

    beam: Beam | PoseBeam
    """Where the rays run."""
    grid: Grid
    """Any grid in mm, turned or sheared too."""

    def forward(self, values: FloatArray) -> FloatArray:
        """Return what is seen of values on the grid: shape (n_views, n_rows, n_columns)."""
        detector = self.beam.detector
        seen = np.empty((self.beam.n_views, detector.n_rows, detector.n_columns), np.float32)
        shapes, strides = self._layout
        for views, crossings in self._parts():
            part = seen[views].reshape(-1)
            spread(project_rays, len(part), crossings, shapes, strides, values.reshape(-1), part)
        return seen

    def adjoint(self, views: FloatArray) -> FloatArray:
        """Return what (n_views, n_rows, n_columns) values give back to the voxels."""
        volume = np.zeros(self.grid.shape, np.float32)
        shapes, strides = self._layout
        for some, crossings in self._parts():
            for axis, n_slabs in enumerate(self.grid.shape):
                which = np.flatnonzero(crossings.axis == axis)
                if len(which):
                    spread(
                        backproject_rays, n_slabs, crossings, which, axis, shapes, strides,
                        views[some].reshape(-1), volume.reshape(-1),
                    )  # fmt: skip
        return volume

    @cached_property
    def _layout(self) -> tuple[AnyArray, AnyArray]:
        """Voxels along, and from voxel to voxel: the slabs' axis first, then the two others."""
        orders = np.column_stack([np.arange(3), OTHERS])
        shape = np.array(self.grid.shape, np.int64)
        strides = np.array([shape[1] * shape[2], shape[2], 1], np.int64)
        return shape[orders], strides[orders]

    def _parts(self) -> Iterator[tuple[slice, Crossings]]:
        """Yield some views at a time with the crossings of their rays."""
        detector = self.beam.detector
        n_rays = detector.n_rows * detector.n_columns
        if n_rays * self.beam.n_views <= _RAYS_KEPT:
            yield from self._kept
            return
        at_a_time = max(1, _RAYS_AT_A_TIME // n_rays)
        for first in range(0, self.beam.n_views, at_a_time):
            views = slice(first, min(first + at_a_time, self.beam.n_views))
            yield views, self._crossings(views)

    @cached_property
    def _kept(self) -> list[tuple[slice, Crossings]]:
        views = slice(0, self.beam.n_views)
        return [(views, self._crossings(views))]

    def _crossings(self, views: slice) -> Crossings:
        lines = rays(self.beam, np.arange(views.start, views.stop))
        have_source = not isinstance(self.beam, ParallelBeam)
        return find_crossings(lines, self.grid, have_source=have_source)
