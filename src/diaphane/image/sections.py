"""Sections with positions of their own, brought onto one upright grid.

A tilted gantry and uneven steps give parallel sections that no grid can hold. A voxel between two
of them takes the value at its foot on each, found by bilinear interpolation in the section's own
pixels, weighted by its distances along the normal. An image that is linear in space comes back
exactly.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import GeometryError, InputError
from diaphane.image.resampling import fill_of, tell_outside
from diaphane.image.types import Image, Slices
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.space import Grid, GridOptions, upright_spacing_mm
from diaphane.step import step

_PARALLEL_DEG = 0.01  # a section 250 mm wide then stays within 0.05 mm of its place
_APART_MM = 1e-3  # sections nearer than this count as one place
_EVEN = 0.01  # share of the median step by which even steps may differ


@dataclass(frozen=True, eq=False)
class _Stack:
    """Parallel sections in the order of their heights along the normal."""

    values: AnyArray
    """Shape (n, rows, columns)."""
    positions_mm: DoubleArray
    """Shape (n, 3): the center of each section's first pixel."""
    steps_mm: DoubleArray
    """Shape (n, 2, 3): each section's steps from row to row and from column to column."""
    normal: DoubleArray
    """Shape (3,): the unit normal."""

    @property
    def heights_mm(self) -> DoubleArray:
        """Where the sections lie along the normal."""
        return self.positions_mm @ self.normal

    @property
    def to_pixels(self) -> DoubleArray:
        """For each section, from (x, y, z, 1) to the row and column of a point's foot on it."""
        linear: DoubleArray = np.linalg.pinv(np.swapaxes(self.steps_mm, 1, 2)).astype(np.float64)
        offset = -np.einsum("nij,nj->ni", linear, self.positions_mm)
        return np.ascontiguousarray(np.concatenate([linear, offset[:, :, None]], axis=2))


@step(version=1)
def from_slices(
    slices: Slices,
    *,
    grid: GridOptions | None = None,
    slice_spacing_mm: Annotated[float, Range(0.01, 100, scale="log", unit="mm")] | None = None,
    fill: Annotated[float, Range(-1_000_000, 1_000_000, unit="{slices}")] | None = None,
) -> Image:
    """Return one upright image from parallel sections, however far apart and tilted.

    Parameters
    ----------
    slices : Slices
        Parallel sections in any order, of any steps between them and within them.
    grid : GridOptions, optional
        The new grid; what it leaves out covers all sections with voxels of their pixels' size.
    slice_spacing_mm : float, optional
        From slice to slice of the new grid; by default ``grid.voxel_mm``, and without it the
        smallest step between two sections, or a pixel where that is larger.
    fill : number, optional
        What stands where no section reaches, in the slices' unit; by default -1000 for Hounsfield
        numbers (air) and 0 for others.

    Returns
    -------
    Image
        Of the same quantity, in float32 (float64 stays). Half the smallest step beyond the end
        sections these still hold.

    Raises
    ------
    GeometryError
        When there are fewer than two sections, two at one place, or two that are not parallel.

    Notes
    -----
    What lies between two sections is interpolated, never measured: a notice says how far apart
    the sections are and how much of the picture lies far from all of them.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> uneven = Slices(
    ...     values=np.stack([np.full((4, 4), z) for z in (0.0, 4.0, 11.0)]),
    ...     positions_mm=np.array([(0, 0, 0), (0, 0, 4), (0, 0, 11)]),
    ...     row_steps_mm=np.full((3, 3), (0, 1, 0)),
    ...     column_steps_mm=np.full((3, 3), (1, 0, 0)),
    ...     quantity=Quantity.UNKNOWN,
    ... )
    >>> image = from_slices(uneven, slice_spacing_mm=1.0)
    >>> image.grid.shape
    (15, 4, 4)
    >>> float(image.grid.to_mm((8, 0, 0))[2]), float(image.values[8, 0, 0])
    (6.5, 6.5)
    """
    stack = _stack(slices)
    steps_mm = np.diff(stack.heights_mm)
    new = _grid(stack, grid or GridOptions(), slice_spacing_mm)
    fill = fill_of(slices.quantity, fill)
    out = np.empty(new.shape, np.result_type(slices.values.dtype, np.float32))
    far_mm = float(np.median(steps_mm)) / 2
    n_outside, n_far = _interpolate(stack, new, (float(steps_mm.min()) / 2, far_mm), fill, out)
    _tell_steps(stack.normal, steps_mm)
    if n_far:
        percent = round(100 * n_far / max(out.size - n_outside, 1), 1) or 0.1
        notice("image.far_from_slices", percent=percent, far_mm=round(far_mm, 2))
    tell_outside(n_outside, out.size, fill)
    return Image(out, new, slices.quantity)


def _stack(slices: Slices) -> _Stack:
    """Check that the sections are parallel and apart, and put them in order."""
    if len(slices.values) < 2:
        raise GeometryError(
            f"image.from_slices needs at least two sections, got {len(slices.values)}"
        )
    if slices.values.dtype.kind == "c":
        raise InputError("image.from_slices takes real values, got complex ones: take a part first")
    steps = np.stack([slices.row_steps_mm, slices.column_steps_mm], axis=1)
    normals = np.cross(steps[:, 1], steps[:, 0])
    areas = np.linalg.norm(normals, axis=1)
    sides = np.linalg.norm(steps, axis=2).prod(axis=1)
    if not (areas > 1e-6 * sides).all():
        bad = int(np.flatnonzero(~(areas > 1e-6 * sides))[0])
        raise GeometryError(f"section {bad}: its rows and columns must point different ways")
    normals /= areas[:, None]
    apart_deg = np.rad2deg(np.linalg.norm(normals - normals[0], axis=1))
    if apart_deg.max() > _PARALLEL_DEG:
        raise GeometryError(
            f"sections must be parallel, but sections 0 and {int(apart_deg.argmax())} stand at "
            f"{apart_deg.max():.3g}°; give each orientation by itself"
        )
    heights = slices.positions_mm @ normals[0]
    order = np.argsort(heights, kind="stable")
    near = np.flatnonzero(np.diff(heights[order]) < _APART_MM)
    if near.size:
        a, b = order[near[0]], order[near[0] + 1]
        raise GeometryError(f"sections {a} and {b} lie at the same place; keep one of them")
    return _Stack(slices.values[order], slices.positions_mm[order], steps[order], normals[0])


def _grid(stack: _Stack, options: GridOptions, slice_spacing_mm: float | None) -> Grid:
    """Return the new grid; by default it covers every section, edges included."""
    smallest_mm = np.diff(stack.heights_mm).min()
    rows, columns = stack.steps_mm.mean(axis=0)
    step_mm = max(smallest_mm, np.linalg.norm(rows), np.linalg.norm(columns))
    natural = upright_spacing_mm([stack.normal * step_mm, rows, columns])
    spacing = [options.voxel_mm or mm for mm in natural]
    spacing[0] = slice_spacing_mm or spacing[0]
    edges = np.array([(-0.5, n - 0.5) for n in stack.values.shape[1:]])
    corners = np.concatenate(
        [
            stack.positions_mm + j * stack.steps_mm[:, 0] + i * stack.steps_mm[:, 1] + beyond
            for j in edges[0]
            for i in edges[1]
            for beyond in (-stack.normal * smallest_mm / 2, stack.normal * smallest_mm / 2)
        ]
    )
    free = GridOptions(shape=options.shape, center_mm=options.center_mm)
    return free.to_grid(low_mm=corners.min(axis=0), high_mm=corners.max(axis=0), voxel_mm=spacing)


def _interpolate(
    stack: _Stack, new: Grid, limits_mm: tuple[float, float], fill: float, out: AnyArray
) -> tuple[int, int]:
    """Fill `out`; return how many voxels no section reaches, and how many are far from all."""
    from diaphane.image.section_kernels import between_sections  # brings Numba
    from diaphane.parallel import spread

    n_lines = new.shape[0] * new.shape[1]
    counts = np.zeros((n_lines, 2), np.int64)
    spread(
        between_sections,
        n_lines,
        stack.values.astype(out.dtype, copy=False),
        stack.heights_mm,
        stack.to_pixels,
        np.ascontiguousarray(stack.normal),
        np.ascontiguousarray(new.affine.matrix[:3]),
        np.array(limits_mm),
        fill,
        out,
        counts,
        label="image.from_slices",
    )
    n_outside, n_far = counts.sum(axis=0)
    return int(n_outside), int(n_far)


def _tell_steps(normal: DoubleArray, steps_mm: DoubleArray) -> None:
    """Say that the sections were tilted, and that their steps were uneven."""
    tilt_deg = float(np.rad2deg(np.arccos(min(np.abs(normal).max(), 1.0))))
    if tilt_deg > _PARALLEL_DEG:
        notice("image.tilt_corrected", tilt_deg=round(tilt_deg, 1))
    if np.ptp(steps_mm) > _EVEN * np.median(steps_mm):
        smallest, largest = (round(float(mm), 2) for mm in (steps_mm.min(), steps_mm.max()))
        notice("image.uneven_slices", smallest_mm=smallest, largest_mm=largest)
