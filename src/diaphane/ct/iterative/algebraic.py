"""Reconstruction by steps that bring the picture's own projections toward the measured ones."""

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
    Noise,
    Problem,
    Rest,
    Subsets,
    pose,
    steps,
)
from diaphane.image import Labels
from diaphane.options import Range
from diaphane.solvers import Subset, landweber, ordered_subsets
from diaphane.solvers import cgls as conjugate_gradients
from diaphane.space import GridOptions
from diaphane.step import step

_LEAST_SUM = 1e-3  # mm: rays and voxels that hardly meet any other are left out


@step(version=1, simd=True)
def sirt(
    scan: Lines,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 50,
    rest: Rest = None,
    relaxation: Annotated[float, Range(0.05, 1.95)] = 1.0,
    noise: Noise = None,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct by simultaneous iterations (SIRT): robust for few, uneven and noisy views.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals, of any angles.
    start : Image, optional
        A warm start in 1/mm, whose grid holds unless another is given; zeros by default.
    where : Labels, optional
        Where something may be (labels other than 0).
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector. It must hold the whole body.
    iterations : int
        How many steps; more sharpen the picture and, in the end, its noise.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
    relaxation : number
        How far each step goes; above 1 faster.
    noise : number, optional
        Standard deviation of a line integral: stop when what is left is no larger.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    ``μ ← μ + λ C A* R (p - A μ)`` with one over the sums of A's rows in R and of its columns in C:
    J. Gregor and T. Benson, IEEE Trans. Med. Imag. 27 (2008) 918.
    """
    problem = pose(
        scan, grid=grid, start=start, where=where, least=least_per_mm, most=most_per_mm
    )  # fmt: skip
    rows, columns = _sums(problem)
    iterates = landweber(
        problem.forward,
        problem.adjoint,
        problem.data,
        start=problem.allowed(problem.start),
        step=np.float32(relaxation) * columns,
        weights=rows,
        project=problem.allowed,
    )
    if noise is not None:
        noise *= float(np.sqrt(rows.sum(dtype=np.float64) / rows.size))
    return problem.image(steps(problem, iterates, iterations, "ct.sirt", rest=rest, noise=noise))


@step(version=1, simd=True)
def os_sart(
    scan: Lines,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 5,
    rest: Rest = None,
    subsets: Subsets = 10,
    relaxation: Annotated[float, Range(0.05, 1.95)] = 0.9,
    least_per_mm: Least = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct by iterations over a part of the views at a time (OS-SART): fast at first.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals, of any angles.
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
        Into how many parts the views are dealt; each part is a step of its own.
    relaxation : number
        How far each step goes; less calms noise.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    A. H. Andersen and A. C. Kak, Ultrason. Imaging 6 (1984) 81, with several views in each step.
    """
    problem = pose(
        scan, grid=grid, start=start, where=where, least=least_per_mm, most=most_per_mm
    )  # fmt: skip
    parts = []
    for part in problem.parts(subsets):
        rows, columns = _sums(part)
        parts.append(Subset(part.forward, part.adjoint, part.data, columns, rows))
    iterates = ordered_subsets(
        parts,
        start=problem.allowed(problem.start),
        relaxation=relaxation,
        project=problem.allowed,
    )
    return problem.image(steps(problem, iterates, iterations, "ct.os_sart", rest=rest))


@step(version=1, simd=True)
def cgls(
    scan: Lines,
    counts: Counted | None = None,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 15,
    rest: Rest = None,
    noise: Noise = None,
) -> Attenuation:
    """Reconstruct by conjugate gradients (CGLS): the fewest steps to the least squares.

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
        How many steps; noise grows soon, so that stopping early is what smooths.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
    noise : number, optional
        Standard deviation of a line integral, of the average ray where counts are given: stop
        when what is left is no larger.

    Returns
    -------
    Image
        Attenuation in 1/mm, which may be slightly negative.

    Notes
    -----
    M. R. Hestenes and E. Stiefel, J. Res. Natl. Bur. Stand. 49 (1952) 409, section 10.
    """
    problem = pose(scan, grid=grid, start=start, where=where, counts=counts)
    begin = problem.start if problem.mask is None else problem.start * problem.mask
    iterates = conjugate_gradients(
        problem.forward, problem.adjoint, problem.data, start=begin, weights=problem.weights
    )
    return problem.image(steps(problem, iterates, iterations, "ct.cgls", rest=rest, noise=noise))


def _sums(problem: Problem) -> tuple[AnyArray, AnyArray]:
    """Return one over the sums of A's rows and of its columns; 0 where they are nearly 0."""
    rows = problem.forward(problem.ones)
    columns = problem.adjoint(np.ones(problem.data.shape, np.float32))
    return _inverse(rows), _inverse(columns)


def _inverse(sums: AnyArray) -> AnyArray:
    return np.divide(1, sums, out=np.zeros_like(sums), where=sums > _LEAST_SUM)
