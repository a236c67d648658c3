"""The head's lower end: airway, tongue bone and the top of the spine."""

from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import blob, both, string
from diaphane.phantom.shapes import Cylinder, Part

_LEVELS = ((13.0, -49.0), (13.5, -66.5), (15.5, -83.5), (18.5, -100.0))
"""y and z of the middle of the second to the fifth vertebra's body."""


def airway() -> list[Part]:
    """Return the air behind nose and tongue, down to the larynx."""
    return [
        *string(
            [
                (0.0, -34.0, -8.0),
                (0.0, -20.0, -18.0),
                (0.0, -12.0, -40.0),
                (0.0, -9.0, -66.0),
                (0.0, -13.0, -88.0),
                (0.0, -17.0, -118.0),
            ],
            [(10.0, 9.0), (13.0, 8.0), (12.0, 6.0), (13.0, 7.0), (11.0, 7.0), (8.0, 8.0)],
            "air",
            n=16,
            up=(0.0, 1.0, 0.0),
        ),
        blob((0.0, -58.0, -29.5), (17.0, 26.0, 1.6), "air", name="above the tongue"),
        *both(
            string(
                [(0.0, -44.0, -87.0), (12.0, -38.0, -86.0), (19.0, -20.0, -82.0)],
                (2.4, 3.4),
                "bone",
                n=7,
                name="tongue bone",
            )
        ),
    ]


def spine() -> list[Part]:
    """Return the upper five vertebrae around the spinal canal."""
    parts = [*_atlas(), *_dens()]
    for number, (y, z) in enumerate(_LEVELS, 2):
        parts += _vertebra(number, y, z)
    return parts


def _vertebra(number: int, y: float, z: float) -> list[Part]:
    """Return one vertebra: body, joints, arch, spine, and the side processes."""
    long = 10.0 if number == 2 else 0.0
    bone = attenuation_of("bone")
    return [
        Cylinder((0.0, y, z), (10.5, 8.5), 13.5, bone, (8.0, 0.0, 0.0), name=f"C{number}"),
        Cylinder((0.0, y, z), (8.8, 6.8), 11.0, attenuation_of("spongy bone"), (8.0, 0.0, 0.0)),
        *both(
            [
                blob(
                    (20.0, y + 11.0, z + 1.0), (6.0, 6.0, 9.0), "bone", turn_deg=(-35.0, 0.0, 0.0)
                ),
                *string(
                    [(8.0, y + 2.0, z), (17.0, y + 3.0, z - 1.0), (25.0, y + 2.0, z - 3.0)],
                    (2.6, 2.8),
                    "bone",
                    n=5,
                ),
                *string(
                    [(20.0, y + 11.0, z), (12.0, y + 23.0, z - 2.0), (1.0, y + 30.0, z - 4.0)],
                    (3.0, 5.0),
                    "bone",
                    n=7,
                ),
            ]
        ),
        *string(
            [(0.0, y + 26.0, z - 3.0), (0.0, y + 38.0 + long, z - 7.0)],
            [(2.6, 5.0), (4.0 + long / 4, 4.5)],
            "bone",
            n=5,
        ),
    ]


def _atlas() -> list[Part]:
    return both(
        [
            blob((18.0, 17.0, -34.0), (7.0, 9.0, 7.5), "bone", name="C1"),
            *string(
                [(0.0, 4.0, -32.0), (9.0, 6.0, -33.0), (17.0, 14.0, -34.0)], (3.4, 4.5), "bone", n=6
            ),
            *string(
                [(18.0, 22.0, -34.0), (15.0, 38.0, -33.0), (0.0, 46.0, -32.0)],
                (3.2, 4.0),
                "bone",
                n=9,
            ),
            *string([(20.0, 17.0, -34.0), (37.0, 19.0, -34.0)], (5.0, 3.6), "bone", n=5),
        ]
    )


def _dens() -> list[Part]:
    return [
        *string(
            [(0.0, 14.0, -52.0), (0.0, 13.5, -38.0), (0.0, 14.5, -27.0)],
            [(6.5, 6.0), (5.4, 5.4), (4.6, 4.6)],
            "bone",
            n=5,
            up=(0.0, 1.0, 0.0),
            name="dens",
        ),
        *both(blob((15.0, 15.0, -45.0), (8.0, 8.0, 5.0), "bone")),
    ]
