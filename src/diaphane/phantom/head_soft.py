"""The head's outside: skin and what lies between it and the bones."""

from diaphane.phantom import head_skull
from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import blob, both, egg
from diaphane.phantom.shapes import Cylinder, Part

_UNDER_CHIN = ((0.0, -86.0, -97.0), (0.0, 0.36, -1.0))


def skin() -> list[Part]:
    """Return the outside of head and neck, filled with soft tissue."""
    soft = "soft tissue"
    return [
        *head_skull.vault(-5.5, soft),
        *egg(
            (0.0, -26.0, 8.0),
            72.0,
            (68.0, 40.0),
            (54.0, 116.0),
            soft,
            cuts=[_UNDER_CHIN, ((0.0, 0.0, 40.0), (0.0, 0.0, 1.0))],
        ),
        blob((0.0, -66.0, -54.0), (42.0, 31.0, 42.0), soft, cuts=[_UNDER_CHIN]),
        blob((0.0, -82.0, -82.0), (24.0, 14.0, 15.0), soft, cuts=[_UNDER_CHIN], name="chin"),
        blob((0.0, -96.0, -46.5), (21.0, 5.5, 4.5), soft, name="upper lip"),
        blob((0.0, -94.5, -55.5), (18.0, 5.5, 5.0), soft, name="lower lip"),
        *_nose(),
        blob(
            (0.0, 36.0, -24.0),
            (55.0, 50.0, 90.0),
            soft,
            cuts=[((0.0, 0.0, 10.0), (0.0, 0.0, 1.0))],
            name="nape",
        ),
        *both(blob((32.0, -75.5, 17.0), (16.0, 13.0, 12.5), soft, name="eyelids")),
        *both(
            blob(
                (76.0, 8.0, 8.0), (4.0, 15.0, 30.0), soft, turn_deg=(-12.0, 14.0, -24.0), name="ear"
            )
        ),
        Cylinder(
            (0.0, 10.0, -60.0),
            (56.0, 60.0),
            140.0,
            attenuation_of(soft),
            (12.0, 0.0, 0.0),
            name="neck",
        ),
    ]


def _nose() -> list[Part]:
    return [
        blob(
            (0.0, -88.0, 8.0),
            (15.0, 17.5, 34.0),
            "soft tissue",
            turn_deg=(-22.0, 0.0, 0.0),
            cuts=[((0.0, 0.0, -12.0), (0.0, 0.0, -1.0))],
        ),
        blob((0.0, -103.0, -9.0), (12.0, 12.5, 10.0), "soft tissue"),
        *both(blob((12.0, -95.0, -13.0), (8.0, 12.0, 9.0), "soft tissue")),
    ]
