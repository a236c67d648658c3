"""Line integrals of parallel rays and of a fan, slice by slice or of many slices together."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.acquisition.beam import Detector, FanBeam, ParallelBeam
from diaphane.ct.acquisition.field import axes_mm
from diaphane.ct.project.projection_layout import from_lines, to_lines
from diaphane.ct.project.segments import Segments, find_segments
from diaphane.ct.project.slice_projection import SliceProjection, find_splitting
from diaphane.ct.project.stack_projection_kernels import (
    GROUP,
    TILE,
    backproject_stack,
    project_stack,
)
from diaphane.parallel import spread
from diaphane.space import Grid

_FEW = 8  # slices up to which one by one is faster than together


@dataclass(frozen=True, eq=False)
class StackProjection:
    """The map from a stack of slices to what parallel rays, or a fan in each row, see of it."""

    segments: Segments
    """The geometry in the plane."""
    shape: tuple[int, int, int]
    """Slices, rows and columns of the grid."""
    mix: FloatArray | None
    """Shape (n_rows, n_slices): how much of each slice a detector row sees; ``None`` where every
    row sees the slice of its own number."""
    n_rows: int
    """Rows of the detector."""
    one: SliceProjection | None
    """The map of one slice, where the fast kernels fit and slices are few."""

    @classmethod
    def of(cls, beam: ParallelBeam | FanBeam, grid: Grid) -> "StackProjection":
        """Return the map of a `beam` for an upright `grid`."""
        segments = find_segments(beam, grid)
        n_rows, plane = beam.detector.n_rows, (grid.shape[1], grid.shape[2])
        parts = find_splitting(segments, plane) if n_rows <= _FEW else None
        one = None if parts is None else SliceProjection.of(segments, plane, parts)
        return cls(segments, grid.shape, _mix(beam.detector, grid), n_rows, one)

    def forward(self, values: FloatArray) -> FloatArray:
        """Return what is seen of (n_slices, ny, nx) values: shape (n_views, n_rows, n_columns)."""
        if self.mix is not None:
            values = np.tensordot(self.mix, values, axes=1)
        shape = (int(self.segments.of_view[-1]) + 1, self.n_rows, self.segments.gains.shape[1])
        if self.one is not None:
            views = np.empty((self.n_rows, shape[0], shape[2]), np.float32)
            for image, view in zip(values, views):
                self.one.forward(image, view)
            return np.ascontiguousarray(views.swapaxes(0, 1))
        lines = np.zeros((shape[0] * shape[2], self.n_rows), np.float32)
        n_groups = -(-len(self.segments.of_view) // GROUP)
        self._spread(project_stack, n_groups, to_lines(values.reshape(1, self.n_rows, -1)), lines)
        return from_lines(lines, shape)

    def adjoint(self, views: FloatArray) -> FloatArray:
        """Return what (n_views, n_rows, n_columns) values give back: shape (n_slices, ny, nx)."""
        plane = self.shape[1:]
        if self.one is not None:
            values = np.empty((self.n_rows, *plane), np.float32)
            for row, image in enumerate(values):
                self.one.adjoint(np.ascontiguousarray(views[:, row]), image)
        else:
            lines = np.zeros((plane[0] * plane[1], self.n_rows), np.float32)
            n_tiles = -(-plane[0] // TILE) * -(-plane[1] // TILE)
            self._spread(backproject_stack, n_tiles, to_lines(views), lines)
            values = from_lines(lines, (1, self.n_rows, len(lines))).reshape(-1, *plane)
        return values if self.mix is None else np.tensordot(self.mix.T, values, axes=1)

    def _spread(
        self, kernel: Callable[..., None], count: int, source: FloatArray, target: FloatArray
    ) -> None:
        spread(kernel, count, self.segments, *self.shape[1:], source, target)


def _mix(detector: Detector, grid: Grid) -> FloatArray | None:
    """Return which part of each row's height each slice covers."""
    z_mm = axes_mm(grid)[0]
    rows = _edges(detector.row_mm, detector.row_spacing_mm)
    slices = _edges(z_mm, grid.spacing_mm[0])
    low = np.maximum(rows[:-1, None], slices[:-1])
    high = np.minimum(rows[1:, None], slices[1:])
    mix = np.maximum(high - low, 0) / detector.row_spacing_mm
    if mix.shape[0] == mix.shape[1] and np.allclose(mix, np.eye(len(mix)), atol=1e-4):
        return None
    return mix.astype(np.float32)


def _edges(centers_mm: DoubleArray, spacing_mm: float) -> DoubleArray:
    return np.append(centers_mm - spacing_mm / 2, centers_mm[-1] + spacing_mm / 2)
