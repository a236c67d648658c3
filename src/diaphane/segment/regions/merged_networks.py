"""Networks of conductances solved by conjugate gradients, helped by networks of merged voxels.

A x = b says that at each voxel the current to its neighbors and to the ground is that of its
source. Voxels are merged by twos along each axis, again and again; between merged voxels the
conductances of all fine pairs add up (Galerkin's network for piecewise constant potentials). What
relaxing leaves over on one network is found on the merged one, by at most two steps of conjugate
gradients there.

References
----------
Y. Notay, "An aggregation-based algebraic multigrid method", Electronic Transactions on Numerical
Analysis 37, 2010, algorithms 3.1 and 3.2, with boxes as aggregates. Each relaxation is two Jacobi
sweeps, with Chebyshev's weights for the upper three quarters of the spectrum.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.parallel import spread
from diaphane.segment.regions.walker_kernels import drain, gather, relax, scatter

_DIRECT = 64  # voxels or fewer are solved at once
_MANY = 40_000  # voxels from which threads pay
_NEAR = 1.5  # axes along which voxels are longer than this many shortest edges wait
_WEIGHTS = 1 / (1.25 + 0.75 * np.sqrt(0.5)), 1 / (1.25 - 0.75 * np.sqrt(0.5))
_SETTLED = 0.25


@dataclass(frozen=True, eq=False)
class Network:
    """One network, and the merged one that helps it."""

    conductances: FloatArray
    """Shape (4, slices + 2, rows + 2, columns + 2): to the voxel before, and to the ground."""
    factors: AnyArray
    """How many voxels are merged along each axis."""
    merged: "Network | None"
    """Absent where the network is small enough to be solved at once."""
    inverse: DoubleArray | None = field(default=None, repr=False)
    """There in place of it: of the inner voxels."""

    @property
    def shape(self) -> tuple[int, ...]:
        """Slices, rows and columns, with the rim."""
        return self.conductances.shape[1:]

    def zeros(self, dtype: Any = np.float32) -> AnyArray:
        """Return an empty volume with its rim."""
        return np.zeros(self.shape, dtype)

    def drain(self, potentials: AnyArray) -> AnyArray:
        """Return A x."""
        result = np.zeros_like(potentials)
        self._each(drain, potentials.reshape(-1), result.reshape(-1))
        return result

    def solve_roughly(self, source: AnyArray) -> AnyArray:
        """Return about where A x is the source: the same for a source and its mirror image."""
        if self.merged is None:
            return self._solved(source)
        at = self._relaxed(source, self.zeros())
        left = source - self.drain(at)
        coarse = self.merged.zeros()
        _run(gather, coarse.shape[0] - 2, left.size, self.factors, left, coarse)
        found = self.merged.solve_in_two(coarse)
        _run(scatter, self.shape[0] - 2, left.size, self.factors, found, at)
        return self._relaxed(source, at)

    def solve_in_two(self, source: AnyArray) -> AnyArray:
        """Return a better answer, of at most two steps of conjugate gradients."""
        if self.merged is None:
            return self._solved(source)
        one = self.solve_roughly(source)
        drained = self.drain(one)
        rho, alpha = dot(one, drained), dot(one, source)
        if rho <= 0:
            return one
        left = source - np.float32(alpha / rho) * drained
        if dot(left, left) <= _SETTLED**2 * dot(source, source):
            return np.float32(alpha / rho) * one
        two = self.solve_roughly(left)
        gamma, beta = dot(two, drained), dot(two, self.drain(two))
        rest = beta - gamma**2 / rho
        if rest <= 0:
            return np.float32(alpha / rho) * one
        last = dot(two, left) / rest
        return np.float32(alpha / rho - gamma * last / rho) * one + np.float32(last) * two

    def _relaxed(self, source: AnyArray, at: AnyArray) -> AnyArray:
        for share in _WEIGHTS:
            result = self.zeros()
            weight = np.array([share, np.finfo(np.float32).tiny], np.float32)
            self._each(relax, source.reshape(-1), weight, at.reshape(-1), result.reshape(-1))
            at = result
        return at

    def _solved(self, source: AnyArray) -> AnyArray:
        assert self.inverse is not None
        result = self.zeros()
        inner = source[1:-1, 1:-1, 1:-1]
        result[1:-1, 1:-1, 1:-1] = (self.inverse @ inner.reshape(-1)).reshape(inner.shape)
        return result

    def _each(self, kernel: Callable[..., Any], *args: AnyArray) -> None:
        n_slices, n_rows, n_columns = self.shape
        flat = self.conductances.reshape(4, -1)
        steps = n_rows * n_columns, n_columns
        _run(kernel, n_slices - 2, flat.shape[1], *steps, flat, *args)


def network_of(conductances: FloatArray, edges: tuple[float, ...]) -> Network:
    """Return the network, with all that help it.

    Parameters
    ----------
    conductances : (4, slices + 2, rows + 2, columns + 2) float32
        To the slice, row and column before, and to the ground; 0 in the rim and to it.
    edges : (3,) numbers
        Of a voxel: long axes are merged later.
    """
    shape = np.array(conductances.shape[1:]) - 2
    if shape.prod() <= _DIRECT:
        return Network(conductances, np.ones(3, np.int64), None, _inverse(conductances))
    shortest = min(edge for edge, n in zip(edges, shape) if n > 1)
    is_merged = (shape > 1) & (np.array(edges) <= _NEAR * shortest)
    factors = np.where(is_merged, 2, 1)
    merged = np.zeros((4, *(-(-shape // factors) + 2)), np.float32)
    for kind in range(4):
        inner = conductances[kind, 1:-1, 1:-1, 1:-1]
        for axis, factor in enumerate(factors):
            if axis == kind:  # only pairs of voxels that are merged into different ones
                inner = np.take(inner, np.arange(0, inner.shape[axis], factor), axis=axis)
            elif factor > 1:
                inner = np.add.reduceat(inner, np.arange(0, inner.shape[axis], factor), axis=axis)
        merged[kind, 1:-1, 1:-1, 1:-1] = inner
    grown = tuple(float(edge * factor) for edge, factor in zip(edges, factors))
    return Network(conductances, factors, network_of(merged, grown))


def settle(network: Network, source: DoubleArray) -> Iterator[tuple[DoubleArray, float]]:
    """Yield potentials, and how far their energy is from the least, as a share of the first.

    Flexible conjugate gradients in float64; the share is that of √(r · B r), r what is left of
    the source and B the rough solution.
    """
    at, left = network.zeros(np.float64), source.copy()
    ahead, drained, power, first = at, at, 0.0, 0.0
    while True:
        rough = network.solve_roughly(left.astype(np.float32)).astype(np.float64)
        energy = dot(rough, left)
        first = first or energy
        yield at, float(np.sqrt(max(energy, 0.0) / first)) if first > 0 else 0.0
        ahead = rough - dot(rough, drained) / power * ahead if power > 0 else rough
        drained = network.drain(ahead)
        power = dot(ahead, drained)
        if power <= 0:
            return
        length = dot(ahead, left) / power
        at = at + length * ahead
        left -= length * drained


def dot(a: AnyArray, b: AnyArray) -> float:
    """Return the sum of products."""
    return float(np.dot(a.reshape(-1), b.reshape(-1)))


def _run(kernel: Callable[..., Any], n_slices: int, size: int, *args: Any) -> None:
    if size < _MANY:
        kernel(0, n_slices, *args)
    else:
        spread(kernel, n_slices, *args)


def _inverse(conductances: FloatArray) -> DoubleArray:
    """Return the inverse of a small network's matrix, 0 where a voxel is joined to nothing."""
    inner = conductances[:, 1:-1, 1:-1, 1:-1].astype(np.float64)
    numbers = np.arange(inner[0].size).reshape(inner.shape[1:])
    matrix = np.diag(inner[3].reshape(-1))
    for axis in range(3):
        later = np.moveaxis(numbers, axis, 0)[1:].reshape(-1)
        before = np.moveaxis(numbers, axis, 0)[:-1].reshape(-1)
        pair = np.moveaxis(inner[axis], axis, 0)[1:].reshape(-1)
        for a, b in ((later, before), (before, later)):
            matrix[a, b] -= pair
            np.add.at(matrix, (a, a), pair)
    is_alone = np.diag(matrix) == 0
    matrix[is_alone, is_alone] = 1
    inverse = np.linalg.inv(matrix)
    inverse[is_alone, is_alone] = 0
    return inverse
