"""A geodesic active contour: the surface that is shortest where an edge counts for less.

A surface that starts somewhere moves so that the integral of g over its area falls as fast as it
can, g near 0 on edges and 1 where nothing is to be seen,

    g = 1 / (1 + (|∇(G_s * I)| / e)²),    outward speed = g (c - κ) - ∇g · N,

N its outward normal, κ the sum of its two curvatures in 1/mm, s the blur, e the steepness in the
middle of a blurred step as high as the contrast, and c the balloon's pressure in 1/mm. Time is in
mm². Where g is 1, a ball of radius R keeps it when c = 2/R, and a disc when c = 1/R.

References
----------
V. Caselles, R. Kimmel, G. Sapiro, "Geodesic active contours", International Journal of Computer
Vision 22(1), 1997, equation 19, with p = 2; there c points inward.
G. Russo, P. Smereka, "A remark on computing distance functions", Journal of Computational Physics
163, 2000, section 2, on why distances must be kept true without moving the surface; we leave the
voxels beside it as they are.
"""

from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.segment.checks import right_angled, same_shape, single_values
from diaphane.segment.regions.cells import usual_contrast
from diaphane.segment.regions.contour_kernels import advance, redistance
from diaphane.segment.regions.distances import distances_within
from diaphane.segment.regions.two_phases import mean_edge_mm
from diaphane.segment.regions.walking import Contrast
from diaphane.segment.thresholding.thresholds import Structure, labels_of
from diaphane.space import Grid
from diaphane.step import step

_BAND = 4  # longest edges of a voxel, on each side of the surface
_LOOK = 50  # passes from one look at whether the surface rests to the next
_AT_REST = 0.08  # of a voxel: by so little the surface moved
_SHARE = 0.9  # of the longest stable step of time


@step(version=1)
def geodesic_contour(
    image: Image,
    start: Labels,
    *,
    balloon_per_mm: Annotated[float, Range(-10, 10, unit="1/mm")] = 0.0,
    contrast: Contrast | None = None,
    blur_mm: Annotated[float, Range(0.01, 100, scale="log", unit="mm")] | None = None,
    passes: Annotated[int, Range(1, 20_000, scale="log")] = 1000,
    structure: Structure = "inside",
) -> Labels:
    """Move the surface of a region until it lies on edges, smooth where there are none.

    Parameters
    ----------
    image : Image
        Real, without channels, on a grid at right angles, of one slice or many.
    start : Labels
        On the image's grid: where to begin; any label is inside.
    balloon_per_mm : float
        c above: pushes the surface outward, or inward where negative, until an edge stops it. To
        grow at all, a start of radius R needs more than 2/R, in one slice more than 1/R.
    contrast : float, optional
        How high a step is that halves the speed. By default a tenth of the range of the middle
        98 % of the values.
    blur_mm : float, optional
        s above: how far the image is blurred before its edges are looked at; by default one edge
        of a mean voxel. In pixels where the grid knows no millimeters.
    passes : int
        The most steps of time; it stops when fifty of them move the surface by less than a
        twelfth of a voxel. Edges hold a surface back, they do not bar it: a strong balloon
        rests a little beyond the edge, or goes through it.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    GeometryError
        When the start lies on another grid, or the grid is sheared.
    InputError
        When the start covers nothing or everything, a value is not finite, the image has
        channels, or is too large for the memory.
    """
    spacing = np.array(right_angled(image.grid, "segment.geodesic_contour"))
    check_room("segment.geodesic_contour", image.grid.shape, 32)
    values = single_values(image, "segment.geodesic_contour")
    is_inside = _first_region(start, image.grid)
    if contrast is None:
        contrast = usual_contrast(values)
        notice("segment.contrast_chosen", value=float(f"{contrast:.3g}"), unit=image.quantity.unit)
    blur = blur_mm or mean_edge_mm(image.grid)
    edges = stopping_edges(values.astype(np.float32), spacing, blur, contrast)
    phi = before = signed_start(is_inside, spacing)
    terms = terms_of(edges, spacing, balloon_per_mm)
    for number in track(range(passes), "segment.geodesic_contour"):
        phi = moved(phi, edges, spacing, terms)
        if (number + 1) % _LOOK:
            continue
        if _rests(before, phi, spacing):
            break
        if number + 1 < passes:
            before = phi
    else:
        n_changed = int(((phi <= 0) != (before <= 0)).sum())
        notice("segment.not_at_rest", passes=passes, voxels=n_changed)
    is_inside = phi <= 0
    return labels_of(image, is_inside, structure)


def stopping_edges(
    values: FloatArray, spacing: DoubleArray, blur_mm: float, contrast: float
) -> FloatArray:
    """Return g: 1 where nothing is to be seen, a half in the middle of a step of that contrast."""
    sigmas = [blur_mm / mm if n > 1 else 0.0 for n, mm in zip(values.shape, spacing)]
    blurred = ndimage.gaussian_filter(values, sigmas, mode="nearest")
    squares = np.ones_like(blurred)
    steepest = contrast / (blur_mm * np.sqrt(2 * np.pi))
    for axis, (n, mm) in enumerate(zip(values.shape, spacing)):
        if n > 1:
            squares += np.square(np.gradient(blurred, mm * steepest, axis=axis))
    return (1 / squares).astype(np.float32)


def signed_start(is_inside: AnyArray, spacing: DoubleArray) -> FloatArray:
    """Return about the distance to the surface of a region, cut off at the band's width."""
    edges = (float(spacing[0]), float(spacing[1]), float(spacing[2]))
    outside = distances_within(~is_inside, edges)
    phi = outside - distances_within(is_inside, edges)
    half = np.float32(_shortest(phi.shape, spacing) / 2)
    phi += np.where(is_inside, half, -half)
    band = np.float32(_band(phi.shape, spacing))
    return np.clip(phi, -band, band)


def terms_of(edges: FloatArray, spacing: DoubleArray, balloon_per_mm: float) -> DoubleArray:
    """Return c, the longest stable step of time in mm², less a tenth, and the band's width."""
    rate = 0.0
    for axis, mm in enumerate(spacing):
        if edges.shape[axis] > 1:
            steep = float(np.abs(np.diff(edges, axis=axis)).max()) / mm
            rate += 2 / mm**2 + (steep + abs(balloon_per_mm)) / mm
    return np.array([balloon_per_mm, _SHARE / rate, _band(edges.shape, spacing)])


def moved(
    phi: FloatArray, edges: FloatArray, spacing: DoubleArray, terms: DoubleArray
) -> FloatArray:
    """Return φ one step of time later."""
    ahead, result = np.empty_like(phi), np.empty_like(phi)
    spread(advance, len(phi), phi, edges, spacing, terms, ahead)
    spread(redistance, len(phi), ahead, spacing, terms, result)
    return result


def _rests(before: FloatArray, phi: FloatArray, spacing: DoubleArray) -> bool:
    """Return whether the surface is gone or hardly moved: few voxels changed sides, or φ little.

    Some voxels on the surface may go on changing sides, others drift without ever doing so.
    """
    shortest = _shortest(phi.shape, spacing)
    beside = np.abs(phi) < shortest / 2
    if not beside.any():
        return True
    n_changed = ((phi <= 0) != (before <= 0)).sum()
    change = np.abs(phi[beside] - before[beside]).mean(dtype=np.float64)
    return bool(n_changed <= _AT_REST * beside.sum() or change <= _AT_REST * shortest)


def _shortest(shape: tuple[int, ...], spacing: DoubleArray) -> float:
    return min((float(mm) for n, mm in zip(shape, spacing) if n > 1), default=1.0)


def _band(shape: tuple[int, ...], spacing: DoubleArray) -> float:
    return _BAND * max((float(mm) for n, mm in zip(shape, spacing) if n > 1), default=1.0)


def _first_region(start: Labels, grid: Grid) -> AnyArray:
    same_shape(start, grid, "a start", "segment.geodesic_contour")
    is_inside = start.values != 0
    if not is_inside.any() or is_inside.all():
        covers = "everything" if is_inside.any() else "nothing"
        raise InputError(
            f"segment.geodesic_contour: start must cover a part of the image, got {covers}"
        )
    return is_inside
