"""The step that shows the brightest value behind each pixel."""

from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.image import Image, Picture
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.render.bricks import brick_corners_mm, brick_extremes
from diaphane.render.camera import Camera
from diaphane.render.colors import ColorMap, map_colors
from diaphane.render.marks import draw_color_scale, draw_view_marks
from diaphane.render.planes import real_values
from diaphane.render.sampling import (
    brick_of,
    go,
    sample,
    start_ray,
    to_brick_end,
    within,
)
from diaphane.render.windows import Window, shares_in, window_bounds
from diaphane.simd import kernel
from diaphane.step import step

_SEEN = 0.1
"""What lies higher than this share of the image's range is brought into the picture."""


@step(version=1)
def mip(
    image: Image,
    *,
    azimuth_deg: Annotated[float, Range(-360, 360, unit="°")] = 0.0,
    elevation_deg: Annotated[float, Range(-90, 90, unit="°")] = 0.0,
    size_px: Annotated[int, Range(16, 4096, scale="log", unit="px")] = 512,
    field_mm: Annotated[float, Range(1, 5000, scale="log", unit="mm")] | None = None,
    step_mm: Annotated[float, Range(0.01, 20, scale="log", unit="mm")] | None = None,
    window: Window = "fit",
    level: Annotated[float, Range(-100_000, 100_000, unit="{image}")] | None = None,
    width: (Annotated[float, Range(1e-9, 200_000, scale="log", unit="{image}")] | None) = None,
    colors: ColorMap = "gray",
    marks: Literal["all", "none"] = "all",
) -> Picture:
    """Return the brightest value along each of many parallel rays: the maximum projection.

    Vessels filled with contrast and bones stand out; what lies in front is not told from what
    lies behind.

    Parameters
    ----------
    image : Image
        Real values of any quantity, on any grid.
    azimuth_deg, elevation_deg : float
        Where the eye stands: 0, 0 in front of the patient, azimuth 90 on the patient's left,
        elevation 90 above the head.
    size_px : int
        Edge of the square picture.
    field_mm : float, optional
        What the picture's edge shows; by default all that is not dark, the same at every azimuth.
    step_mm : float, optional
        From sample to sample along a ray; by default half the smallest voxel spacing.
    window, level, width, colors
        As for :func:`diaphane.render.plane`; ``fit`` looks at the projection.
    marks : {"all", "none"}
        Whether letters, a bar of known length and, for maps, a scale are drawn.

    Returns
    -------
    Picture
        Square, black where a ray misses the image; with its ``pixel_mm``.

    Raises
    ------
    InputError
        When the image is not of real, finite numbers, or the options contradict each other.
    QuantityError
        When a window in HU is asked for another quantity.
    """
    real_values(image)
    lows, highs = brick_extremes(image.values)
    seen = highs > lows.min() + _SEEN * (float(highs.max()) - float(lows.min()))
    camera = Camera.around(
        brick_corners_mm(image.grid, seen if seen.any() else np.ones_like(seen)),
        azimuth_deg,
        elevation_deg,
        size_px=size_px,
        field_mm=field_mm,
    )
    brightest = project(image, highs, camera, step_mm or min(image.grid.spacing_mm) / 2)
    hit = brightest if np.isfinite(brightest).any() else image.values
    low, high = window_bounds(
        hit, image.quantity, window=window, level=level, width=width, color_map=colors
    )
    pixels = map_colors(shares_in(brightest, low, high), colors)
    pixels[np.isnan(brightest)] = 0
    if marks == "all":
        draw_view_marks(pixels, camera.axes, camera.pixel_mm)
        if colors != "gray":
            draw_color_scale(pixels, colors, low, high, image.quantity.unit)
    return Picture(pixels, camera.pixel_mm)


def project(image: Image, highs: AnyArray, camera: Camera, step_mm: float) -> FloatArray:
    """Return the highest value along the ray of each pixel, NaN where it misses the image."""
    grid = image.grid
    reach_mm = np.linalg.norm(grid.affine.steps_mm, axis=1) @ np.array(grid.shape)
    sight = camera.sight(float(reach_mm + np.linalg.norm(camera.center_mm - grid.center_mm)))
    to_index = np.ascontiguousarray(grid.affine.inverse().matrix[:3])
    brightest = np.empty((camera.size_px, camera.size_px), np.float32)
    rest = (image.values, highs, to_index, sight, float(step_mm), brightest)
    spread(_project_rows, camera.size_px, *rest, label="render.mip")
    return brightest


@kernel()
def _project_rows(
    first: int,
    last: int,
    values: AnyArray,
    highs: AnyArray,
    to_index: DoubleArray,
    sight: DoubleArray,
    step_mm: float,
    brightest: FloatArray,
) -> None:
    origin, direction, place = np.empty(3), np.empty(3), np.empty(3)
    for py in range(first, last):
        for px in range(brightest.shape[1]):
            start_ray(sight, to_index, px, py, origin, direction)
            s, far = within(values, origin, direction)
            if s > far:
                brightest[py, px] = np.nan
                continue
            highest = np.float32(-np.inf)
            while s < far:
                go(origin, direction, s, place)
                if brick_of(highs, place) > highest:
                    highest = max(highest, sample(values, place[0], place[1], place[2]))
                    s += step_mm
                else:
                    s += max(1, int(to_brick_end(place, direction) / step_mm)) * step_mm
            go(origin, direction, far, place)
            brightest[py, px] = max(highest, sample(values, place[0], place[1], place[2]))
