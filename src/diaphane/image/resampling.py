"""An image on another grid: interpolation on grids of any shear, turn and handedness.

``linear`` reproduces every image that is linear in space exactly; ``cubic`` (a cubic B-spline
through the values) every image that is a cubic polynomial, away from the edges of the grid: the
image counts as mirrored there, which is felt 3.7 times less with each voxel inward. Values are
those at the new voxels' centers, not averages over them.

References
----------
M. Unser, "Splines: a perfect fit for signal and image processing", IEEE Signal Processing
Magazine 16(6), 1999: the B-spline and the filter that gives its coefficients.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import GeometryError
from diaphane.image.types import Image, Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.space import Grid, GridOptions, upright_spacing_mm
from diaphane.step import step
from diaphane.units import Quantity

Method = Literal["linear", "cubic"]
Fill = Annotated[float, Range(-1_000_000, 1_000_000, unit="{image}")]

AIR_HU = -1000.0
"""What stands outside a Hounsfield image unless somebody says otherwise."""

_COARSER = 1.5  # how much larger a new voxel may be before detail between centers goes unseen


@step(version=1)
def resample(
    image: Image,
    *,
    grid: GridOptions | None = None,
    method: Method = "linear",
    fill: Fill | None = None,
) -> Image:
    """Return the image on an upright grid: slices axial, rows backward, columns to the left.

    Parameters
    ----------
    image : Image
        Real or complex, with or without channels, on any grid.
    grid : GridOptions, optional
        The new grid; what it leaves out covers the image with voxels of about the same size, so
        that without it an upright image keeps its grid and a tilted one is set upright.
    method : {"linear", "cubic"}
        How values between voxels are found. Cubic is sharper and may overshoot at edges.
    fill : number, optional
        What stands where the image does not reach, in its unit; by default -1000 in a Hounsfield
        image (air) and 0 in others.

    Returns
    -------
    Image
        Of the same quantity; whole numbers become float32, but for colors, which are rounded.

    Notes
    -----
    A NaN spreads to the new voxels around it (cubic: along its lines). Half a voxel beyond the
    outermost centers, a voxel's own half, the outermost value holds.

    Examples
    --------
    >>> ct = Image(np.zeros((4, 6, 6)), Grid.centered((4, 6, 6), (5, 1, 1)), Quantity.HOUNSFIELD)
    >>> resample(ct, grid=GridOptions(voxel_mm=0.5)).grid.shape
    (40, 12, 12)
    """
    return _onto(image, _upright(image.grid, grid or GridOptions()), method, fill, "image.resample")


@step(version=1)
def resample_onto(
    image: Image,
    reference: Image | Labels,
    *,
    method: Method = "linear",
    fill: Fill | None = None,
) -> Image:
    """Return the image on the grid of another, so that the two can be compared voxel by voxel.

    Parameters
    ----------
    image : Image
        Real or complex, with or without channels, on any grid.
    reference : Image or Labels
        Whose grid is taken; its values are not looked at.
    method, fill
        As in ``image.resample``.

    Raises
    ------
    GeometryError
        When one grid is in millimeters and the other is not.
    """
    return _onto(image, reference.grid, method, fill, "image.resample_onto")


@step(version=1)
def resample_labels(labels: Labels, *, grid: GridOptions | None = None) -> Labels:
    """Return labels on an upright grid; each new voxel takes the label of the one it lies in.

    Parameters
    ----------
    labels : Labels
        On any grid.
    grid : GridOptions, optional
        The new grid; what it leaves out covers the labels with voxels of about the same size.
        Outside, the label is 0.
    """
    new = _upright(labels.grid, grid or GridOptions())
    return _labels_onto(labels, new, "image.resample_labels")


@step(version=1)
def resample_labels_onto(labels: Labels, reference: Image | Labels) -> Labels:
    """Return labels on the grid of another value; each new voxel takes the label it lies in.

    Parameters
    ----------
    labels : Labels
        On any grid; outside it, the label is 0.
    reference : Image or Labels
        Whose grid is taken; its values are not looked at.

    Raises
    ------
    GeometryError
        When one grid is in millimeters and the other is not.
    """
    return _labels_onto(labels, reference.grid, "image.resample_labels_onto")


def fill_of(quantity: Quantity, fill: float | None) -> float:
    """Return what stands outside an image: `fill`, or air for Hounsfield and 0 for others."""
    if fill is not None:
        return fill
    return AIR_HU if quantity is Quantity.HOUNSFIELD else 0.0


def tell_outside(n_outside: int, n_all: int, fill: float) -> None:
    """Say how much of a new grid the image did not reach, and what stands there."""
    if n_outside:
        notice("image.outside", percent=round(100 * n_outside / n_all, 1) or 0.1, fill=fill)


def _upright(grid: Grid, options: GridOptions) -> Grid:
    low_mm, high_mm = grid.box_mm
    spacing_mm = upright_spacing_mm(grid.affine.steps_mm)
    new = options.to_grid(low_mm=low_mm, high_mm=high_mm, voxel_mm=spacing_mm)
    return replace(new, unit=grid.unit)


def _onto(image: Image, grid: Grid, method: Method, fill: float | None, label: str) -> Image:
    from diaphane.image import gather_kernels  # brings Numba: a third of a second

    _tell_coarser(image.grid, grid)
    values = _as_channels(image.values)
    if method == "cubic":
        values = _spline_coefficients(values)
    out = np.empty((*grid.shape, values.shape[-1]), values.dtype)
    kernel = gather_kernels.linear if method == "linear" else gather_kernels.cubic
    fill = fill_of(image.quantity, fill)
    n_outside = _gather(kernel, values, image.grid, grid, (fill, out), label)
    tell_outside(n_outside, int(np.prod(grid.shape)), fill)
    return replace(image, values=_from_channels(out, image), grid=grid)


def _labels_onto(labels: Labels, grid: Grid, label: str) -> Labels:
    from diaphane.image import gather_kernels

    out = np.empty(grid.shape, labels.values.dtype)
    n_outside = _gather(gather_kernels.nearest, labels.values, labels.grid, grid, (out,), label)
    tell_outside(n_outside, out.size, 0)
    return replace(labels, values=out, grid=grid)


def _gather(
    kernel: Callable[..., None],
    values: AnyArray,
    old: Grid,
    new: Grid,
    rest: tuple[Any, ...],
    label: str,
) -> int:
    """Run a kernel over all rows of the new grid; return how many voxels lie outside the old."""
    from diaphane.parallel import spread

    if old.unit != new.unit:
        raise GeometryError(
            f"the image's grid is in {old.unit} and the new grid in {new.unit}: "
            f"both must be in millimeters, or both in pixels"
        )
    n_rows = new.shape[0] * new.shape[1]
    outside = np.zeros(n_rows, np.int64)
    matrix = (old.affine.inverse() @ new.affine).matrix[:3]
    spread(kernel, n_rows, values, np.ascontiguousarray(matrix), *rest, outside, label=label)
    return int(outside.sum())


def _as_channels(values: AnyArray) -> AnyArray:
    """Return values as real floating numbers with channels last; a complex one is two channels."""
    dtype = np.result_type(values.dtype, np.float32)
    floating = values.astype(dtype, copy=False)
    if dtype.kind == "c":
        floating = floating.view(np.finfo(dtype).dtype).reshape(*values.shape, 2)
    return floating.reshape(*values.shape[:3], -1)


def _from_channels(values: AnyArray, like: Image) -> AnyArray:
    """Undo :func:`_as_channels`; colors in whole numbers are rounded back into their range."""
    dtype = like.values.dtype
    if dtype.kind == "c":
        values = values.view(np.result_type(dtype, np.complex64))
    elif like.quantity is Quantity.COLOR and dtype.kind in "iu":
        whole = np.iinfo(dtype)
        values = np.clip(np.rint(values), whole.min, whole.max).astype(dtype)
    return values.reshape(values.shape[:3] + like.values.shape[3:])


def _spline_coefficients(values: AnyArray) -> AnyArray:
    """Return the coefficients of the cubic B-spline that passes through the values."""
    from scipy.ndimage import spline_filter1d

    dtype: Any = values.dtype
    for axis in range(3):
        values = spline_filter1d(values, 3, axis=axis, output=dtype, mode="mirror")
    return values


def _tell_coarser(old: Grid, new: Grid) -> None:
    """Say so when the new voxels are so much larger that detail between their centers is unseen."""
    was, now = upright_spacing_mm(old.affine.steps_mm), upright_spacing_mm(new.affine.steps_mm)
    ratio = max(b / a for a, b in zip(was, now))
    if ratio > _COARSER:
        notice("image.coarser", times=round(ratio, 1))
