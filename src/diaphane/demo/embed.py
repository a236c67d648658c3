"""What the page carries inside itself: a small volume, three planes, a histogram, pictures."""

import base64
import gzip
import io
from dataclasses import replace

import numpy as np
from PIL import Image as PillowImage
from scipy import ndimage

from diaphane.arrays import AnyArray, ByteArray
from diaphane.image import Image, Picture, resample
from diaphane.space import GridOptions

VOLUME_RANGE_HU = (-500.0, 1500.0)
"""What the 256 gray levels of the small volume cover."""
LONGEST_SIDE = 176
"""Voxels along the longest side of the small volume."""
BIN_HU = 10.0
"""Width of a histogram's bin."""
LOWEST_HU, HIGHEST_HU = -1100.0, 2500.0


def packed(array: AnyArray) -> str:
    """Return the bytes of `array`, compressed, as base64 text."""
    return base64.b64encode(
        gzip.compress(np.ascontiguousarray(array).tobytes(), 9, mtime=0)
    ).decode()


def small_volume(image: Image) -> tuple[ByteArray, tuple[float, float, float]]:
    """Return a volume light enough for a page, and its spacing.

    The picture in HU is smoothed as far as the coarser grid needs, resampled linearly to at most
    `LONGEST_SIDE` voxels a side, and brought to 256 gray levels over `VOLUME_RANGE_HU`.

    Returns
    -------
    values : (slices, rows, columns) uint8
    spacing_mm : (3,) floats
    """
    longest_mm = max(n * mm for n, mm in zip(image.grid.shape, image.grid.spacing_mm))
    voxel_mm = max(longest_mm / LONGEST_SIDE, *image.grid.spacing_mm)
    blur = [max(0.6, 0.45 * voxel_mm / mm) for mm in image.grid.spacing_mm]
    smooth = ndimage.gaussian_filter(image.values.astype(np.float32), blur)
    small = resample(replace(image, values=smooth), grid=GridOptions(voxel_mm=voxel_mm))
    low, high = VOLUME_RANGE_HU
    gray = np.clip((small.values - low) / (high - low), 0, 1) * 255
    return gray.round().astype(np.uint8), small.grid.spacing_mm


def histogram(image: Image) -> dict[str, object]:
    """Return how many voxels fall into each bin of HU, and the volume of a voxel in mL."""
    edges = np.arange(LOWEST_HU, HIGHEST_HU + BIN_HU / 2, BIN_HU)
    inside = np.clip(image.values, LOWEST_HU, HIGHEST_HU)
    counts, _ = np.histogram(inside, edges)
    return {
        "low_hu": LOWEST_HU,
        "bin_hu": BIN_HU,
        "counts": counts.tolist(),
        "voxel_ml": image.grid.voxel_volume_mm3 / 1000,
    }


def gray_uri(picture: Picture) -> str:
    """Return a gray picture as a data address without loss but for 64 levels: noise stays noise."""
    levels = np.round(picture.pixels[..., 1] / 255 * 63).astype(np.uint8)
    pillow = PillowImage.fromarray(levels, "P")
    pillow.putpalette([round(k * 255 / 63) for k in range(64) for _ in range(3)])
    buffer = io.BytesIO()
    pillow.save(buffer, "PNG", optimize=True)
    return "data:image/png;base64," + base64.b64encode(buffer.getvalue()).decode()


def picture_uri(picture: Picture, *, quality: int = 85) -> str:
    """Return a picture as a data address."""
    pillow = PillowImage.fromarray(picture.pixels[..., :3])
    buffer = io.BytesIO()
    pillow.save(buffer, "JPEG", quality=quality, optimize=True)
    return "data:image/jpeg;base64," + base64.b64encode(buffer.getvalue()).decode()
