"""Iterations that know only callables, and stop on a stated rule.

Given maps ``forward`` (A) and ``adjoint`` (A*), data b and a start, each solver is a generator of
:class:`Iterate`: the values so far, how far A x still is from b, and the number of the step.
Whoever wants an answer says when to stop::

    last = run(cgls(a.forward, a.adjoint, b, start=x0), after(30), within_noise(level))

==========================  =========================================================
:func:`landweber`           steps along A* (b - A x), with weights: SIRT
:func:`cgls`                conjugate gradients for least squares
:func:`ordered_subsets`     the same steps, a part of the data at a time: OS-SART
:func:`transmission`        likelihood of Poisson counts behind a body, ordered subsets
:func:`descend`             any smooth cost below a parabola, with momentum: PWLS
:func:`fista`               a smooth cost and one with a proximal map, with momentum
:func:`primal_dual`         costs of several linear maps: total variation
==========================  =========================================================

A single arithmetic serves NumPy arrays of any shape and precision. Penalties on differences
(:func:`quadratic`, :func:`huber`, :func:`fair`) and the proximal map of the total variation
(:func:`denoise`) stand beside them.
"""

from diaphane.solvers.conjugate_gradients import cgls
from diaphane.solvers.descent import descend, least_squares_gradient
from diaphane.solvers.iterate import Iterate
from diaphane.solvers.least_squares import Subset, landweber, ordered_subsets
from diaphane.solvers.penalties import Penalty, fair, huber, quadratic
from diaphane.solvers.primal_dual_splitting import Term, primal_dual, squares
from diaphane.solvers.proximal import denoise, fista, nonnegative, shorten
from diaphane.solvers.stopping import after, at_rest, run, until, within_noise
from diaphane.solvers.transmission_likelihood import Counts, transmission

__all__ = [
    "Counts",
    "Iterate",
    "Penalty",
    "Subset",
    "Term",
    "after",
    "at_rest",
    "cgls",
    "denoise",
    "descend",
    "fair",
    "fista",
    "huber",
    "landweber",
    "least_squares_gradient",
    "nonnegative",
    "ordered_subsets",
    "primal_dual",
    "quadratic",
    "run",
    "shorten",
    "squares",
    "transmission",
    "until",
    "within_noise",
]
