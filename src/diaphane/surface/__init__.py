"""From volumes to meshes, and measuring them.

A :class:`~diaphane.image.Surface` is a mesh of triangles in LPS mm. Those made here are closed:
every edge belongs to exactly two triangles, and seen from outside their corners run
counterclockwise, on a grid of either handedness.
"""

from diaphane.image import Surface
from diaphane.surface.decimating import simplify
from diaphane.surface.extract import isosurface, of_labels
from diaphane.surface.measure import area, volume
from diaphane.surface.smoothing import smooth

__all__ = ["Surface", "area", "isosurface", "of_labels", "simplify", "smooth", "volume"]
