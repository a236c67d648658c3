"""What every iterative reconstruction starts from: the map, the weights, what is allowed.

The forward model is ``A μ = p``: A the :class:`~diaphane.ct.project.projection.Projection` of the
scan's beam (ray-driven from any pose, else distance-driven), μ the attenuation on a grid, p the
line integrals. A ray behind which N photons were counted has a line integral of variance 1/N, so
that its weight is N.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.beam import ConeBeam
from diaphane.ct.acquisition.cone_field import fitting_cone_grid
from diaphane.ct.acquisition.field import columns_beside_axis, fitting_grid
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.ct.acquisition.pose_field import fitting_pose_grid
from diaphane.ct.acquisition.scan import ConeScan, FanScan, ParallelScan, PoseScan
from diaphane.ct.acquisition.views import check_radians, truncated_views
from diaphane.ct.memory import check_memory
from diaphane.ct.project.projection import Projection
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.solvers import Iterate, after, at_rest, until, within_noise
from diaphane.space import Grid, GridOptions
from diaphane.units import Quantity

AnyScan = ParallelScan | FanScan | ConeScan | PoseScan
"""A scan of any beam."""

Lines = Annotated[AnyScan, Quantity.LINE_INTEGRAL]
"""What is reconstructed."""

Counted = Annotated[AnyScan, Quantity.COUNTS]
"""What was counted."""

Attenuation = Annotated[Image, Quantity.ATTENUATION]
"""The picture: where to begin, and what comes out."""

Iterations = Annotated[int, Range(1, 5000, scale="log")]
"""How many steps are taken at most."""

Noise = Annotated[float, Range(1e-6, 1, scale="log")] | None
"""Standard deviation of a line integral, at which to stop."""

Rest = Annotated[float, Range(1e-8, 0.1, scale="log")] | None
"""At which change in a step, as a part of the picture, to stop."""

Subsets = Annotated[int, Range(1, 500, scale="log")]
"""Into how many parts the views are dealt."""

Least = Annotated[float, Range(-10, 1, unit="1/mm")]
"""The smallest attenuation that is allowed."""

Most = Annotated[float, Range(1e-5, 10, scale="log", unit="1/mm")] | None
"""The largest attenuation that is allowed."""

_COPIES = 8  # of the picture: itself, its update, gradients, duals and the kernels' layouts
_FEWEST_COUNTS = 0.1  # of a ray that counts at all


@dataclass(frozen=True, eq=False)
class Problem:
    """A scan with the map that explains it, and what is known beforehand."""

    projection: Projection
    """A."""
    data: FloatArray
    """p: shape (n_views, n_rows, n_columns)."""
    weights: FloatArray | float
    """How much each ray counts; 1 on average."""
    start: FloatArray
    """μ at the start."""
    mask: FloatArray | None
    """1 where there may be something, 0 elsewhere; ``None`` where it may be anywhere."""
    bounds: tuple[FloatArray | float, FloatArray | float | None]
    """The smallest and the largest attenuation that are allowed, everywhere or voxel by voxel."""

    def allowed(self, values: AnyArray) -> AnyArray:
        """Return `values` set to what is allowed."""
        bounded = np.clip(values, *self.bounds)
        return bounded if self.mask is None else bounded * self.mask

    def forward(self, values: AnyArray) -> AnyArray:
        """Return A μ of what lies within the mask."""
        return self.projection.forward(values if self.mask is None else values * self.mask)

    def adjoint(self, values: AnyArray) -> AnyArray:
        """Return A* p within the mask."""
        back = self.projection.adjoint(values)
        return back if self.mask is None else back * self.mask

    def part(self, number: int, n_parts: int) -> "Problem":
        """Return the problem of every n-th view."""
        views = slice(number, None, n_parts)
        weights = self.weights[views] if isinstance(self.weights, np.ndarray) else self.weights
        projection = self.projection.of_views(views)
        return Problem(
            projection, self.data[views], weights, self.start, self.mask, self.bounds
        )  # fmt: skip

    def parts(self, n_parts: int) -> list["Problem"]:
        """Return the problems of interleaved views; at least one view in each."""
        n_parts = min(n_parts, len(self.data))
        return [self.part(number, n_parts) for number in range(n_parts)]

    @property
    def ones(self) -> FloatArray:
        """An image that is 1 wherever there may be something."""
        ones = np.ones(self.projection.domain, np.float32)
        return ones if self.mask is None else ones * self.mask

    @property
    def curvature_per_voxel(self) -> float:
        """About how much the weighted squares bend when a single voxel changes, in mm²."""
        seen = self.adjoint(np.broadcast_to(np.float32(self.weights), self.data.shape))
        width_mm = float(np.sqrt(np.prod(self.projection.grid.spacing_mm[1:])))
        return width_mm * float(np.median(seen[seen > 0])) if (seen > 0).any() else 1.0

    def image(self, last: Iterate) -> Image:
        """Return the last iterate as an image."""
        values = np.asarray(last.values, dtype=np.float32)
        return Image(values, self.projection.grid, Quantity.ATTENUATION)


def pose(
    scan: AnyScan,
    *,
    grid: GridOptions | None,
    start: Image | None = None,
    where: Labels | None = None,
    counts: AnyScan | None = None,
    least: float = 0.0,
    most: float | None = None,
) -> Problem:
    """Return the problem that a scan poses.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals, or counts where those themselves are explained.
    grid : GridOptions, optional
        Where to reconstruct; by default that of the start or the mask; what is left out fits the
        detector.
    start : Image, optional
        A warm start in 1/mm; zeros by default.
    where : Labels, optional
        Where something may be: wherever the label is not 0.
    counts : ParallelScan, FanScan, ConeScan or PoseScan, optional
        What was counted, from which each ray's weight follows.
    least, most : float
        Bounds of the attenuation in 1/mm.

    Raises
    ------
    GeometryError
        When start or mask lie on another grid, the counts are of another scan, or the axis of
        rotation is not seen.
    InputError
        When the memory that is left does not suffice, the bounds leave no room, or no ray passes
        through the grid.
    """
    if most is not None and not least < most:
        raise InputError(f"most_per_mm must be > least_per_mm ({least:g}), got {most:g}")
    if not isinstance(scan.beam, PoseBeam):
        check_radians(scan.beam.angles_rad)
        if scan.beam.detector.n_columns > 1:
            columns_beside_axis(scan.beam.detector)
    target = _grid(scan, grid, start if start is not None else where)
    check_memory("an iterative reconstruction", target, copies=_COPIES)
    _check_grid("start", start, target)
    _check_grid("where", where, target)
    model = "ray" if isinstance(scan.beam, PoseBeam) else "distance"
    projection = Projection(scan.beam, target, model)
    begin = np.zeros(target.shape, np.float32)
    mask = None if where is None else (where.values != 0).astype(np.float32)
    problem = Problem(
        projection,
        scan.values.astype(np.float32),
        1.0 if counts is None else _weights(scan, counts),
        begin if start is None else start.values.astype(np.float32),
        mask,
        (least, most),
    )
    is_counted = scan.quantity is Quantity.COUNTS
    truncated = 0 if is_counted else truncated_views(scan.values)
    if truncated:
        notice("ct.truncated", views=truncated)
    return problem


def steps(
    problem: Problem,
    iterates: Iterator[Iterate],
    iterations: int,
    label: str,
    *,
    rest: float | None = None,
    noise: float | None = None,
) -> Iterate:
    """Return the last iterate: after so many steps, or when a rule finds it good enough.

    Parameters
    ----------
    problem : Problem
        What is solved.
    iterates : iterator
        Of the solver.
    iterations : int
        How many steps are taken at most.
    label : str
        What the progress is called.
    rest : number, optional
        Stop when a step changes the picture by less than this part of it.
    noise : number, optional
        Stop when what is left of each line integral is no more, root mean square.
    """
    rules = [after(iterations)]
    if rest is not None:
        rules.append(at_rest(rest))
    if noise is not None:
        total = np.broadcast_to(np.float32(problem.weights), problem.data.shape)
        rules.append(within_noise(noise * float(total.sum(dtype=np.float64)) ** 0.5))
    last = next(iterates)
    before = last
    for now in track(until(chain((last,), iterates), *rules), label, total=iterations + 1):
        before, last = last, now
    if last.number < iterations:
        if rest is not None and last.number and at_rest(rest)(last, before):
            notice("ct.stopped_at_rest", steps=last.number, of=iterations)
        else:
            notice("ct.stopped_at_noise", steps=last.number, of=iterations)
    return last


def _grid(scan: AnyScan, options: GridOptions | None, given: Image | Labels | None) -> Grid:
    if given is not None and options is None:
        return given.grid
    if isinstance(scan.beam, PoseBeam):
        return fitting_pose_grid(scan.beam, options)
    if isinstance(scan.beam, ConeBeam):
        return fitting_cone_grid(scan.beam, options)
    return fitting_grid(scan.beam, options)


def _check_grid(name: str, value: Image | Labels | None, grid: Grid) -> None:
    if value is not None and not value.grid.is_close(grid):
        raise GeometryError(
            f"{name} lies on another grid: {value.grid.shape} voxels instead of {grid.shape}, or "
            f"elsewhere; bring it there with image.resample"
        )


def _weights(scan: AnyScan, counts: AnyScan) -> FloatArray:
    """Return the counts beyond the dark level over their mean; 0 where hardly any came through."""
    if counts.values.shape != scan.values.shape:
        raise GeometryError(
            f"counts must be those of the scan, {scan.values.shape} views, rows and columns, got "
            f"{counts.values.shape}"
        )
    dark = 0.0 if counts.darks is None else counts.darks.mean(axis=0, dtype=np.float64)
    photons = counts.values - np.asarray(dark, dtype=np.float32)
    photons[photons < _FEWEST_COUNTS] = 0
    mean = float(photons.mean(dtype=np.float64))
    if not mean > 0:
        raise InputError("counts must exceed the dark level somewhere, they nowhere do")
    return (photons / np.float32(mean)).astype(np.float32)
