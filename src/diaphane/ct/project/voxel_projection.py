"""The voxel-driven map: each voxel gives to the four pixels nearest to where its center is seen."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.ct.acquisition.beam import Beam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.project.voxel_projection_kernels import backproject_voxels, project_voxels
from diaphane.ct.project.voxel_sights import Sights, find_sights
from diaphane.parallel import spread
from diaphane.space import Grid


@dataclass(frozen=True, eq=False)
class VoxelProjection:
    """The map from a grid to the pixels, voxel by voxel.

    Notes
    -----
    T. M. Peters, "Algorithms for fast back- and re-projection in computed tomography", IEEE Trans.
    Nucl. Sci. 28 (1981) 3641. We depart in that a voxel's share is that of the shadow it really
    casts, so that line integrals come out in their unit.
    """

    beam: Beam | PoseBeam
    """Where the rays run."""
    grid: Grid
    """Any grid in mm, turned or sheared too."""

    def forward(self, values: FloatArray) -> FloatArray:
        """Return what is seen of values on the grid: shape (n_views, n_rows, n_columns)."""
        detector = self.beam.detector
        views = np.zeros((self.beam.n_views, detector.n_rows, detector.n_columns), np.float32)
        spread(project_voxels, len(views), self._sights, values, views)
        return views

    def adjoint(self, views: FloatArray) -> FloatArray:
        """Return what (n_views, n_rows, n_columns) values give back to the voxels."""
        volume = np.empty(self.grid.shape, np.float32)
        n_lines = volume.shape[0] * volume.shape[1]
        spread(backproject_voxels, n_lines, self._sights, views, volume)
        return volume

    @cached_property
    def _sights(self) -> Sights:
        return find_sights(self.beam, self.grid)
