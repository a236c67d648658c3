"""What the skull holds: brain, its chambers of fluid, and arteries filled with contrast medium."""

from diaphane.phantom.modeling import blob, both, string
from diaphane.phantom.shapes import Part

_FLUID = "cerebrospinal fluid"
_MIDLINE = [((0.0, 0.0, 54.0), (0.0, 0.0, -1.0))]


def brain() -> list[Part]:
    """Return white matter, the deep gray matter, and fluid in ventricles and fissures."""
    return [
        *both(blob((26.0, 2.0, 64.0), (19.0, 58.0, 24.0), "white matter")),
        *both(blob((30.0, 38.0, 2.0), (14.0, 16.0, 9.0), "white matter", name="cerebellum")),
        *string(
            [(0.0, -4.0, 30.0), (0.0, 12.0, 2.0), (0.0, 29.0, -22.0)],
            [(15.0, 10.0), (13.0, 11.0), (6.0, 6.0)],
            "white matter",
            n=6,
            up=(0.0, -1.0, 0.0),
            name="brain stem",
        ),
        *both(blob((20.0, -12.0, 48.0), (7.0, 17.0, 10.0), "brain", turn_deg=(0.0, 0.0, 15.0))),
        *both(blob((10.0, 8.0, 46.0), (8.0, 13.0, 9.0), "brain", turn_deg=(0.0, 0.0, 20.0))),
        blob((0.0, 4.0, 60.0), (1.3, 86.0, 46.0), _FLUID, cuts=_MIDLINE),
        blob((0.0, 4.0, 60.0), (0.6, 87.0, 47.0), "blood", cuts=_MIDLINE, name="falx"),
        *both(
            string(
                [(30.0, -32.0, 32.0), (44.0, -8.0, 40.0), (46.0, 18.0, 48.0)],
                (1.4, 9.0),
                _FLUID,
                n=8,
                name="lateral fissure",
            )
        ),
        blob((0.0, -10.0, 27.0), (13.0, 9.0, 5.0), _FLUID),
        *_ventricles(),
        blob((0.0, 18.0, 42.0), (2.4, 3.0, 2.4), "calcification", name="pineal gland"),
    ]


def _ventricles() -> list[Part]:
    return [
        *both(
            string(
                [
                    (9.0, -38.0, 50.0),
                    (8.0, -14.0, 60.0),
                    (12.0, 14.0, 58.0),
                    (23.0, 32.0, 46.0),
                    (24.0, 56.0, 42.0),
                ],
                [(5.0, 7.0), (4.0, 5.0), (5.0, 5.0), (6.0, 8.0), (2.5, 4.0)],
                _FLUID,
                n=13,
                name="lateral ventricle",
            )
        ),
        *both(
            string(
                [(24.0, 30.0, 44.0), (33.0, 14.0, 30.0), (33.0, -8.0, 22.0)],
                [(4.0, 4.0), (3.0, 3.0), (2.5, 3.5)],
                _FLUID,
                n=7,
            )
        ),
        blob((0.0, -2.0, 44.0), (2.4, 15.0, 10.0), _FLUID, name="third ventricle"),
        blob(
            (0.0, 27.0, 4.0),
            (7.0, 5.0, 11.0),
            _FLUID,
            turn_deg=(25.0, 0.0, 0.0),
            name="fourth ventricle",
        ),
    ]


def arteries() -> list[Part]:
    """Return the arteries of neck and brain; the left middle one carries an aneurysm."""
    medium = "contrast medium"
    return [
        *_carotids(medium),
        *_cerebral(medium),
        *_from_the_spine(medium),
        blob((39.5, -18.5, 34.0), (4.2, 4.2, 4.8), medium, name="aneurysm"),
    ]


def _carotids(medium: str) -> list[Part]:
    return [
        *both(
            string(
                [
                    (27.0, -10.0, -120.0),
                    (27.0, -12.0, -70.0),
                    (25.0, -6.0, -40.0),
                    (24.0, -4.0, -16.0),
                    (20.0, -7.0, 2.0),
                    (11.0, -14.0, 7.0),
                    (9.0, -23.0, 14.0),
                    (10.0, -14.0, 25.0),
                ],
                [
                    (3.2, 3.2),
                    (3.0, 3.0),
                    (2.6, 2.6),
                    (2.5, 2.5),
                    (2.4, 2.4),
                    (2.3, 2.3),
                    (2.2, 2.2),
                    (2.0, 2.0),
                ],
                medium,
                n=38,
                up=(1.0, 0.0, 0.0),
                name="internal carotid artery",
            )
        ),
        *both(
            string(
                [(27.0, -12.0, -76.0), (34.0, -18.0, -52.0), (43.0, -8.0, -24.0)],
                [(2.2, 2.2), (2.0, 2.0), (1.4, 1.4)],
                medium,
                n=10,
                name="external carotid artery",
            )
        ),
    ]


def _cerebral(medium: str) -> list[Part]:
    return [
        *both(
            string(
                [
                    (10.0, -15.0, 25.0),
                    (24.0, -20.0, 28.0),
                    (38.0, -17.0, 32.0),
                    (45.0, -4.0, 41.0),
                    (47.0, 14.0, 49.0),
                    (44.0, 32.0, 60.0),
                ],
                [(1.8, 1.8), (1.7, 1.7), (1.5, 1.5), (1.3, 1.3), (1.1, 1.1), (0.8, 0.8)],
                medium,
                n=19,
                name="middle cerebral artery",
            )
        ),
        *both(
            string(
                [
                    (37.0, -17.0, 32.0),
                    (46.0, -20.0, 44.0),
                    (48.0, -22.0, 60.0),
                    (44.0, -22.0, 76.0),
                ],
                [(1.4, 1.4), (1.3, 1.3), (1.1, 1.1), (0.8, 0.8)],
                medium,
                n=11,
                up=(0.0, 1.0, 0.0),
            )
        ),
        *both(
            string(
                [
                    (10.0, -15.0, 25.0),
                    (3.0, -25.0, 29.0),
                    (2.6, -42.0, 42.0),
                    (2.6, -44.0, 60.0),
                    (2.6, -26.0, 74.0),
                    (2.6, 4.0, 77.0),
                ],
                [(1.5, 1.5), (1.4, 1.4), (1.3, 1.3), (1.2, 1.2), (1.0, 1.0), (0.8, 0.8)],
                medium,
                n=20,
                up=(1.0, 0.0, 0.0),
                name="anterior cerebral artery",
            )
        ),
    ]


def _from_the_spine(medium: str) -> list[Part]:
    return [
        *both(
            string(
                [
                    (19.0, 15.0, -120.0),
                    (19.0, 13.0, -60.0),
                    (25.0, 16.0, -38.0),
                    (20.0, 28.0, -28.0),
                    (8.0, 21.0, -18.0),
                    (0.5, 10.0, -8.0),
                ],
                [(2.0, 2.0), (2.0, 2.0), (1.9, 1.9), (1.9, 1.9), (1.8, 1.8), (1.8, 1.8)],
                medium,
                n=24,
                up=(1.0, 0.2, 0.0),
                name="vertebral artery",
            )
        ),
        *string(
            [(0.0, 11.0, -9.0), (0.0, 3.5, 6.0), (0.0, -3.0, 23.0)],
            (2.0, 2.0),
            medium,
            n=7,
            up=(1.0, 0.0, 0.0),
            name="basilar artery",
        ),
        *both(
            string(
                [
                    (0.0, -3.0, 22.0),
                    (12.0, 0.0, 26.0),
                    (21.0, 16.0, 30.0),
                    (18.0, 40.0, 38.0),
                    (10.0, 62.0, 44.0),
                ],
                [(1.6, 1.6), (1.5, 1.5), (1.3, 1.3), (1.1, 1.1), (0.8, 0.8)],
                medium,
                n=15,
                name="posterior cerebral artery",
            )
        ),
    ]
