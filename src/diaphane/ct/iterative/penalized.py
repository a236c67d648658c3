"""Reconstruction that weighs the data by their noise against what pictures look like."""

from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.acquisition.scan import ConeScan, FanScan, ParallelScan
from diaphane.ct.iterative.iteration import Iterations, Least, Most, Problem, pose, steps
from diaphane.image import Image, Labels
from diaphane.operators import Gradient, scale
from diaphane.options import Range
from diaphane.solvers import (
    Penalty,
    Term,
    descend,
    fair,
    huber,
    least_squares_gradient,
    primal_dual,
    quadratic,
    shorten,
    squares,
)
from diaphane.solvers.descent import Gradient as Slope
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity

_RELAXATION = 1.8  # of the primal-dual steps
_LEAST_SUM = 1e-3  # mm
_USUAL_PER_MM = 0.01  # a usual difference at an edge: paces the two duals alike
_BALANCE = 10.0  # of dual to primal steps; found on few and on noisy views of heads


@step(version=1, simd=True)
def pwls(
    scan: Annotated[ParallelScan | FanScan | ConeScan, Quantity.LINE_INTEGRAL],
    counts: Annotated[ParallelScan | FanScan | ConeScan, Quantity.COUNTS] | None = None,
    start: Annotated[Image, Quantity.ATTENUATION] | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 20,
    subsets: Annotated[int, Range(1, 500, scale="log")] = 8,
    penalty: Literal["huber", "fair", "quadratic"] = "huber",
    strength: Annotated[float, Range(1e-4, 1e3, scale="log")] = 1.0,
    edge_per_mm: Annotated[float, Range(1e-6, 0.1, scale="log", unit="1/mm")] = 0.0005,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct by penalized weighted least squares: less noise at low dose, edges kept.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals, of any angles.
    counts : ParallelScan, FanScan or ConeScan, optional
        What was counted: rays behind which more photons were counted then count more.
    start : Image, optional
        A warm start in 1/mm, whose grid holds unless another is given; zeros by default.
    where : Labels, optional
        Where something may be (labels other than 0).
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector. It must hold the whole body.
    iterations : int
        How many rounds through all views.
    subsets : int
        Into how many parts the views are dealt; fewer where views are few.
    penalty : {"huber", "fair", "quadratic"}
        What differences between neighboring voxels cost; the first two keep edges.
    strength : number
        What they cost against the data: at 1, as much for a single voxel.
    edge_per_mm : number
        From which difference on it is an edge, to be kept rather than smoothed.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    The least ``Σ w (p - A μ)² / 2 + β Σ ψ(μ_i - μ_k)``: J.-B. Thibault et al., "A three-dimensional
    statistical approach to improved image quality for multislice helical CT", Med. Phys. 34 (2007)
    4526, by ordered subsets with momentum (D. Kim et al., IEEE Trans. Med. Imag. 34 (2015) 167).
    """
    problem = pose(
        scan, grid=grid, start=start, where=where, counts=counts,
        least=least_per_mm, most=most_per_mm,
    )  # fmt: skip
    psi = {"huber": huber, "fair": fair}[penalty](edge_per_mm) if penalty != "quadratic" else None
    differences = _differences(problem)
    beta = strength * problem.curvature_per_voxel
    parts = problem.parts(subsets)
    slopes = [_slope(part, len(parts), differences, psi or quadratic(), beta) for part in parts]
    curvature = _curvature(problem) + np.float32(beta) * _bend(differences)
    iterates = descend(
        slopes,
        start=problem.allowed(problem.start),
        curvature=curvature,
        project=problem.allowed,
    )
    return problem.image(steps(problem, iterates, iterations, None, "ct.pwls"))


@step(version=1, simd=True)
def tv(
    scan: Annotated[ParallelScan | FanScan | ConeScan, Quantity.LINE_INTEGRAL],
    counts: Annotated[ParallelScan | FanScan | ConeScan, Quantity.COUNTS] | None = None,
    start: Annotated[Image, Quantity.ATTENUATION] | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 100,
    strength_per_mm: Annotated[float, Range(1e-7, 1, scale="log", unit="1/mm")] = 0.001,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct with the least total variation: flat regions and sharp edges, from few views.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals, of any angles.
    counts : ParallelScan, FanScan or ConeScan, optional
        What was counted: rays behind which more photons were counted then count more.
    start : Image, optional
        A warm start in 1/mm, whose grid holds unless another is given; zeros by default.
    where : Labels, optional
        Where something may be (labels other than 0).
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector. It must hold the whole body.
    iterations : int
        How many steps; the fewer views, the more.
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
    differences = _differences(problem)
    strength = strength_per_mm * problem.curvature_per_voxel
    rows = np.maximum(problem.forward(problem.ones), _LEAST_SUM)
    columns = problem.adjoint(np.ones(problem.data.shape, np.float32))
    # Scaling the differences so that their dual bound matches the data's residual evens the pace.
    pace = max(strength, 1e-12) / _USUAL_PER_MM
    neighbors = np.float32(pace / 2) * _bend(differences)
    terms = [
        Term(
            problem.forward,
            problem.adjoint,
            squares(problem.data, problem.weights),
            np.float32(_BALANCE) / rows,
        ),
        Term(
            scale(differences, pace).forward,
            scale(differences, pace).adjoint,
            lambda w, _: shorten(w, strength / pace),
            _BALANCE / (2 * pace),
        ),
    ]
    iterates = primal_dual(
        terms,
        start=problem.allowed(problem.start),
        step=np.float32(1 / _BALANCE) / np.maximum(columns + neighbors, _LEAST_SUM),
        project=problem.allowed,
        relaxation=_RELAXATION,
    )
    return problem.image(steps(problem, iterates, iterations, None, "ct.tv"))


def _differences(problem: Problem) -> Gradient:
    """Return the differences to the next neighbors, lessened where these are farther away."""
    spacing = np.asarray(problem.projection.grid.spacing_mm)
    relative = tuple(float(d) for d in spacing / spacing[1:].min())
    return Gradient(problem.projection.domain, relative)


def _bend(differences: Gradient) -> AnyArray:
    """Return an upper bound of each voxel's curvature of the sum of squared differences."""
    spacing = np.asarray(differences.spacing_mm)[list(differences.axes)]
    return np.full(differences.domain, float((4 / spacing**2).sum()), np.float32)


def _curvature(problem: Problem) -> AnyArray:
    """Return A* W A 1: the curvature of the weighted squares, from above."""
    return problem.adjoint(problem.weights * problem.forward(problem.ones))


def _slope(
    part: Problem, n_parts: int, differences: Gradient, penalty: Penalty, beta: float
) -> Slope:
    """Return the gradient of the whole cost, as a part of the views tells it."""
    data = least_squares_gradient(part.forward, part.adjoint, part.data, part.weights)

    def slope(x: AnyArray) -> tuple[AnyArray, float]:
        from_data, residual_norm = data(x)
        from_neighbors = differences.adjoint(penalty.slope(differences.forward(x)))
        return n_parts * from_data + np.float32(beta) * from_neighbors, residual_norm

    return slope
