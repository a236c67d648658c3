"""Proximal maps, and FISTA."""

from collections.abc import Callable, Iterator

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.solvers.descent import Gradient
from diaphane.solvers.iterate import Iterate, Map, unchanged


def nonnegative(values: AnyArray) -> AnyArray:
    """Return `values`, those below 0 set to 0."""
    return np.maximum(values, 0)


def shorten(vectors: AnyArray, longest: AnyArray | float) -> AnyArray:
    """Return vectors (components first), those longer than `longest` cut to that length."""
    length = np.sqrt(np.einsum("i...,i...->...", vectors, vectors))
    return vectors / np.maximum(length / longest, 1)


def fista(
    gradient: Gradient,
    proximal: Callable[[AnyArray, float], AnyArray],
    *,
    start: AnyArray,
    curvature: float,
) -> Iterator[Iterate]:
    """Yield steps toward the least ``f(x) + g(x)``, where f is smooth and g has a proximal map.

    Parameters
    ----------
    gradient : callable
        From x to ∇f(x) and the length of the residual behind it.
    proximal : callable
        From z and a step s to the x of the least ``s g(x) + ‖x - z‖² / 2``.
    start : array
        x at the start.
    curvature : float
        L, not less than the largest curvature of f; steps are 1/L.

    Notes
    -----
    A. Beck and M. Teboulle, "A fast iterative shrinkage-thresholding algorithm", SIAM J. Imaging
    Sci. 2 (2009) 183, with the restart of B. O'Donoghue and E. Candès (2015) where momentum
    climbs. The residual norm is that at the point from which the step was taken.
    """
    x = z = start
    t, number = 1.0, 0
    step = 1 / curvature
    while True:
        slope, residual_norm = gradient(z)
        if number == 0:
            yield Iterate(x, residual_norm, 0)
        before, x = x, proximal(z - x.dtype.type(step) * slope, step)
        if float(np.vdot(z - x, x - before).real) > 0:
            t = 1.0
        t, before_t = (1 + (1 + 4 * t * t) ** 0.5) / 2, t
        z = x + x.dtype.type((before_t - 1) / t) * (x - before)
        number += 1
        yield Iterate(x, residual_norm, number)


def denoise(
    values: AnyArray,
    strength: float,
    differences: Map,
    adjoint: Map,
    *,
    squared_norm: float,
    n_steps: int = 30,
    project: Map = unchanged,
    dual: AnyArray | None = None,
) -> tuple[AnyArray, AnyArray]:
    """Return the x of the least ``‖x - values‖² / 2 + strength Σ |D x|``, and its dual.

    The proximal map of the total variation, for D the gradient of an image.

    Parameters
    ----------
    values : array
        What is denoised.
    strength : float
        What a unit of variation costs.
    differences, adjoint : callable
        D, which gives components first, and D*.
    squared_norm : float
        Not less than ‖D‖²: 4 for each axis of a gradient of unit spacing.
    n_steps : int
        How many steps are taken.
    project : callable
        Sets values to what is allowed.
    dual : array, optional
        Where an earlier call came to rest: a warm start.

    Notes
    -----
    A. Beck and M. Teboulle, "Fast gradient-based algorithms for constrained total variation image
    denoising and deblurring problems", IEEE Trans. Image Process. 18 (2009) 2419.
    """
    kind = values.dtype.type
    p = q = differences(np.zeros_like(values)) if dual is None else dual
    t = 1.0
    for _ in range(n_steps):
        x = project(values - adjoint(q))
        before, p = p, shorten(q + kind(1 / squared_norm) * differences(x), strength)
        t, before_t = (1 + (1 + 4 * t * t) ** 0.5) / 2, t
        q = p + kind((before_t - 1) / t) * (p - before)
    return project(values - adjoint(p)), p
