"""Steps along the gradient of a weighted least-squares cost, with all data or a part at a time."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.solvers.iterate import Iterate, Map, unchanged


def landweber(
    forward: Map,
    adjoint: Map,
    data: AnyArray,
    *,
    start: AnyArray,
    step: AnyArray | float,
    weights: AnyArray | float = 1.0,
    project: Map = unchanged,
) -> Iterator[Iterate]:
    """Yield ``x ← P(x + C A* W (b - A x))``, which goes to the least weighted squares.

    Parameters
    ----------
    forward, adjoint : callable
        A and A*.
    data : array
        b.
    start : array
        x at the start: zeros, or a warm start.
    step : array or number
        C. It converges for ``0 < C < 2 / ‖A* W A‖``, and where C and W are one over the sums of
        A's columns and rows (SIRT), for C up to twice that.
    weights : array or number
        W; the residual norm is the root of ``Σ W (b - A x)²``.
    project : callable
        P: sets values to what is allowed (:func:`~diaphane.solvers.nonnegative`, a mask).

    Notes
    -----
    SIRT: P. Gilbert, J. Theor. Biol. 36 (1972) 105, in the form of J. Gregor and T. Benson,
    IEEE Trans. Med. Imag. 27 (2008) 918.
    """
    x, number = start, 0
    while True:
        residual = data - forward(x)
        weighted = weights * residual
        yield Iterate(x, _weighted_norm(residual, weighted), number)
        x = project(x + step * adjoint(weighted))
        number += 1


@dataclass(frozen=True, eq=False)
class Subset:
    """A part of the data with its part of the map."""

    forward: Map
    """From x to this part of the data."""
    adjoint: Map
    """Back."""
    data: AnyArray
    """The measured part."""
    step: AnyArray | float
    """How far to go: for SART one over the sums of the part's columns."""
    weights: AnyArray | float = 1.0
    """How much each number counts: for SART one over the sums of its rows."""


def ordered_subsets(
    subsets: Sequence[Subset],
    *,
    start: AnyArray,
    relaxation: float = 1.0,
    decay: float = 0.0,
    project: Map = unchanged,
) -> Iterator[Iterate]:
    """Yield x after each round through all parts of the data, taken in a far-apart order.

    Parameters
    ----------
    subsets : sequence of Subset
        The parts, neighbors in angle beside each other; each in turn pulls x toward its data.
    start : array
        x at the start.
    relaxation : float
        Part of each step that is taken, between 0 and 2.
    decay : float
        In round n the relaxation is divided by ``1 + decay n``, which makes noisy data converge
        instead of circling.
    project : callable
        Sets values to what is allowed.

    Notes
    -----
    A. H. Andersen and A. C. Kak, "Simultaneous algebraic reconstruction technique (SART)",
    Ultrason. Imaging 6 (1984) 81. The residual norm joins what each part had left when its turn
    came; at the start it is that of the start, for the first part only.
    """
    order = far_apart(len(subsets))
    x, number = start, 0
    first = subsets[order[0]]
    residual = first.data - first.forward(x)
    yield Iterate(x, _weighted_norm(residual, first.weights * residual), 0)
    while True:
        total = 0.0
        part = relaxation / (1 + decay * number)
        for place in order:
            subset = subsets[place]
            residual = subset.data - subset.forward(x)
            weighted = subset.weights * residual
            total += _weighted_norm(residual, weighted) ** 2
            x = project(x + part * subset.step * subset.adjoint(weighted))
        number += 1
        yield Iterate(x, total**0.5, number)


def far_apart(n: int) -> list[int]:
    """Return 0 … n - 1 in an order in which each is far from those just before it.

    Examples
    --------
    >>> far_apart(8)
    [0, 5, 2, 7, 4, 1, 6, 3]
    """
    step = max(1, round(n * 0.618))
    order: list[int] = []
    place = 0
    free = set(range(n))
    while free:
        while place not in free:
            place = (place + 1) % n
        order.append(place)
        free.discard(place)
        place = (place + step) % n
    return order


def _weighted_norm(residual: AnyArray, weighted: AnyArray) -> float:
    return float(np.real(np.conj(residual) * weighted).sum(dtype="f8")) ** 0.5
