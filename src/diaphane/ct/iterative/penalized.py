"""Reconstruction that weighs the data by their noise against what pictures look like."""

from typing import Annotated, Literal

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
    Subsets,
    pose,
    steps,
)
from diaphane.ct.iterative.neighbors import bend_of, differences_of
from diaphane.image import Labels
from diaphane.operators import Gradient
from diaphane.options import Range
from diaphane.solvers import Penalty, descend, fair, huber, least_squares_gradient, quadratic
from diaphane.solvers.descent import Gradient as Slope
from diaphane.space import GridOptions
from diaphane.step import step


@step(version=1, simd=True)
def pwls(
    scan: Lines,
    counts: Counted | None = None,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 20,
    rest: Rest = None,
    subsets: Subsets = 8,
    penalty: Literal["huber", "fair", "quadratic"] = "huber",
    strength: Annotated[float, Range(1e-4, 1e3, scale="log")] = 1.0,
    edge_per_mm: Annotated[float, Range(1e-6, 0.1, scale="log", unit="1/mm")] = 0.0005,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct by penalized weighted least squares: less noise at low dose, edges kept.

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
        How many rounds through all views.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
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
    differences = differences_of(problem)
    beta = strength * problem.curvature_per_voxel
    parts = problem.parts(subsets)
    slopes = [_slope(part, len(parts), differences, psi or quadratic(), beta) for part in parts]
    curvature = _curvature(problem) + np.float32(beta) * bend_of(differences)
    iterates = descend(
        slopes,
        start=problem.allowed(problem.start),
        curvature=curvature,
        project=problem.allowed,
    )
    return problem.image(steps(problem, iterates, iterations, "ct.pwls", rest=rest))


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
