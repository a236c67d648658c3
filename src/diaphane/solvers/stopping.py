"""When to stop.

A rule is a function of an iterate and of the one before it (``None`` at the start) that says
whether the former is good enough.
"""

from collections.abc import Callable, Iterable, Iterator

from diaphane.errors import InputError
from diaphane.solvers.iterate import Iterate, norm

Rule = Callable[[Iterate, Iterate | None], bool]


def after(number: int) -> Rule:
    """Stop after a number of steps."""
    return lambda now, _: now.number >= number


def at_rest(relative_change: float) -> Rule:
    """Stop when a step changes the values by less than a part of their own length."""

    def rule(now: Iterate, before: Iterate | None) -> bool:
        if before is None:
            return False
        return norm(now.values - before.values) <= relative_change * norm(now.values)

    return rule


def within_noise(noise_norm: float, *, factor: float = 1.0) -> Rule:
    """Stop when the residual is no longer than the noise: Morozov's discrepancy principle.

    Parameters
    ----------
    noise_norm : float
        Expected length of the noise, weighted as the solver's residual is; with weights of one
        over the variance it is the root of the number of data.
    factor : float
        How many times this length is still noise; slightly more than 1 stops surely.
    """
    return lambda now, _: now.residual_norm <= factor * noise_norm


def until(iterates: Iterable[Iterate], *rules: Rule) -> Iterator[Iterate]:
    """Yield iterates up to the first that a rule finds good enough, included."""
    if not rules:
        raise InputError(
            "until() needs a rule, such as after(50): a solver does not stop by itself"
        )
    before = None
    for now in iterates:
        yield now
        if any(rule(now, before) for rule in rules):
            return
        before = now


def run(iterates: Iterable[Iterate], *rules: Rule) -> Iterate:
    """Return the first iterate that a rule finds good enough, or the last there is.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.solvers import cgls
    >>> a, b = np.array([[2.0, 0.0], [1.0, 1.0]]), np.array([2.0, 3.0])
    >>> last = run(cgls(a.__matmul__, a.T.__matmul__, b, start=np.zeros(2)), after(2))
    >>> last.values.round(6).tolist()
    [1.0, 2.0]
    """
    last = None
    for now in until(iterates, *rules):
        last = now
    if last is None:
        raise InputError("run() needs at least one iterate")
    return last
