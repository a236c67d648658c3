"""Thresholds that follow from a histogram alone, one idea in each file.

Each is a function of a :class:`~diaphane.image.Histogram` whose first and last bin hold values,
and returns a value: what lies above it is bright. Most return the center of the last dark bin.
"""

from collections.abc import Callable
from typing import Literal

from diaphane.image import Histogram
from diaphane.segment.thresholding.methods.entropy import (
    maximum_entropy,
    renyi,
    shanbhag,
    yen,
)
from diaphane.segment.thresholding.methods.fuzziness import huang
from diaphane.segment.thresholding.methods.gaussians import kittler_illingworth, minimum_error
from diaphane.segment.thresholding.methods.means import isodata, li, mean
from diaphane.segment.thresholding.methods.moments import moments
from diaphane.segment.thresholding.methods.peaks import intermodes, minimum, triangle
from diaphane.segment.thresholding.methods.variance import otsu

Method = Literal[
    "otsu",
    "li",
    "yen",
    "triangle",
    "isodata",
    "kittler_illingworth",
    "minimum_error",
    "huang",
    "maximum_entropy",
    "renyi",
    "shanbhag",
    "moments",
    "intermodes",
    "minimum",
    "mean",
]
"""How a threshold is found in a histogram."""

METHODS: dict[Method, Callable[[Histogram], float]] = {
    "otsu": otsu,
    "li": li,
    "yen": yen,
    "triangle": triangle,
    "isodata": isodata,
    "kittler_illingworth": kittler_illingworth,
    "minimum_error": minimum_error,
    "huang": huang,
    "maximum_entropy": maximum_entropy,
    "renyi": renyi,
    "shanbhag": shanbhag,
    "moments": moments,
    "intermodes": intermodes,
    "minimum": minimum,
    "mean": mean,
}
"""The function of each method."""
