"""From a threshold to labels: which side, inside which mask, under which name."""

from math import floor
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, ByteArray
from diaphane.image import Image, Labels
from diaphane.notices import notice
from diaphane.options import Range

Threshold = Annotated[float, Range(-100_000, 100_000, unit="{image}")]
"""A threshold, in the unit of the image it is for."""
Structure = str
"""What a labeled structure is called."""
Side = Literal["above", "below"]
"""Which values a threshold keeps: larger ones, or all others."""


def labels_beside(
    image: Image, inside: ByteArray | None, value: float, side: Side, name: str
) -> Labels:
    """Label what lies above a threshold, or at and below it, where `inside` is not 0."""
    kept = is_above(image, value) if side == "above" else image.values <= _cut(image, value)
    if inside is not None:
        kept &= inside != 0
    return labels_of(image, kept, name)


def is_above(image: Image, value: float) -> AnyArray:
    """Return which values lie above a threshold."""
    return image.values > _cut(image, value)


def _cut(image: Image, value: float) -> float:
    return floor(value) if image.values.dtype.kind in "biu" else value  # whole numbers stay so


def labels_of(image: Image, is_inside: AnyArray, name: str) -> Labels:
    """Return labels, 1 inside, on the image's grid; say so when nothing is inside."""
    if not is_inside.any():
        notice("segment.nothing_inside", name=name)
    return Labels(is_inside.view(np.uint8), image.grid, {1: name})
