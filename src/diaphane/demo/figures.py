"""Pictures for the page: shadows, sinograms, sections, and one for each kind of value."""

from typing import Any

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.ct import Scan
from diaphane.image import Image, Labels, Picture
from diaphane.render import plane
from diaphane.units import Quantity


def gray(values: AnyArray, low: float, high: float) -> Picture:
    """Return a picture of a 2-D array, black at `low` and white at `high`."""
    span = high - low if high > low else 1.0
    levels = (np.clip((values - low) / span, 0, 1) * 255).astype(np.uint8)
    return Picture(np.repeat(levels[..., None], 3, axis=2))


def section(image: Image) -> Picture:
    """Return the middle slice, from the smallest to the largest of its values."""
    return _fitted(image.values[len(image.values) // 2])


def shadow(scan: Scan) -> Picture:
    """Return the first view as a radiograph, head up; counts as on film: bone is white."""
    return _fitted(_seen(scan)[0, ::-1])


def sinogram(scan: Scan) -> Picture:
    """Return the middle row of the detector over all views, one line a view."""
    return _fitted(_seen(scan)[:, scan.values.shape[1] // 2])


def picture_of(value: Any) -> Picture | None:
    """Return a picture of a flowing value; ``None`` where it has none of its own."""
    if isinstance(value, Picture):
        return value
    if isinstance(value, Scan):
        return shadow(value)
    if isinstance(value, Labels):
        return gray(value.values[len(value.values) // 2] != 0, 0, 1)
    if isinstance(value, Image) and value.quantity is Quantity.HOUNSFIELD:
        return plane(value, plane="axial")
    return section(value) if isinstance(value, Image) else None


def _fitted(values: AnyArray) -> Picture:
    low, high = np.percentile(values, (0.5, 99.5))
    return gray(values, float(low), float(high))


def _seen(scan: Scan) -> AnyArray:
    counts = scan.quantity is Quantity.COUNTS
    return -np.log(np.maximum(scan.values, 1)) if counts else scan.values
