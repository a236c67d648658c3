"""Bodies with known answers, and what each device would measure of them.

What a pixel of a CT scanner counts behind a body of attenuation μ::

    counts = Poisson( N mean over rays of exp(-∫ μ dl) ) + dark + noise

``Body`` is μ: ellipsoids, cylinders and boxes, cut by planes where wanted, of which a later one
takes the place of an earlier one (or adds to it). ``Body.line_integrals`` is the integral, exact
along every line; ``scan`` is the whole line; ``voxelize`` shows μ on a grid. ``head``,
``shepp_logan`` and ``water_cylinder`` are bodies to begin with, ``extruded`` draws one slice out.
"""

from diaphane.phantom.body import Body
from diaphane.phantom.classic import INSERTS, Insert, shepp_logan, water_cylinder
from diaphane.phantom.extruding import extruded
from diaphane.phantom.head_body import head
from diaphane.phantom.materials import HOUNSFIELD, WATER_PER_MM, attenuation_of, per_mm
from diaphane.phantom.shapes import Box, Cut, Cylinder, Ellipsoid, Part, mirrored
from diaphane.phantom.simulate import scan
from diaphane.phantom.voxels import voxelize

__all__ = [
    "HOUNSFIELD",
    "INSERTS",
    "WATER_PER_MM",
    "Body",
    "Box",
    "Cut",
    "Cylinder",
    "Ellipsoid",
    "Insert",
    "Part",
    "attenuation_of",
    "extruded",
    "head",
    "mirrored",
    "per_mm",
    "scan",
    "shepp_logan",
    "voxelize",
    "water_cylinder",
]
