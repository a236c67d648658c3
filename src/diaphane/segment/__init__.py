"""Thresholds, components, volumes: from values to structures.

A threshold turns an image into :class:`~diaphane.image.Labels`, 1 inside and 0 outside:
:func:`otsu` finds it in the histogram (:func:`otsu_threshold` gives the number alone),
:func:`fixed` is told it, :func:`hysteresis` starts from sure voxels and grows into likely ones.
:func:`components` numbers the connected parts, :func:`largest` and :func:`by_volume` keep some of
them, :func:`volume` measures in milliliters.
"""

from diaphane.segment.measuring import volume
from diaphane.segment.regions.parts import by_volume, components, largest
from diaphane.segment.thresholding.histogram import otsu, otsu_threshold
from diaphane.segment.thresholding.thresholds import fixed, hysteresis

__all__ = [
    "by_volume",
    "components",
    "fixed",
    "hysteresis",
    "largest",
    "otsu",
    "otsu_threshold",
    "volume",
]
