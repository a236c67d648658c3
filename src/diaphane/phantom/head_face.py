"""The head's face: orbits, nose, sinuses, cheekbones and upper jaw."""

from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import blob, both, egg, string
from diaphane.phantom.shapes import Box, Cut, Cylinder, Part

_SIDE_WALL = ((53.5, -66.0, 17.0), (0.83, 0.55, 0.0))
"""Along the side wall of the left orbit, from its rim inward to the back."""
_SIDE_WALL_RIGHT = ((-53.5, -66.0, 17.0), (-0.83, 0.55, 0.0))
_BEHIND_CHEEKS = ((0.0, -46.0, -6.0), (0.0, 1.0, -0.9))


_EYELIDS = ((33.0, -82.5, 17.0), (0.45, -0.89, 0.0))
"""In front of the left orbit."""


def bones() -> list[Part]:
    """Return the bones of the face as full pieces, and what is taken from them outside."""
    sides = [_SIDE_WALL, _SIDE_WALL_RIGHT]
    return [
        *egg(
            (0.0, -30.0, 8.0),
            68.0,
            (58.5, 30.0),
            (48.0, 92.0),
            "bone",
            cuts=[*sides, ((0.0, 0.0, -44.0), (0.0, 0.0, -1.0)), _BEHIND_CHEEKS],
        ),
        *_cheek_hollows(),
        *both(
            string(
                [(41.0, -63.0, -10.0), (34.0, -65.0, -26.0), (27.0, -60.0, -44.0)],
                [(4.0, 7.0), (3.5, 6.0), (4.0, 6.0)],
                "bone",
                n=5,
                up=(0.3, 1.0, 0.0),
            )
        ),
        *both(blob((26.0, -56.0, -14.0), (16.0, 20.0, 19.0), "bone", name="upper jaw")),
        blob(
            (0.0, -42.0, -45.0),
            (34.5, 51.0, 34.0),
            "bone",
            cuts=[
                ((0.0, -40.0, 0.0), (0.0, 1.0, 0.0)),
                ((0.0, 0.0, -44.5), (0.0, 0.0, -1.0)),
            ],
            name="alveolar process",
        ),
        *string([(0.0, -82.0, -25.0), (0.0, -92.5, -25.0)], (1.5, 2.0), "bone", n=3),
        *both(_nasal_bones()),
        *both(
            string(
                [
                    (6.0, -85.5, 33.0),
                    (20.0, -83.5, 37.5),
                    (36.0, -74.8, 37.5),
                    (46.0, -66.0, 31.0),
                    (50.5, -64.0, 15.0),
                ],
                [(5.0, 5.0), (5.0, 5.0), (5.0, 5.0), (4.2, 4.6), (3.2, 3.6)],
                "bone",
                n=14,
                name="brow",
            )
        ),
        *both(_cheekbone()),
        *both(_pterygoid()),
    ]


def _cheek_hollows() -> list[Part]:
    return [
        *both(
            blob(
                (53.0, -62.0, -35.0),
                (24.0, 40.0, 24.0),
                "soft tissue",
                cuts=[
                    ((53.0, -60.0, -34.0), (0.79, -0.6, -0.2)),
                    ((58.0, -40.0, -34.0), (1.0, -0.1, -0.2)),
                ],
                name="cheek",
            )
        ),
        *both(
            blob(
                (33.0, -94.5, -26.0),
                (15.0, 20.0, 19.0),
                "soft tissue",
                cuts=[((30.0, -82.0, -27.0), (0.45, -0.9, -0.2))],
            )
        ),
    ]


def _nasal_bones() -> list[Part]:
    return [
        *string(
            [(15.0, -77.0, -14.0), (13.5, -81.0, 4.0), (9.0, -84.0, 27.0)],
            [(6.0, 4.0), (4.0, 4.0), (4.0, 4.0)],
            "bone",
            n=6,
            up=(0.0, -1.0, 0.0),
        ),
        *both(blob((8.0, -81.0, 10.0), (7.0, 9.0, 24.0), "bone", turn_deg=(-14.0, 0.0, 32.0))),
        blob(
            (0.0, -84.5, 14.0),
            (8.5, 12.0, 24.0),
            "bone",
            turn_deg=(-20.0, 0.0, 0.0),
            cuts=[((0.0, -96.0, 6.0), (0.0, -0.45, -1.0))],
            name="bridge of the nose",
        ),
    ]


def _cheekbone() -> list[Part]:
    return [
        *string(
            [
                (40.0, -70.0, -7.0),
                (48.0, -63.0, -6.0),
                (57.0, -52.0, -4.0),
                (64.0, -34.0, -1.0),
                (66.0, -22.0, 1.0),
                (60.0, -4.0, 4.0),
            ],
            [(5.0, 6.0), (5.0, 7.0), (3.2, 6.0), (2.6, 4.4), (2.6, 4.0), (5.0, 5.0)],
            "bone",
            n=16,
            name="cheek arch",
        ),
    ]


def _pterygoid() -> list[Part]:
    return [
        *string(
            [(13.0, -38.0, 2.0), (15.0, -34.0, -14.0), (17.0, -32.0, -32.0)],
            [(5.0, 8.0), (2.5, 7.0), (2.0, 5.0)],
            "bone",
            n=5,
            up=(0.0, 1.0, 0.0),
        ),
        blob((40.0, -38.0, 12.0), (12.0, 7.0, 18.0), "bone", turn_deg=(0.0, 0.0, -35.0)),
    ]


def orbits() -> list[Part]:
    """Return the orbits: fat, eyeballs with lenses, the muscles and the optic nerves."""
    return [
        *both(
            blob(
                (31.5, -69.0, 17.0),
                (18.5, 29.0, 17.0),
                "fat",
                turn_deg=(0.0, 12.0, 20.0),
                cuts=[_EYELIDS],
                name="orbit",
            )
        ),
        *both(
            blob(
                (33.5, -77.0, 16.5),
                (20.5, 14.0, 17.5),
                "fat",
                turn_deg=(0.0, 10.0, 20.0),
                cuts=[_EYELIDS],
            )
        ),
        *both(
            string(
                [(12.0, -26.0, 21.0), (22.0, -50.0, 18.0), (31.0, -68.0, 17.0)],
                (2.0, 2.0),
                "soft tissue",
                n=7,
                name="optic nerve",
            )
        ),
        *both(
            string(
                [(19.0, -33.0, 15.0), (25.0, -50.0, 16.0)],
                (1.3, 5.0),
                "fat",
                n=4,
                up=(0.5, 0.0, 1.0),
                name="upper fissure",
            )
        ),
        *both(
            string(
                [(16.0, -40.0, 19.0), (19.0, -58.0, 17.0), (22.0, -74.0, 17.0)],
                (1.6, 4.0),
                "soft tissue",
                n=5,
            )
        ),
        *both(
            string(
                [(19.0, -40.0, 19.0), (38.0, -54.0, 17.0), (43.0, -70.0, 17.0)],
                (1.6, 4.0),
                "soft tissue",
                n=5,
            )
        ),
        *both(blob((32.0, -74.5, 17.0), (12.0, 12.0, 12.0), "soft tissue", name="eyeball")),
        *both(blob((32.0, -74.5, 17.0), (11.0, 11.0, 11.0), "vitreous")),
        *both(blob((32.5, -83.0, 17.0), (4.5, 2.2, 4.5), "cartilage", name="lens")),
    ]


def nose() -> list[Part]:
    """Return the nasal cavity with its septum, which leans to the left, and the conchae."""
    thin = attenuation_of("thin bone")
    return [
        *both(
            blob(
                (6.5, -62.0, -8.0),
                (7.5, 34.0, 17.0),
                "air",
                cuts=[((0.0, 0.0, -23.0), (0.0, 0.0, -1.0))],
            )
        ),
        *both(blob((4.5, -62.0, 8.0), (4.5, 26.0, 16.0), "air")),
        blob((0.0, -87.0, -12.0), (12.0, 13.0, 10.5), "air"),
        blob((0.0, -88.0, -2.0), (8.5, 11.0, 11.0), "air"),
        *both(blob((6.5, -101.0, -17.0), (3.6, 6.0, 6.0), "air", name="nostril")),
        Box((1.2, -62.0, -6.0), (1.6, 56.0, 34.0), thin, (0.0, 4.0, 0.0), name="septum"),
        *both(
            string(
                [(9.0, -82.0, -15.0), (8.0, -62.0, -14.0), (8.0, -42.0, -14.0)],
                (2.6, 4.5),
                "soft tissue",
                n=8,
                name="lower concha",
            )
        ),
        *both(
            string(
                [(9.0, -80.0, -14.0), (8.5, -62.0, -12.0), (8.5, -44.0, -12.0)],
                (0.8, 3.0),
                "thin bone",
                n=8,
            )
        ),
        *both(
            string(
                [(7.0, -78.0, 2.0), (6.5, -60.0, 2.0), (6.5, -44.0, 0.0)],
                (1.6, 4.0),
                "soft tissue",
                n=7,
                name="middle concha",
            )
        ),
        Cylinder(
            (0.0, -42.0, -37.0), (25.0, 41.0), 20.0, attenuation_of("soft tissue"), name="tongue"
        ),
        Cylinder(
            (0.0, -42.0, -26.0),
            (29.0, 44.0),
            4.0,
            attenuation_of("bone"),
            cuts=(Cut((0.0, -40.0, 0.0), (0.0, 1.0, 0.0)),),
            name="palate",
        ),
    ]


def sinuses() -> list[Part]:
    """Return the air in the bones: frontal (larger on the right), maxillary, ethmoid, sphenoid."""
    cells = [
        ((9.6, -75.0, 19.0), (4.2, 5.0, 6.0)),
        ((9.8, -65.0, 20.0), (4.4, 4.6, 6.5)),
        ((10.0, -55.0, 19.0), (4.6, 4.8, 6.5)),
        ((10.0, -45.5, 17.0), (4.6, 4.2, 6.5)),
        ((9.8, -70.0, 8.5), (3.8, 4.6, 4.6)),
        ((10.0, -60.0, 7.5), (4.2, 4.6, 4.6)),
        ((10.2, -50.0, 6.5), (4.2, 4.6, 4.6)),
    ]
    return [
        *both(blob((28.0, -58.0, -15.5), (12.5, 16.0, 13.0), "air", name="maxillary sinus")),
        *both(blob(center, semi, "air") for center, semi in cells),
        blob((-10.0, -82.5, 37.0), (13.0, 4.6, 11.0), "air", name="right frontal sinus"),
        blob((8.5, -83.5, 35.0), (7.0, 4.2, 7.5), "air", name="left frontal sinus"),
        blob((-5.5, -33.0, 8.0), (7.0, 12.0, 9.0), "air", name="right sphenoid sinus"),
        blob((8.0, -32.0, 9.0), (5.0, 10.0, 7.0), "air", name="left sphenoid sinus"),
    ]
