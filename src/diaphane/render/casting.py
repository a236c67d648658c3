"""The step that shows a volume as a lit body."""

from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import ByteArray, DoubleArray, FloatArray
from diaphane.image import Image, Labels, Picture
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.render.bricks import brick_corners_mm
from diaphane.render.camera import Camera
from diaphane.render.colors import label_color, to_light, to_srgb
from diaphane.render.light import Light, light_for
from diaphane.render.marks import draw_view_marks
from diaphane.render.rays import Scene, cast_rows
from diaphane.render.transfer import BIN_HU, Preset, Transfer
from diaphane.render.volume import Volume
from diaphane.step import step
from diaphane.units import Quantity

_EYE_FIELDS = 2.2
"""How many fields the eye stands away in perspective: as one holds a skull in one's hands."""
_MOST_BLUR_MM = 0.5
"""More would melt thin bone in coarse voxels."""
_TINT = 0.7
"""Share of a label's own color in what is seen of it."""
_SHOULDER = 0.55
"""Where bright light begins to be held back, so that no highlight is cut off."""


@step(version=1)
def cast(
    image: Annotated[Image, Quantity.HOUNSFIELD],
    labels: Labels | None = None,
    *,
    preset: Preset = "bone",
    azimuth_deg: Annotated[float, Range(-360, 360, unit="°")] = 30.0,
    elevation_deg: Annotated[float, Range(-90, 90, unit="°")] = 8.0,
    size_px: Annotated[int, Range(16, 4096, scale="log", unit="px")] = 640,
    field_mm: Annotated[float, Range(1, 5000, scale="log", unit="mm")] | None = None,
    view: Literal["perspective", "parallel"] = "perspective",
    samples: Annotated[int, Range(1, 4)] = 2,
    step_mm: Annotated[float, Range(0.01, 20, scale="log", unit="mm")] | None = None,
    smooth_mm: Annotated[float, Range(0, 5, unit="mm")] | None = None,
    background: Literal["black", "transparent"] = "black",
    marks: Literal["all", "none"] = "all",
) -> Picture:
    """Return the body as if it stood there, lit: bones, or skin and flesh that let them through.

    Parameters
    ----------
    image : Image in HU
        Any grid: sheared, of either handedness, with unequal spacings.
    labels : Labels, optional
        On the image's grid. What lies outside them is not shown; several labels take each its
        color.
    preset : {"bone", "soft", "skin", "vessels", "lung"}
        What is seen, and in which color.
    azimuth_deg, elevation_deg : float
        Where the eye stands: 0, 0 in front of the patient, azimuth 90 on the patient's left,
        elevation 90 above the head.
    size_px : int
        Edge of the square picture.
    field_mm : float, optional
        What the picture's edge shows at the middle of the body; by default all that is visible,
        the same at every azimuth.
    view : {"perspective", "parallel"}
        As an eye sees, or with parallel rays, so that the scale is the same everywhere.
    samples : int
        Rays along a pixel's edge: 2 takes four rays a pixel and smooths the outlines.
    step_mm : float, optional
        From sample to sample along a ray; by default the smallest voxel spacing.
    smooth_mm : float, optional
        Standard deviation of a blur before anything is looked at, against noise and the steps of
        voxels; by default half the edge of a mean voxel, 0.5 mm at most.
    background : {"black", "transparent"}
        What is behind the body.
    marks : {"all", "none"}
        Whether letters say which way is which, and a bar of known length is drawn where the rays
        are parallel.

    Returns
    -------
    Picture
        Square; ``pixel_mm`` is known for parallel rays.

    Raises
    ------
    InputError
        When the image holds NaN or is thinner than two voxels.
    GeometryError
        When the labels lie on another grid.

    Notes
    -----
    The rays are described in :mod:`diaphane.render.rays`, the light in
    :mod:`diaphane.render.light`.
    """
    transfer = Transfer.preset(preset)
    half_voxel_mm = image.grid.voxel_volume_mm3 ** (1 / 3) / 2
    blur_mm = min(half_voxel_mm, _MOST_BLUR_MM) if smooth_mm is None else smooth_mm
    volume = Volume.of(image, labels, transfer, smooth_mm=blur_mm)
    camera = Camera.around(
        _visible_mm(volume, transfer, preset),
        azimuth_deg,
        elevation_deg,
        size_px=size_px * samples,
        field_mm=field_mm,
        fields_away=_EYE_FIELDS if view == "perspective" else np.inf,
    )
    light = light_for(volume, transfer, camera)
    rays = cast_rays(volume, transfer, light, camera, step_mm or min(image.grid.spacing_mm))
    pixels = rays.reshape(size_px, samples, size_px, samples, 4).mean(axis=(1, 3))
    shown = _to_pixels(pixels, background)
    pixel_mm = camera.field_mm / size_px if view == "parallel" else None
    if marks == "all":
        draw_view_marks(shown, camera.axes, pixel_mm)
    return Picture(shown, pixel_mm)


def cast_rays(
    volume: Volume, transfer: Transfer, light: Light, camera: Camera, step_mm: float
) -> FloatArray:
    """Return premultiplied light (red, green, blue) and opacity at each of a camera's pixels."""
    colors = np.array([to_light(label_color(label)) for label in range(256)])
    shares = np.where(np.arange(256) > 0, _TINT, 0.0)
    scene = Scene(
        values=volume.values,
        to_index=np.ascontiguousarray(volume.grid.affine.inverse().matrix[:3]),
        occupied=volume.occupied(transfer),
        integrals=transfer.integrals,
        bins=np.array([transfer.bins_hu[0], BIN_HU, transfer.first_visible_hu]),
        structures=volume.structures,
        tints=np.column_stack([colors, shares]),
    )
    corners = brick_corners_mm(volume.grid, np.ones_like(volume.lows))
    outside_mm = float(np.linalg.norm(corners - camera.center_mm, axis=1).max())
    sight = camera.sight(outside_mm)
    picture = np.empty((camera.size_px, camera.size_px, 4), np.float32)
    spread(
        cast_rows,
        camera.size_px,
        scene,
        light,
        sight,
        float(step_mm),
        picture,
        label="render.cast",
        n_parts=32,
    )
    return picture


def _visible_mm(volume: Volume, transfer: Transfer, preset: str) -> DoubleArray:
    """Return the corners of the bricks in which something is seen; of all where nothing is."""
    occupied = volume.occupied(transfer)
    if not occupied.any():
        notice("render.nothing_visible", preset=preset)
        occupied = np.ones_like(occupied)
    return brick_corners_mm(volume.grid, occupied)


def _to_pixels(rays: FloatArray, background: Literal["black", "transparent"]) -> ByteArray:
    """Return what a screen shows of premultiplied light."""
    light, opacity = rays[..., :3], rays[..., 3:]
    if background == "transparent":
        light = light / np.maximum(opacity, 1e-6)
    held = _SHOULDER + (1 - _SHOULDER) * -np.expm1((_SHOULDER - light) / (1 - _SHOULDER))
    colors = to_srgb(np.where(light < _SHOULDER, light, held))
    if background == "transparent":
        colors = np.concatenate([colors, opacity], axis=-1)
    return (colors * 255 + 0.5).astype(np.uint8)
