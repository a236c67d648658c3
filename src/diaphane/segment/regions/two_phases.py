"""An active contour without edges: the two regions whose values differ most from each other's mean.

Of all regions, the one is sought with the smallest

    E = 1/V ∫_inside (I - c₁)² + 1/V ∫_outside (I - c₂)² + λ · (area of its surface),

c₁ and c₂ the means inside and outside, V the variance of the whole image, λ in mm. The area is
that of a blurred step, √(2π)/s ∫ u · (1 - G_s * u), with u 1 inside and G_s a Gaussian of standard
deviation s. It is concave in u, so that taking, again and again, the region where the derivative
of E is negative never lets E grow, and after finitely many passes nothing changes.

References
----------
T. F. Chan, L. A. Vese, "Active contours without edges", IEEE Transactions on Image Processing
10(2), 2001, equation 9 with λ₁ = λ₂ = 1 and ν = 0.
D. Wang, H. Li, X. Wei, X.-P. Wang, "An efficient iterative thresholding method for image
segmentation", Journal of Computational Physics 350, 2017: in place of a level set.
"""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, FloatArray
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import single_values
from diaphane.segment.thresholding.thresholds import Structure, labels_of
from diaphane.space import Grid
from diaphane.step import step

_USUAL_BLUR = 1.0
"""In edges of a mean voxel: wide enough that the voxels' grid does not hold the surface fast."""


@step(version=1)
def chan_vese(
    image: Image,
    start: Labels | None = None,
    *,
    smoothness_mm: Annotated[float, Range(0, 1000, unit="mm")] = 1.0,
    blur_mm: Annotated[float, Range(0.01, 100, scale="log", unit="mm")] | None = None,
    passes: Annotated[int, Range(1, 1000, scale="log")] = 100,
    structure: Structure = "inside",
) -> Labels:
    """Label the region that differs most from what is around it, within a smooth surface.

    No edge is needed: the means inside and outside decide, and how smooth the surface shall be.

    Parameters
    ----------
    image : Image
        Real, without channels, of one slice or many; voxels may be longer than wide.
    start : Labels, optional
        Where to begin: any label is inside. By default what is brighter than the mean. The region
        keeps its side: bright inside stays bright inside. A start much smaller than the body
        needs a smoothness that it can outgrow.
    smoothness_mm : float
        λ above: what a mm² of surface costs. In an image of two equal halves, specks of a smaller
        radius vanish. So much that the values no longer count holds the surface where it starts.
        In pixels where the grid knows no millimeters.
    blur_mm : float, optional
        s above: the scale at which the surface is measured; by default one edge of a mean
        voxel. Smaller, and the voxels' grid holds the surface fast; larger, and specks cost less.
    passes : int
        The most passes; it stops as soon as no voxel changes.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When all values are the same, one is not finite, the image has channels, or the start
        covers nothing or everything.
    GeometryError
        When the start lies on another grid.
    """
    check_room("segment.chan_vese", image.grid.shape, 24)
    values = single_values(image, "segment.chan_vese").astype(np.float32)
    is_inside = _first_region(values, image.grid, start)
    blur = blur_mm or _USUAL_BLUR * mean_edge_mm(image.grid)
    n_changed = 0
    descent = descend(values, is_inside, image.grid.spacing_mm, smoothness_mm, blur)
    next(descent)
    for _ in track(range(passes), "segment.chan_vese"):
        before = is_inside
        is_inside, _ = next(descent)
        n_changed = int((is_inside != before).sum())
        if not n_changed or not is_inside.any() or is_inside.all():
            break
    if n_changed:
        notice("segment.not_at_rest", passes=passes, voxels=n_changed)
    return labels_of(image, is_inside, structure)


def descend(
    values: FloatArray,
    is_inside: AnyArray,
    spacing_mm: tuple[float, float, float],
    smoothness_mm: float,
    blur_mm: float,
) -> Iterator[tuple[AnyArray, float]]:
    """Yield region after region, from the first on, and E of each in voxels: it never grows."""
    scale = float(values.var(dtype=np.float64))
    sigmas = [blur_mm / mm if n > 1 else 0.0 for n, mm in zip(values.shape, spacing_mm)]
    tension = smoothness_mm * np.sqrt(2 * np.pi) / blur_mm
    while True:
        c_in, c_out = (float(values[part].mean(dtype=np.float64)) for part in _halves(is_inside))
        blurred = ndimage.gaussian_filter(is_inside.astype(np.float32), sigmas, mode="reflect")
        misfit = sum(
            float(np.square(values[part] - np.float32(c)).sum(dtype=np.float64))
            for part, c in zip(_halves(is_inside), (c_in, c_out))
        )
        area = float((1 - blurred[is_inside]).sum(dtype=np.float64))
        yield is_inside, misfit / scale + tension * area
        middle, contrast = np.float32((c_in + c_out) / 2), np.float32(2 * (c_out - c_in) / scale)
        derivative = contrast * (values - middle)
        derivative += np.float32(tension) * (1 - 2 * blurred)
        is_inside = derivative < 0


def mean_edge_mm(grid: Grid) -> float:
    """Return the geometric mean of the spacings along which there is more than one voxel."""
    edges = [mm for n, mm in zip(grid.shape, grid.spacing_mm) if n > 1]
    return float(np.exp(np.mean(np.log(edges)))) if edges else 1.0


def _halves(is_inside: AnyArray) -> tuple[AnyArray, AnyArray]:
    return is_inside, ~is_inside


def _first_region(values: FloatArray, grid: Grid, start: Labels | None) -> AnyArray:
    if values.min() == values.max():
        raise InputError(
            f"segment.chan_vese needs two regions, but every value is {values.flat[0]:.6g}"
        )
    if start is None:
        return values > values.mean(dtype=np.float64)
    if not start.grid.is_close(grid):
        raise GeometryError("segment.chan_vese: start must lie on the image's grid: resample it")
    is_inside = start.values != 0
    if not is_inside.any() or is_inside.all():
        covers = "everything" if is_inside.any() else "nothing"
        raise InputError(f"segment.chan_vese: start must cover a part of the image, got {covers}")
    return is_inside
