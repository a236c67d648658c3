"""Costs of several linear maps at once."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from diaphane.arrays import AnyArray
from diaphane.solvers.iterate import Iterate, Map, norm, unchanged


@dataclass(frozen=True, eq=False)
class Term:
    """A cost F(K x): the map with its adjoint, and the cost by its dual."""

    forward: Map
    """K."""
    adjoint: Map
    """K*."""
    proximal: Callable[[AnyArray, AnyArray | float], AnyArray]
    """From w and the steps s to the y of the least ``s F*(y) + ‖y - w‖² / 2``, F* the conjugate."""
    steps: AnyArray | float
    """s: for a matrix one over the sums of its rows' absolute values."""


def squares(data: AnyArray, weights: AnyArray | float) -> Callable[..., AnyArray]:
    """Return the proximal map of the conjugate of ``Σ W (w - b)² / 2``; where W is 0, y is 0."""

    def proximal(w: AnyArray, steps: AnyArray | float) -> AnyArray:
        return weights * (w - steps * data) / (weights + steps)

    return proximal


def primal_dual(
    terms: Sequence[Term],
    *,
    start: AnyArray,
    step: AnyArray | float,
    project: Map = unchanged,
    relaxation: float = 1.0,
    slope: Callable[[AnyArray, int], AnyArray] | None = None,
) -> Iterator[Iterate]:
    """Yield steps toward the least ``Σ F(K x) + h(x)`` among the x that are allowed.

    Parameters
    ----------
    terms : sequence of Term
        The costs; the residual norm is the length of the first one's dual, which for
        :func:`squares` becomes the residual times its weights.
    start : array
        x at the start.
    step : array or number
        For matrices one over the sums of all columns' absolute values, all terms together.
    project : callable
        Sets values to what is allowed.
    relaxation : float
        How far beyond each step to go, from 1 to less than 2; 1.8 often saves a third of them.
    slope : callable, optional
        From x and the number of steps taken to ∇h(x), for a smooth h that bends little against
        ``1 / step``; its weight may change from step to step.

    Notes
    -----
    A. Chambolle and T. Pock, J. Math. Imaging Vis. 40 (2011) 120, with the diagonal steps of T.
    Pock and A. Chambolle, ICCV 2011, which need no operator norm, and the smooth cost of L. Condat,
    J. Optim. Theory Appl. 158 (2013) 460.
    """
    x, number = start, 0
    duals = [t.proximal(t.steps * t.forward(start), t.steps) for t in terms]
    yield Iterate(x, float("inf"), 0)
    while True:
        pull = sum((t.adjoint(y) for t, y in zip(terms[1:], duals[1:])), terms[0].adjoint(duals[0]))
        if slope is not None:
            pull = pull + slope(x, number)
        new = project(x - step * pull)
        beyond = 2 * new - x
        for i, (term, dual) in enumerate(zip(terms, duals)):
            proposed = term.proximal(dual + term.steps * term.forward(beyond), term.steps)
            duals[i] = dual + dual.dtype.type(relaxation) * (proposed - dual)
        x = x + x.dtype.type(relaxation) * (new - x)
        number += 1
        yield Iterate(project(x), norm(duals[0]), number)
