"""Reconstruction of bodies of a single known material: every voxel is filled or empty."""

from dataclasses import replace
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.iterative.iteration import Attenuation, Iterations, Lines, Problem, pose, steps
from diaphane.ct.iterative.neighbors import along_and_across
from diaphane.ct.iterative.variation import vary_least
from diaphane.image import Labels
from diaphane.options import Range
from diaphane.space import GridOptions
from diaphane.step import step

_UNDECIDED = 0.4  # part of the steps before voxels are drawn to either side
_DECIDED = 0.82  # part of the steps after which they are drawn with full weight
_SURE = 2


@step(version=1, simd=True)
def binary_tv(
    scan: Lines,
    where: Labels | None = None,
    *,
    material_per_mm: Annotated[float, Range(1e-4, 10, scale="log", unit="1/mm")],
    grid: GridOptions | None = None,
    iterations: Iterations = 600,
    strength: Annotated[float, Range(1e-4, 10, scale="log")] = 0.3,
    along_rays: Annotated[float, Range(0.01, 1, scale="log")] = 0.1,
    decisiveness: Annotated[float, Range(0, 10)] = 0.1,
) -> Attenuation:
    """Reconstruct a body of one material from views of a part of the circle (binary tomography).

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals in proportion to the length within the material: beam hardening undone.
    where : Labels, optional
        What is known: 0 is empty, 2 is filled, any other label may be either.
    material_per_mm : number
        Attenuation of the material; around it is nothing.
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the mask's grid, or else the detector.
    iterations : int
        How many steps.
    strength : number
        What edges cost: about which deviation of a single voxel from its neighbors is noise, as a
        part of the material.
    along_rays : number
        What a difference along the mean ray costs, relative to one across it. Edges across the
        rays are hardly seen and form late, and less of a cost lets them. Where views go all around,
        no ray is the mean one, and all differences cost alike.
    decisiveness : number
        How strongly voxels are drawn to empty or filled, against what the data say of a single
        voxel; 0 leaves them between.

    Returns
    -------
    Image
        Between 0 and `material_per_mm`; half of it is the border.

    Notes
    -----
    The least ``Σ (p - A μ)² / 2 + λ Σ |D μ| - d Σ (μ - m/2)²`` with ``0 ≤ μ ≤ m``: total variation
    along and across the mean ray (J. S. Jørgensen et al., "A directional regularization method for
    the limited-angle Helsinki Tomography Challenge", arXiv:2310.01671, has the first idea), and a
    concave cost of staying between (T. Schüle et al., "Discrete tomography by convex-concave
    regularization", Discrete Appl. Math. 151 (2005) 229) that grows from 0 once the convex answer
    stands. Its end depends on the way there: it is a good picture, not a proven best.
    """
    problem = _bounded(pose(scan, grid=grid, where=where), where, material_per_mm)
    curvature = problem.curvature_per_voxel
    full = np.float32(2 * decisiveness * curvature)
    half = np.float32(material_per_mm / 2)

    def slope(values: AnyArray, number: int) -> AnyArray:
        ramp = (number / iterations - _UNDECIDED) / (_DECIDED - _UNDECIDED)
        weight = full * np.float32(min(max(ramp, 0.0), 1.0))
        return -weight * (np.clip(values, 0, 2 * half) - half)

    iterates = vary_least(
        problem,
        along_and_across(problem, along_rays),
        strength * material_per_mm * curvature,
        material_per_mm / 4,
        slope if decisiveness else None,
    )
    return problem.image(steps(problem, iterates, iterations, "ct.binary_tv"))


def _bounded(problem: Problem, where: Labels | None, material_per_mm: float) -> Problem:
    """Return the problem whose voxels lie between nothing and the material, as far as is known."""
    low = np.zeros(problem.projection.domain, np.float32)
    high = np.full_like(low, material_per_mm)
    if where is not None:
        low[where.values == _SURE] = material_per_mm
        high[where.values == 0] = 0
    return replace(problem, mask=None, bounds=(low, high), start=high)
