"""The step that shows a plane through the body."""

from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray, FloatArray, first_not_finite
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels, Picture
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.render.colors import ColorMap, label_color, map_colors
from diaphane.render.marks import draw_color_scale, draw_plane_marks
from diaphane.render.sampling import sample
from diaphane.render.windows import Window, shares_in, window_bounds
from diaphane.simd import kernel
from diaphane.space import Affine, Grid
from diaphane.step import step

Orientation = Literal["axial", "coronal", "sagittal"]

_AXES: dict[Orientation, tuple[tuple[int, int, int], tuple[int, int, int]]] = {
    "axial": ((1, 0, 0), (0, 1, 0)),
    "coronal": ((1, 0, 0), (0, 0, -1)),
    "sagittal": ((0, 1, 0), (0, 0, -1)),
}
"""What lies to the viewer's right and what lies below, in LPS."""

_NORMALS: dict[Orientation, int] = {"axial": 2, "coronal": 1, "sagittal": 0}
_FEWEST_PX = 384
"""A small image is shown larger: its longer side has at least so many pixels."""
_MOST_PX = 8192
_FILL = 0.22
"""How much of a label's color lies over its area; its outline has all of it."""


@step(version=1)
def plane(
    image: Image,
    overlay: Labels | None = None,
    *,
    plane: Orientation = "axial",
    position: Annotated[float, Range(0, 1)] = 0.5,
    position_mm: Annotated[float, Range(-10_000, 10_000, unit="mm")] | None = None,
    window: Window = "fit",
    level: Annotated[float, Range(-100_000, 100_000, unit="{image}")] | None = None,
    width: (Annotated[float, Range(1e-9, 200_000, scale="log", unit="{image}")] | None) = None,
    colors: ColorMap = "gray",
    pixel_mm: Annotated[float, Range(0.0001, 100, scale="log", unit="mm")] | None = None,
    marks: Literal["all", "none"] = "all",
) -> Picture:
    """Return the picture of a plane through an image, as radiologists look at it.

    The patient's right is on the viewer's left. Axial: seen from the feet, the front on top.
    Coronal: seen from the front, the head on top. Sagittal: seen from the patient's left, the
    front on the viewer's left. The image is sampled through the world, in true proportions,
    whatever its grid; outside it the picture is black.

    Parameters
    ----------
    image : Image
        Real values of any quantity.
    overlay : Labels, optional
        Drawn over it in colors; on any grid.
    plane : {"axial", "coronal", "sagittal"}
        Which way the plane lies.
    position : float
        Where along its normal: 0 is the end at the feet, the front, or the patient's right; 1
        the other end.
    position_mm : float, optional
        The same in LPS mm; it wins over `position`.
    window : {"fit", "bone", "soft", "brain", "lung", "vessels"}
        Which values become black and white. ``fit`` leaves out the 0.5 % at each end of the image;
        the others are in HU.
    level, width : float, optional
        The window's middle and width, in the image's unit; given together they win.
    colors : {"gray", "cividis", "viridis", "diverging"}
        Gray for anatomy, the others for maps; ``diverging`` is centered on zero.
    pixel_mm : float, optional
        Edge of a pixel; by default the smallest voxel spacing, or less where the picture would be
        small.
    marks : {"all", "none"}
        Whether letters, a bar of known length and, for maps, a scale are drawn.

    Returns
    -------
    Picture
        With its ``pixel_mm``.

    Raises
    ------
    InputError
        When the image is not of real, finite numbers, or the options contradict each other.
    QuantityError
        When a window in HU is asked for another quantity.
    GeometryError
        When the plane misses the image, or has too many pixels.
    """
    values = real_values(image)
    low, high = window_bounds(
        values, image.quantity, window=window, level=level, width=width, color_map=colors
    )
    sheet = _sheet(image.grid, plane, position, position_mm, pixel_mm)
    sampled = _sampled(values, image.grid, sheet)
    pixels = map_colors(shares_in(sampled, low, high), colors)
    pixels[np.isnan(sampled)] = 0
    if overlay is not None:
        _lay_over(pixels, _labels_on(overlay, sheet))
    pixel = sheet.spacing_mm[2]
    if marks == "all" and image.grid.unit == "mm":
        right, down = (np.array(axis, dtype=np.float64) for axis in _AXES[plane])
        draw_plane_marks(pixels, right, down, pixel)
    if marks == "all" and colors != "gray":
        draw_color_scale(pixels, colors, low, high, image.quantity.unit)
    return Picture(pixels, pixel if image.grid.unit == "mm" else None)


def real_values(image: Image) -> AnyArray:
    """Return the values where they are one real, finite number a voxel."""
    if image.channels or image.values.dtype.kind == "c":
        raise InputError(
            "a picture shows one real number a voxel, got "
            + (f"{len(image.channels)} channels" if image.channels else "complex numbers")
        )
    place = first_not_finite(image.values)
    if place is not None:
        raise InputError(f"image must hold finite values, got {image.values[place]} at {place}")
    return image.values


def _sheet(
    grid: Grid,
    plane: Orientation,
    position: float,
    position_mm: float | None,
    pixel_mm: float | None,
) -> Grid:
    """Return the grid of one slice on which the picture's pixels lie."""
    lowest, highest = _bounds_mm(grid)
    normal = _NORMALS[plane]
    place = lowest[normal] + position * (highest[normal] - lowest[normal])
    if position_mm is not None:
        place = position_mm
        if not lowest[normal] <= place <= highest[normal]:
            raise GeometryError(
                f"position_mm must lie within the image, {lowest[normal]:.1f} to "
                f"{highest[normal]:.1f} mm, got {place:g}"
            )
    right, down = (np.array(axis, dtype=np.float64) for axis in _AXES[plane])
    across_mm, down_mm = (abs(float(way @ (highest - lowest))) for way in (right, down))
    pixel = pixel_mm or min(min(grid.spacing_mm), max(across_mm, down_mm) / _FEWEST_PX)
    n_columns, n_rows = (max(1, round(n / pixel)) for n in (across_mm, down_mm))
    if max(n_columns, n_rows) > _MOST_PX:
        raise GeometryError(
            f"pixel_mm {pixel:g} gives {n_rows} × {n_columns} pixels, more than {_MOST_PX}: "
            "take larger ones"
        )
    center = (lowest + highest) / 2
    center[normal] = place
    first = center - (n_columns - 1) / 2 * pixel * right - (n_rows - 1) / 2 * pixel * down
    thickness = np.cross(right, down)
    return Grid(
        (1, n_rows, n_columns),
        Affine.from_columns([thickness, down * pixel, right * pixel], first),
    )


def _bounds_mm(grid: Grid) -> tuple[DoubleArray, DoubleArray]:
    """Return the lowest and highest x, y, z of a grid, borders of its outer voxels included."""
    ends = [(-0.5, n - 0.5) for n in grid.shape]
    corners = grid.to_mm(np.array(np.meshgrid(*ends)).reshape(3, -1).T)
    return corners.min(axis=0), corners.max(axis=0)


def _sampled(values: AnyArray, grid: Grid, sheet: Grid) -> FloatArray:
    """Return the values at the pixels of a sheet, NaN outside."""
    to_voxel = (grid.affine.inverse() @ sheet.affine).matrix
    sampled = np.empty(sheet.shape[1:], np.float32)
    spread(_sample_rows, len(sampled), values, to_voxel, sampled)
    return sampled


def _labels_on(labels: Labels, sheet: Grid) -> AnyArray:
    """Return the nearest label at each pixel of a sheet, 0 outside."""
    rows, columns = np.indices(sheet.shape[1:])
    pixels = np.stack([np.zeros_like(rows), rows, columns], axis=-1)
    places = np.rint(labels.grid.to_index(sheet.to_mm(pixels))).astype(int)
    inside = ((places >= 0) & (places < labels.grid.shape)).all(axis=-1)
    found = np.zeros(sheet.shape[1:], labels.values.dtype)
    found[inside] = labels.values[tuple(places[inside].T)]
    return found


def _lay_over(pixels: ByteArray, labels: AnyArray) -> None:
    """Draw labels into `pixels`: a veil over each area, and its outline."""
    outline = np.zeros(labels.shape, bool)
    differ = labels[1:] != labels[:-1]
    outline[1:] |= differ
    outline[:-1] |= differ
    differ = labels[:, 1:] != labels[:, :-1]
    outline[:, 1:] |= differ
    outline[:, :-1] |= differ
    for label in np.unique(labels[labels > 0]):
        color = label_color(int(label)) * 255
        for area, share in (
            ((labels == label) & ~outline, _FILL),
            ((labels == label) & outline, 1),
        ):
            pixels[area] = np.rint((1 - share) * pixels[area] + share * color)


@kernel()
def _sample_rows(
    first: int, last: int, values: AnyArray, to_voxel: DoubleArray, sampled: FloatArray
) -> None:
    """Sample each pixel of some rows; within half a voxel of the border the border's value."""
    n_slices, n_rows, n_columns = values.shape
    for py in range(first, last):
        for px in range(sampled.shape[1]):
            k = to_voxel[0, 1] * py + to_voxel[0, 2] * px + to_voxel[0, 3]
            j = to_voxel[1, 1] * py + to_voxel[1, 2] * px + to_voxel[1, 3]
            i = to_voxel[2, 1] * py + to_voxel[2, 2] * px + to_voxel[2, 3]
            inside = -0.5 <= k <= n_slices - 0.5 and -0.5 <= j <= n_rows - 0.5
            if inside and -0.5 <= i <= n_columns - 0.5:
                sampled[py, px] = sample(values, k, j, i)
            else:
                sampled[py, px] = np.nan
