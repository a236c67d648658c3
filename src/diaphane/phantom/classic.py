"""Two bodies that every CT laboratory knows: Shepp and Logan's head, and the cylinder of water."""

from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np

from diaphane.options import Range
from diaphane.phantom.body import Body
from diaphane.phantom.materials import HOUNSFIELD, WATER_PER_MM, attenuation_of
from diaphane.phantom.shapes import Cylinder, Ellipsoid
from diaphane.step import step

_Millimeters = Annotated[float, Range(1, 1000, scale="log", unit="mm")]

# Center, semi-axes, turn about z in degrees, then the two contrasts.
_SHEPP_LOGAN = (
    ((0.0, 0.0, 0.0), (0.69, 0.92, 0.9), 0.0, 2.0, 1.0),
    ((0.0, 0.0, 0.0), (0.6624, 0.874, 0.88), 0.0, -0.98, -0.8),
    ((-0.22, 0.0, -0.25), (0.41, 0.16, 0.21), 108.0, -0.02, -0.2),
    ((0.22, 0.0, -0.25), (0.31, 0.11, 0.22), 72.0, -0.02, -0.2),
    ((0.0, 0.35, -0.25), (0.21, 0.25, 0.5), 0.0, 0.02, 0.2),
    ((0.0, 0.1, -0.25), (0.046, 0.046, 0.046), 0.0, 0.02, 0.2),
    ((-0.08, -0.65, -0.25), (0.046, 0.023, 0.02), 0.0, 0.01, 0.1),
    ((0.06, -0.65, -0.25), (0.046, 0.023, 0.02), 90.0, 0.01, 0.1),
    ((0.06, -0.105, 0.625), (0.056, 0.04, 0.1), 90.0, 0.02, 0.2),
    ((0.0, 0.1, 0.625), (0.056, 0.056, 0.1), 0.0, -0.02, -0.2),
)


@step(version=1)
def shepp_logan(
    *, contrast: Literal["kak", "toft"] = "toft", half_size_mm: _Millimeters = 100.0
) -> Body:
    """Return Shepp and Logan's head in three dimensions: ten ellipsoids that add.

    Parameters
    ----------
    contrast : {"kak", "toft"}
        ``kak``: skull 2, brain 1.02, differences of 1 %, as in the original; ``toft``: skull 1,
        brain 0.2, differences that an eye sees. 1 is the attenuation of water.
    half_size_mm : float
        What 1 means in the table's lengths; the head is 1.84 times as long.

    Returns
    -------
    Body
        The table's y axis, which points to the forehead, is the world's -y.

    Notes
    -----
    A. C. Kak and M. Slaney, *Principles of Computerized Tomographic Imaging*, IEEE Press 1988,
    table 3.2; the higher contrast after P. Toft, *The Radon Transform: Theory and Implementation*,
    DTU 1996. We turn the table over, (x, y, z) to (x, -y, z), so that an axial plane, seen as
    radiologists see it, looks as in the book.
    """
    parts = []
    for (x, y, z), (a, b, c), turn_deg, kak, toft in _SHEPP_LOGAN:
        value = WATER_PER_MM * (kak if contrast == "kak" else toft)
        center = (x * half_size_mm, -y * half_size_mm, z * half_size_mm)
        semi_axes = (a * half_size_mm, b * half_size_mm, c * half_size_mm)
        parts.append(Ellipsoid(center, semi_axes, value, (0.0, 0.0, -turn_deg)))
    return Body(tuple(parts), "Shepp-Logan head", "add")


@dataclass(frozen=True)
class Insert:
    """A rod of one material in the cylinder of water."""

    material: str
    """A name of :data:`~diaphane.phantom.materials.HOUNSFIELD`."""
    angle_deg: float
    """Where it stands about the axis: 0 toward the patient's left, 90 toward the back."""


INSERTS = (
    Insert("air", 0.0),
    Insert("fat", 60.0),
    Insert("soft tissue", 120.0),
    Insert("spongy bone", 180.0),
    Insert("bone", 240.0),
    Insert("cortical bone", 300.0),
)
"""The rods of :func:`water_cylinder`: no two alike, so that no mirror image fits."""


@step(version=1)
def water_cylinder(
    *,
    radius_mm: _Millimeters = 100.0,
    length_mm: _Millimeters = 200.0,
    inserts: Literal["rods", "none"] = "rods",
) -> Body:
    """Return an upright cylinder of water, with six rods of known Hounsfield numbers.

    Parameters
    ----------
    radius_mm, length_mm : float
        Of the cylinder, whose middle is the origin.
    inserts : {"rods", "none"}
        ``rods``: those of :data:`INSERTS`, an eighth of the radius thick, their axes at 0.6 of
        the radius; ``none``: water alone.
    """
    water = Cylinder((0.0, 0.0, 0.0), (radius_mm, radius_mm), length_mm, WATER_PER_MM, name="water")
    rods = [
        Cylinder(
            (
                0.6 * radius_mm * float(np.cos(np.deg2rad(rod.angle_deg))),
                0.6 * radius_mm * float(np.sin(np.deg2rad(rod.angle_deg))),
                0.0,
            ),
            (radius_mm / 8, radius_mm / 8),
            length_mm,
            attenuation_of(rod.material),
            name=f"{rod.material}, {HOUNSFIELD[rod.material]:g} HU",
        )
        for rod in INSERTS
    ]
    return Body((water, *(rods if inserts == "rods" else ())), "water cylinder")
