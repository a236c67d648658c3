"""The most likely attenuation behind counted photons."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.solvers.iterate import Iterate, Map, unchanged
from diaphane.solvers.least_squares import far_apart


@dataclass(frozen=True, eq=False)
class Counts:
    """A part of the counts with its part of the map."""

    forward: Map
    """From attenuation to line integrals."""
    adjoint: Map
    """Back."""
    counts: AnyArray
    """y: photons counted behind the body, background included."""
    open_beam: AnyArray | float
    """N: photons without the body."""
    background: AnyArray | float = 0.0
    """r: counts that did not come along the ray (darks, scatter)."""


def transmission(
    parts: Sequence[Counts],
    *,
    start: AnyArray,
    project: Map = unchanged,
    slope: Map | None = None,
    bend: AnyArray | float = 0.0,
) -> Iterator[Iterate]:
    """Yield steps toward the most likely x behind Poisson counts of mean ``N exp(-A x) + r``.

    Nothing is divided by small counts and no logarithm is taken, so that rays that hardly a
    photon passed do no harm.

    Parameters
    ----------
    parts : sequence of Counts
        The data, all at once or in parts far apart in angle.
    start : array
        x at the start, not negative. Zeros will do; a filtered backprojection is faster.
    project : callable
        Sets values to what is allowed, after those below 0 have been set to 0.
    slope : callable, optional
        From x to the gradient of a penalty R.
    bend : array or number
        Not less than the curvature of R in each voxel, neighbors moving against each other.

    Notes
    -----
    ML-TR: J. Nuyts et al., "Iterative reconstruction for helical CT: a simulation study", Phys.
    Med. Biol. 43 (1998) 729, with a background as in J. A. Fessler's separable paraboloids::

        x ← x + (A* [(ŷ - y) p] - ∇R) / (A* [(A 1) ŷ p²] + bend)

        ŷ = N exp(-A x) + r,    p = 1 - r / ŷ

    The residual norm is ``√ Σ (y - ŷ)² / ŷ``, about the root of the number of rays when it fits.
    """
    order = far_apart(len(parts))
    x, number = start, 0
    lengths = [part.forward(np.ones_like(start)) for part in parts]
    total = sum(_step(part, length, x)[2] for part, length in zip(parts, lengths))
    yield Iterate(x, total**0.5, 0)
    share = x.dtype.type(1 / len(parts))
    while True:
        total = 0.0
        for place in order:
            climb, curvature, squared = _step(parts[place], lengths[place], x)
            total += squared
            if slope is not None:
                climb, curvature = climb - share * slope(x), curvature + share * bend
            change = np.divide(climb, curvature, out=np.zeros_like(x), where=curvature > 0)
            x = project(np.maximum(x + change, 0))
        number += 1
        yield Iterate(x, total**0.5, number)


def _step(part: Counts, lengths: AnyArray, x: AnyArray) -> tuple[AnyArray, AnyArray, float]:
    """Return the likelihood's slope and curvature, and Pearson's sum of squares."""
    primary = part.open_beam * np.exp(-part.forward(x))
    expected = np.maximum(primary + part.background, 1e-6)
    share = primary / expected
    off = expected - part.counts
    climb = part.adjoint((off * share).astype(x.dtype, copy=False))
    curvature = part.adjoint((lengths * primary * share).astype(x.dtype, copy=False))
    return climb, curvature, float((off * off / expected).sum(dtype="f8"))
