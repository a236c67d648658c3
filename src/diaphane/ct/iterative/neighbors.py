"""Differences between neighboring voxels: what penalties are made of."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.acquisition.ray_geometry import rays
from diaphane.ct.iterative.iteration import Problem
from diaphane.operators import Gradient, Operator, compose

_NO_DIRECTION = 0.1  # the mean of unit vectors that go all around


def differences_of(problem: Problem) -> Gradient:
    """Return the differences to the next neighbors, lessened where these are farther away."""
    spacing = np.asarray(problem.projection.grid.spacing_mm)
    relative = tuple(float(d) for d in spacing / spacing[1:].min())
    return Gradient(problem.projection.domain, relative)


def bend_of(differences: Gradient) -> AnyArray:
    """Return an upper bound of each voxel's curvature of the sum of squared differences."""
    spacing = np.asarray(differences.spacing_mm)[list(differences.axes)]
    return np.full(differences.domain, float((4 / spacing**2).sum()), np.float32)


def along_and_across(problem: Problem, along: float) -> Operator:
    """Return differences along the mean ray, times `along`, and across it.

    Where views are missing, edges across the mean ray are hardly seen: a penalty that minds
    differences along it less lets such edges form.
    """
    differences, beam = differences_of(problem), problem.projection.beam
    row, column = (beam.detector.n_rows - 1) / 2, (beam.detector.n_columns - 1) / 2
    mean = rays(beam, np.arange(beam.n_views), rows=row, columns=column).directions.mean(0)
    mean = mean[::-1][list(differences.axes)]
    length = float(np.linalg.norm(mean))
    if length < _NO_DIRECTION:
        return differences
    mean = mean / length
    onto = np.eye(len(mean)) - (1 - along) * mean[:, None] * mean
    return compose(Turn(onto.astype(np.float32), differences.domain), differences)


@dataclass(frozen=True, eq=False)
class Turn:
    """The components of a field, mixed by a matrix."""

    matrix: AnyArray
    """Shape (n, n)."""
    shape: tuple[int, ...]
    """Of each component."""

    @property
    def domain(self) -> tuple[int, ...]:
        """How many components, and their shape."""
        return (len(self.matrix), *self.shape)

    @property
    def range(self) -> tuple[int, ...]:
        """The same."""
        return self.domain

    def forward(self, values: AnyArray) -> AnyArray:
        """Return the mixed components."""
        return np.tensordot(self.matrix, values, axes=1)

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return them mixed by the transpose."""
        return np.tensordot(self.matrix.T, values, axes=1)
