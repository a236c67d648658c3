"""How good a picture is, and how well two answers agree: numbers with their intervals.

:func:`dice` and :func:`jaccard` compare labels, :func:`rmse` and :func:`difference` compare
images, :func:`region_mean` measures an image within a ball or a cylinder.
"""

from diaphane.quality.agreement import dice, jaccard
from diaphane.quality.differing import difference, rmse
from diaphane.quality.regions import region_mean

__all__ = ["dice", "difference", "jaccard", "region_mean", "rmse"]
