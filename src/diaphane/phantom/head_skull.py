"""The head's brain case: vault, base, and the bones of the ear."""

from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import blob, both, egg, string
from diaphane.phantom.shapes import Cylinder, Part, Vector

Plane = tuple[Vector, Vector]
Quarters = tuple[tuple[int, int], ...]

_TOP: Quarters = ((-1, 1), (1, 1))
_BOTTOM: Quarters = ((-1, -1), (1, -1))
"""Quarters of the vault's egg: the front one first."""

_UNDER_BASE = ((0.0, 12.0, -21.0), (0.0, -18.0, -47.0))
_UNDER_OCCIPUT = ((0.0, 48.0, -23.0), (0.0, 0.5, -1.0))


def vault(inward_mm: float, material: str) -> list[Part]:
    """Return the brain case filled with a material, its surface moved inward."""
    return _case(inward_mm, material, _TOP + _BOTTOM, [_UNDER_BASE, _UNDER_OCCIPUT])


def cavity(inward_mm: float, material: str) -> list[Part]:
    """Return what the brain case holds: its floor rises in three steps toward the front."""
    d, deep = inward_mm, 0.4 * (inward_mm - 6.5)
    behind_clivus = ((0.0, 4.0 + deep, 0.0), (0.0, -1.0, -0.35))
    above_occiput = ((0.0, 48.0, -17.0 + deep), (0.0, 0.5, -1.0))
    above_sphenoid = ((0.0, 0.0, 18.0 + deep), (0.0, -0.25, -1.0))
    behind_orbits = ((0.0, -48.0, 39.0 + deep), (0.0, -1.0, -1.0))
    above_orbits = ((0.0, -60.0, 39.0 + deep), (0.0, -0.1, -1.0))
    return [
        *_case(d, material, _TOP, []),
        *_case(d, material, _BOTTOM[:1], [above_orbits]),
        *_case(d, material, _BOTTOM[:1], [above_sphenoid, behind_orbits]),
        *_case(d, material, _BOTTOM, [behind_clivus, above_occiput]),
        *both(blob((35.0, -11.0, 22.0), (29.0 - d, 35.5 - d, 30.0 - d), material)),
        blob((0.0, -60.0, 36.0), (14.0 - d, 28.0 - d, 16.0 - d), material),
        blob((0.0, -17.0, 17.0), (14.0 - d, 13.0 - d, 14.0 - d), material, name="sella"),
    ]


def _case(d: float, material: str, quarters: Quarters, cuts: list[Plane]) -> list[Part]:
    """Return quarters of the vault's egg, its surface moved inward by `d` mm."""
    lengths, heights = (101.5 - d, 85.0 - d), (68.0 - d, 92.0 - d)
    return egg((0.0, 8.0, 49.0), 72.0 - d, lengths, heights, material, cuts=cuts, quarters=quarters)


def base() -> list[Part]:
    """Return the bones between the three floors: sphenoid, clivus, petrous pyramids, mastoids."""
    return [
        blob((0.0, -34.0, 8.0), (19.0, 20.0, 14.0), "bone"),
        blob((0.0, -22.0, 6.0), (13.0, 14.0, 8.0), "spongy bone", turn_deg=(-30.0, 0.0, 0.0)),
        *string(
            [(0.0, -14.0, 22.0), (0.0, -4.0, 2.0), (0.0, 13.0, -20.0)],
            (13.0, 5.5),
            "bone",
            n=6,
            up=(0.0, 1.0, 0.3),
        ),
        *both(
            string(
                [(55.0, 10.0, -2.0), (40.0, 0.0, 5.0), (10.0, -15.0, 5.0)],
                [(10.0, 12.0), (9.0, 11.0), (5.0, 6.0)],
                "cortical bone",
                n=6,
            )
        ),
        *both(
            [
                blob(
                    (46.5, 17.0, -13.0),
                    (11.0, 13.0, 21.0),
                    "bone",
                    turn_deg=(10.0, 22.0, 0.0),
                    name="mastoid",
                ),
                blob((46.0, 19.0, -5.0), (12.6, 17.0, 20.0), "bone", turn_deg=(0.0, 22.0, 0.0)),
                blob((53.0, 0.0, 6.0), (11.0, 18.0, 9.0), "bone"),
            ]
        ),
        *both(
            string(
                [(16.0, 10.0, -18.0), (16.0, 20.0, -24.0), (20.0, 32.0, -21.0)],
                (6.0, 5.0),
                "bone",
                n=4,
            )
        ),
        *both(string([(46.0, 2.0, -8.0), (40.0, -6.0, -38.0)], (1.6, 1.6), "bone", n=5)),
        blob((0.0, 77.0, 3.0), (13.0, 8.0, 5.0), "bone", name="occipital protuberance"),
        Cylinder(
            (0.0, 31.0, -20.0),
            (15.0, 18.0),
            36.0,
            attenuation_of("cerebrospinal fluid"),
            (-8.0, 0.0, 0.0),
            name="foramen magnum",
        ),
    ]


def ears() -> list[Part]:
    """Return air in the ear canals and in the cells of the mastoids."""
    cells = [
        ((50.0, 16.0, -8.0), 3.2),
        ((46.5, 21.0, -13.0), 2.8),
        ((52.0, 14.0, -14.5), 2.8),
        ((47.5, 16.0, -22.0), 2.6),
        ((45.5, 12.5, -11.0), 2.8),
        ((51.0, 22.0, -9.5), 2.4),
        ((43.0, 17.0, -6.0), 2.2),
        ((47.0, 11.0, -17.5), 2.2),
    ]
    air = attenuation_of("air")
    return [
        *both(Cylinder.between((44.0, 0.0, 2.0), (84.0, 6.0, 0.0), 3.4, air)),
        *both(blob((43.0, -1.0, 3.0), (4.0, 3.5, 6.0), "air")),
        *both(blob(center, (r, r, r), "air") for center, r in cells),
    ]
