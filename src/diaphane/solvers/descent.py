"""Descent along gradients, with momentum, below parabolas that never cross the cost."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.solvers.iterate import Iterate, Map, norm, unchanged
from diaphane.solvers.least_squares import far_apart

Gradient = Callable[[AnyArray], tuple[AnyArray, float]]
"""From x to the gradient of the cost and the length of the residual behind it."""


def descend(
    gradients: Sequence[Gradient],
    *,
    start: AnyArray,
    curvature: AnyArray | float,
    project: Map = unchanged,
    momentum: bool = True,
) -> Iterator[Iterate]:
    """Yield ``x ← P(z - ∇f(z) / D)`` with Nesterov's momentum z, after each round of gradients.

    Parameters
    ----------
    gradients : sequence of callable
        One: the gradient of the cost. Several: each an estimate of the whole gradient from a part
        of the data (ordered subsets), which is many times faster at the beginning and comes to
        rest near the answer instead of at it.
    start : array
        x at the start.
    curvature : array or number
        D: the parabola of this curvature through any point lies above the cost. For a weighted
        least-squares cost ``A* W A 1`` will do, plus the penalty's own.
    project : callable
        P: sets values to what is allowed.
    momentum : bool
        Whether earlier steps are gone on with.

    Notes
    -----
    D. Kim, S. Ramani and J. A. Fessler, "Combining ordered subsets and momentum for accelerated
    X-ray CT image reconstruction", IEEE Trans. Med. Imag. 34 (2015) 167, algorithm 2. The residual
    norm joins what each gradient told.
    """
    order = far_apart(len(gradients))
    x = z = start
    t, number = 1.0, 0
    yield Iterate(x, gradients[order[0]](x)[1], 0)
    inverse = np.divide(1, curvature, out=np.zeros_like(start), where=np.asarray(curvature) > 0)
    while True:
        total = 0.0
        for place in order:
            slope, residual_norm = gradients[place](z)
            total += residual_norm**2
            before, x = x, project(z - inverse * slope)
            if momentum:
                t, before_t = (1 + (1 + 4 * t * t) ** 0.5) / 2, t
                z = x + x.dtype.type((before_t - 1) / t) * (x - before)
            else:
                z = x
        number += 1
        yield Iterate(x, (total / len(order)) ** 0.5, number)


def least_squares_gradient(
    forward: Map, adjoint: Map, data: AnyArray, weights: AnyArray | float = 1.0
) -> Gradient:
    """Return the gradient ``A* W (A x - b)``, with the weighted length of the residual."""

    def gradient(x: AnyArray) -> tuple[AnyArray, float]:
        residual = forward(x) - data
        return adjoint(weights * residual), norm(np.sqrt(weights) * residual)

    return gradient
