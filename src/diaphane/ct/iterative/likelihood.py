"""Reconstruction from the counts themselves: the most likely picture, no logarithm taken."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct.acquisition.open_beam import dark_and_open_beam
from diaphane.ct.iterative.iteration import (
    AnyScan,
    Attenuation,
    Counted,
    Iterations,
    Most,
    Rest,
    Subsets,
    pose,
    steps,
)
from diaphane.ct.iterative.neighbors import bend_of, differences_of
from diaphane.image import Labels
from diaphane.options import Range
from diaphane.solvers import Counts, huber, transmission
from diaphane.space import GridOptions
from diaphane.step import step


@step(version=1, simd=True)
def mltr(
    scan: Counted,
    start: Attenuation | None = None,
    where: Labels | None = None,
    *,
    grid: GridOptions | None = None,
    iterations: Iterations = 20,
    rest: Rest = None,
    subsets: Subsets = 8,
    strength: Annotated[float, Range(1e-4, 1e3, scale="log")] | None = 1.0,
    edge_per_mm: Annotated[float, Range(1e-6, 0.1, scale="log", unit="1/mm")] = 0.0005,
    average: Literal["mean", "median"] = "mean",
    open_beam_counts: Annotated[float, Range(1, 1e9, scale="log")] | None = None,
    electronic_noise: Annotated[float, Range(0, 1e5)] | None = None,
    least_per_mm: Annotated[float, Range(0, 1, unit="1/mm")] = 0.0,
    most_per_mm: Most = None,
) -> Attenuation:
    """Reconstruct the most likely picture behind counted photons (ML-TR): for very few of them.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts of photons, with flats and darks. Rays that none passed are data like any other.
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
    strength : number, optional
        What differences between neighbors cost against the data: at 1, as much for a single voxel;
        nothing where it is left out (``None``), and noise then grows with the steps.
    edge_per_mm : number
        From which difference on it is an edge, to be kept rather than smoothed.
    average : {"mean", "median"}
        How several flats, and several darks, become one.
    open_beam_counts : number, optional
        Counts of a ray without the body, for a scan without flats.
    electronic_noise : number, optional
        Standard deviation, in counts, of what the electronics add; as the darks vary by default.
    least_per_mm, most_per_mm : number
        Bounds of the attenuation.

    Returns
    -------
    Image
        Attenuation in 1/mm.

    Notes
    -----
    The most likely μ for counts of mean ``(flat - dark) exp(-A μ) + dark``, less Huber's penalty:
    J. Nuyts et al., Phys. Med. Biol. 43 (1998) 729, by ordered subsets as H. Erdogan and J. A.
    Fessler, Phys. Med. Biol. 44 (1999) 2835, of parabolas each voxel has to itself. Noise σ of
    the electronics counts as σ² more photons (shifted Poisson: M. Yavuz and J. A. Fessler, IEEE
    Trans. Med. Imag. 18 (1999) 1). `strength` is relative to how much the likelihood bends when a
    single voxel changes behind the measured counts.
    """
    photons, open_beam, spread = _photons(scan, average, open_beam_counts, electronic_noise)
    problem = pose(
        replace(scan, values=np.maximum(photons, 0)), grid=grid, start=start, where=where,
        least=least_per_mm, most=most_per_mm,
    )  # fmt: skip
    expected = replace(problem, data=photons, weights=np.maximum(photons, 0).astype(np.float32))
    parts = [
        Counts(part.forward, part.adjoint, part.data + np.float32(spread), open_beam, spread)
        for part in expected.parts(subsets)
    ]
    differences, psi = differences_of(problem), huber(edge_per_mm)
    beta = np.float32((strength or 0) * expected.curvature_per_voxel)

    def slope(x: AnyArray) -> AnyArray:
        return beta * differences.adjoint(psi.slope(differences.forward(x)))

    iterates = transmission(
        parts,
        start=problem.allowed(problem.start),
        project=problem.allowed,
        slope=None if strength is None else slope,
        bend=beta * bend_of(differences),
    )
    return problem.image(steps(problem, iterates, iterations, "ct.mltr", rest=rest))


def _photons(
    scan: AnyScan,
    average: Literal["mean", "median"],
    open_beam_counts: float | None,
    electronic_noise: float | None,
) -> tuple[AnyArray, AnyArray, float]:
    """Return counts beyond the dark level, the open beam's, and the electronics' variance."""
    dark, open_beam = dark_and_open_beam("ct.mltr", scan, average, open_beam_counts)
    if electronic_noise is not None:
        variance = electronic_noise**2
    elif scan.darks is not None and len(scan.darks) > 1:
        variance = float(scan.darks.var(axis=0, ddof=1, dtype=np.float64).mean())
    else:
        variance = 0.0
    photons = (scan.values - dark).astype(np.float32)
    return photons, np.maximum(open_beam, 0).astype(np.float32), variance
