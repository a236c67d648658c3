"""Reconstruction with the least total variation, by two methods that end at the same picture."""

from collections.abc import Callable, Iterator
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.iterative.iteration import (
    Attenuation,
    Counted,
    Iterations,
    Least,
    Lines,
    Most,
    Problem,
    Rest,
    pose,
    steps,
)
from diaphane.ct.iterative.neighbors import bend_of, differences_of
from diaphane.image import Labels
from diaphane.operators import Operator, scale
from diaphane.options import Range
from diaphane.solvers import (
    Term,
    denoise,
    fista,
    least_squares_gradient,
    primal_dual,
    shorten,
    squares,
)
from diaphane.solvers.iterate import Iterate
from diaphane.space import GridOptions
from diaphane.step import step

_RELAXATION = 1.8  # of the primal-dual steps
_LEAST_SUM = 1e-3  # mm
_USUAL_PER_MM = 0.01  # a usual difference at an edge: paces the two duals alike
_BALANCE = 10.0  # of dual to primal steps; found on few and on noisy views of heads


@step(version=2, simd=True)
def tv(
    scan: Lines,
    counts: Counted | None = None,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 100,
    rest: Rest = None,
    strength_per_mm: Annotated[float, Range(1e-7, 1, scale="log", unit="1/mm")] = 0.001,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct with the least total variation: flat regions and sharp edges, from few views.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals, of any angles.
    counts : ParallelScan, FanScan, ConeScan or PoseScan, optional
        What was counted: rays behind which more photons were counted then count more.
    start : Image, optional
        A warm start in 1/mm, whose grid holds unless another is given; zeros by default.
    where : Labels, optional
        Where something may be (labels other than 0).
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector. It must hold the whole body.
    iterations : int
        How many steps; the fewer views, the more.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
    strength_per_mm : number
        About which deviation of a single voxel from its neighbors is taken for noise.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    The least ``Σ w (p - A μ)² / 2 + λ Σ |∇μ|``: L. Rudin, S. Osher and E. Fatemi (1992) for
    images, E. Sidky and X. Pan, Phys. Med. Biol. 53 (2008) 4777 for CT; by the primal-dual steps
    of T. Pock and A. Chambolle, ICCV 2011. λ is `strength_per_mm` times how much the first sum
    bends when a single voxel changes, so that it means the same for any number of views.
    """
    problem = pose(
        scan, grid=grid, start=start, where=where, counts=counts,
        least=least_per_mm, most=most_per_mm,
    )  # fmt: skip
    strength = strength_per_mm * problem.curvature_per_voxel
    iterates = vary_least(problem, differences_of(problem), strength, _USUAL_PER_MM)
    return problem.image(steps(problem, iterates, iterations, "ct.tv", rest=rest))


@step(version=1, simd=True)
def tv_fista(
    scan: Lines,
    counts: Counted | None = None,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 100,
    rest: Rest = None,
    denoising_steps: Annotated[int, Range(1, 200, scale="log")] = 10,
    strength_per_mm: Annotated[float, Range(1e-7, 1, scale="log", unit="1/mm")] = 0.001,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct with the least total variation by FISTA: the same picture on another way.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals, of any angles.
    counts : ParallelScan, FanScan, ConeScan or PoseScan, optional
        What was counted: rays behind which more photons were counted then count more.
    start : Image, optional
        A warm start in 1/mm, whose grid holds unless another is given; zeros by default.
    where : Labels, optional
        Where something may be (labels other than 0).
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector. It must hold the whole body.
    iterations : int
        How many steps; the fewer views, the more.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
    denoising_steps : int
        How many denoising steps follow each step.
    strength_per_mm : number
        About which deviation of a single voxel from its neighbors is taken for noise.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    The cost is that of :func:`tv`, and so is its least. A. Beck and M. Teboulle, IEEE Trans. Image
    Process. 18 (2009) 2419: after each gradient step of the data the picture is denoised, by steps
    of its own that begin where the last ones ended. The primal-dual steps of :func:`tv` are
    cheaper and mostly the faster way; this one keeps every iterate within reach of the data.
    """
    problem = pose(
        scan, grid=grid, start=start, where=where, counts=counts,
        least=least_per_mm, most=most_per_mm,
    )  # fmt: skip
    differences = differences_of(problem)
    strength = strength_per_mm * problem.curvature_per_voxel
    squared_norm = float(bend_of(differences).max())
    dual: AnyArray | None = None

    def proximal(values: AnyArray, length: float) -> AnyArray:
        nonlocal dual
        denoised, dual = denoise(
            values,
            strength * length,
            differences.forward,
            differences.adjoint,
            squared_norm=squared_norm,
            n_steps=denoising_steps,
            project=problem.allowed,
            dual=dual,
        )
        return denoised

    data = least_squares_gradient(
        problem.forward, problem.adjoint, problem.data, problem.weights
    )  # fmt: skip
    steepest = problem.adjoint(problem.weights * problem.forward(problem.ones))
    iterates = fista(
        data,
        proximal,
        start=problem.allowed(problem.start),
        curvature=max(float(steepest.max()), _LEAST_SUM),
    )
    return problem.image(steps(problem, iterates, iterations, "ct.tv_fista", rest=rest))


def vary_least(
    problem: Problem,
    differences: Operator,
    strength: float,
    usual_per_mm: float,
    slope: Callable[[AnyArray, int], AnyArray] | None = None,
) -> Iterator[Iterate]:
    """Yield primal-dual steps toward the least ``Σ w (p - A μ)² / 2 + strength Σ |D μ| + h(μ)``.

    Parameters
    ----------
    problem : Problem
        Data, weights, bounds and start.
    differences : Operator
        D, no longer than the gradient of the grid.
    strength : number
        What a unit of variation costs.
    usual_per_mm : number
        A usual difference at an edge.
    slope : callable, optional
        From μ and the number of steps taken to the gradient of h.
    """
    rows = np.maximum(problem.forward(problem.ones), _LEAST_SUM)
    columns = problem.adjoint(np.ones(problem.data.shape, np.float32))
    # Scaling the differences so that their dual bound matches the data's residual evens the pace.
    pace = max(strength, 1e-12) / usual_per_mm
    neighbors = np.float32(pace / 2) * bend_of(differences_of(problem))
    scaled = scale(differences, pace)
    terms = [
        Term(
            problem.forward,
            problem.adjoint,
            squares(problem.data, problem.weights),
            np.float32(_BALANCE) / rows,
        ),
        Term(
            scaled.forward,
            scaled.adjoint,
            lambda w, _: shorten(w, strength / pace),
            _BALANCE / (2 * pace),
        ),
    ]
    return primal_dual(
        terms,
        start=problem.allowed(problem.start),
        step=np.float32(1 / _BALANCE) / np.maximum(columns + neighbors, _LEAST_SUM),
        project=problem.allowed,
        relaxation=_RELAXATION,
        slope=slope,
    )
