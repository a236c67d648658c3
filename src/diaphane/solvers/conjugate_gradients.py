"""Conjugate gradients for least squares."""

from collections.abc import Iterator

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.solvers.iterate import Iterate, Map, norm


def cgls(
    forward: Map,
    adjoint: Map,
    data: AnyArray,
    *,
    start: AnyArray,
    weights: AnyArray | float = 1.0,
    damping: float = 0.0,
) -> Iterator[Iterate]:
    """Yield the steps of conjugate gradients toward the least ``Σ W (b - A x)² + d² Σ (x - x₀)²``.

    Parameters
    ----------
    forward, adjoint : callable
        A and A*; they must match, or the iteration goes astray.
    data : array
        b.
    start : array
        x₀, from which a damped answer does not stray far.
    weights : array or number
        W, not negative.
    damping : float
        d, in units of A.

    Notes
    -----
    M. R. Hestenes and E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409, section 10. The
    residual norm is that of the weighted data alone. It stops yielding only where the gradient
    is exactly 0.
    """
    root = weights**0.5
    x, offset = start, np.zeros_like(start)
    residual = root * (data - forward(x))
    gradient = adjoint(root * residual)
    direction, squared = gradient, norm(gradient) ** 2
    number = 0
    while True:
        yield Iterate(x, norm(residual), number)
        if squared == 0:
            return
        moved = root * forward(direction)
        length = squared / (norm(moved) ** 2 + damping**2 * norm(direction) ** 2)
        scalar = x.dtype.type(length)
        x, offset = x + scalar * direction, offset + scalar * direction
        residual = residual - scalar * moved
        gradient = adjoint(root * residual) - x.dtype.type(damping**2) * offset
        before, squared = squared, norm(gradient) ** 2
        direction = gradient + x.dtype.type(squared / before) * direction
        number += 1
