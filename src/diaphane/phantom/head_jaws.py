"""The head's lower jaw, and the teeth of both."""

import numpy as np

from diaphane.phantom.materials import attenuation_of
from diaphane.phantom.modeling import blob, both, string
from diaphane.phantom.shapes import Cylinder, Part

_Sizes = tuple[float, float, float, float]

_TEETH: tuple[tuple[str, _Sizes, _Sizes], ...] = (
    # width along the arch, depth across it, height of the crown, length of the root; upper, lower
    ("central incisor", (8.5, 7.0, 10.5, 13.0), (5.2, 6.0, 9.0, 12.5)),
    ("lateral incisor", (6.6, 6.0, 9.5, 13.0), (5.8, 6.3, 9.5, 14.0)),
    ("canine", (7.6, 8.0, 10.5, 17.0), (6.9, 7.6, 11.0, 16.0)),
    ("first premolar", (7.0, 9.0, 8.5, 14.0), (7.0, 7.6, 8.8, 14.0)),
    ("second premolar", (6.8, 9.0, 8.5, 14.0), (7.1, 8.0, 8.2, 14.5)),
    ("first molar", (10.2, 11.0, 7.8, 13.0), (11.2, 10.4, 7.8, 14.0)),
    ("second molar", (9.6, 11.0, 7.4, 12.0), (10.6, 10.2, 7.2, 13.0)),
    ("third molar", (8.8, 10.0, 6.8, 11.0), (10.0, 9.5, 7.0, 11.0)),
)
"""Mean sizes in mm, after the tables of dental anatomy."""

MISSING = "left lower first molar"
"""The tooth that is not there."""
FILLED = "right upper first molar"
"""The tooth with a ceramic filling."""


_ARCH = ((0.0, -42.0), (30.0, 47.0))
"""Center and radii of the ellipse on which the upper teeth stand."""
_JAW_LINE = ((0.0, -86.0, -90.0), (0.0, 0.36, -1.0))
"""Under the lower jaw, from the chin up to its angles."""


def lower_jaw() -> list[Part]:
    """Return the lower jaw: a bow of bone, spongy inside, with its two branches."""
    bow = [
        ((0.0, 0.0, -61.0), (0.0, 0.0, 1.0)),
        _JAW_LINE,
        ((0.0, -16.0, 0.0), (0.0, 1.0, 0.0)),
        ((31.0, -60.0, -61.0), (0.8, -0.45, 0.5)),
        ((-31.0, -60.0, -61.0), (-0.8, -0.45, 0.5)),
    ]
    return [
        blob((0.0, 10.0, -76.0), (50.0, 99.5, 90.0), "bone", cuts=bow),
        blob((0.0, 10.0, -76.0), (47.6, 97.0, 80.0), "spongy bone", cuts=bow),
        blob((0.0, 10.0, -76.0), (42.5, 89.0, 80.0), "bone", cuts=bow),
        blob((0.0, 10.0, -76.0), (40.0, 86.5, 90.0), "soft tissue", cuts=bow),
        blob(
            (0.0, -42.0, -58.5),
            (31.5, 48.0, 30.0),
            "bone",
            cuts=[
                ((0.0, -38.0, 0.0), (0.0, 1.0, 0.0)),
                ((0.0, 0.0, -59.0), (0.0, 0.0, 1.0)),
                ((0.0, 0.0, -74.0), (0.0, 0.0, -1.0)),
            ],
            name="alveolar process",
        ),
        Cylinder((0.0, -38.0, -66.0), (21.5, 41.5), 14.5, attenuation_of("soft tissue")),
        *both([*_border(), *_branch()]),
        blob((0.0, -83.0, -82.5), (18.0, 6.5, 7.5), "bone", name="chin"),
    ]


def _border() -> list[Part]:
    return string(
        [(0.0, -80.0, -86.0), (18.0, -75.0, -84.0), (35.0, -48.0, -76.0), (46.0, -20.0, -66.0)],
        (4.5, 4.5),
        "bone",
        n=14,
        name="lower border",
    )


def _branch() -> list[Part]:
    """Return the left branch, notched between its joint and its muscle's hold."""
    lean = (-9.0, 3.0, 0.0)
    top = (0.0, 0.0, 1.0)
    root = ((47.0, -42.0, -60.0), (0.0, -0.7, -0.7))
    angle = ((47.0, -13.0, -62.0), (0.0, 0.8, -0.6))
    return [
        blob(
            (47.0, -25.0, -40.0),
            (4.4, 18.5, 62.0),
            "bone",
            turn_deg=lean,
            cuts=[((0.0, 0.0, -2.0), top), _JAW_LINE, root, angle],
        ),
        blob(
            (47.0, -25.0, -40.0),
            (2.4, 14.0, 55.0),
            "spongy bone",
            turn_deg=lean,
            cuts=[
                ((0.0, 0.0, -10.0), top),
                ((0.0, -86.0, -86.0), _JAW_LINE[1]),
                ((47.0, -41.0, -57.0), root[1]),
                ((47.0, -15.0, -60.0), angle[1]),
            ],
        ),
        blob((48.0, -24.0, 0.0), (12.0, 9.5, 17.0), "soft tissue", name="notch"),
        *string(
            [(48.5, -14.0, -24.0), (50.0, -10.0, -14.0), (50.5, -8.0, -3.0)],
            [(4.0, 3.5), (3.5, 4.0), (4.0, 5.0)],
            "bone",
            n=5,
            up=(1.0, 0.0, 0.0),
        ),
        blob((50.0, -8.5, -5.0), (9.0, 4.5, 4.5), "bone", turn_deg=(0.0, 0.0, -12.0), name="joint"),
    ]


def teeth() -> list[Part]:
    """Return the teeth, each a root of dentin and a crown under enamel."""
    parts: list[Part] = []
    for number, (name, upper, lower) in enumerate(_TEETH):
        for jaw, sizes, flip in (("upper", upper, 1.0), ("lower", lower, -1.0)):
            for side, sign in (("left", 1.0), ("right", -1.0)):
                full_name = f"{side} {jaw} {name}"
                if full_name != MISSING:
                    parts += _tooth(full_name, number, sizes, flip, sign)
    return parts


def _tooth(name: str, number: int, sizes: _Sizes, flip: float, side: float) -> list[Part]:
    """Return one tooth; `flip` is 1 for upper teeth, whose roots point up."""
    widths = [upper[0] if flip > 0 else lower[0] for _, upper, lower in _TEETH]
    along = sum(widths[:number]) + widths[number] / 2
    x, y, turn = _on_arch(along, inward_mm=0.0 if flip > 0 else 2.2)
    width, depth, crown, root = sizes
    edge = -52.5 if flip > 0 else -51.0 + (1.0 if number > 2 else 0.0)
    if number > 2 and flip > 0:
        edge += 1.0
    neck = edge + flip * crown
    cutting = number < 3
    crown_semi = (width / 2, depth / 2 * (0.85 if cutting else 1.0), crown * 0.72)
    crown_center = (side * x, y, edge + flip * crown * 0.56)
    bite = [((0.0, 0.0, edge), (0.0, 0.0, -flip))]
    turn_deg = (0.0, 0.0, side * turn)
    parts: list[Part] = [
        blob(
            (side * x, y, neck + flip * root * 0.36),
            (width * 0.36, depth * 0.40, root * 0.64),
            "dentin",
            turn_deg=turn_deg,
            name=name,
        ),
        blob(crown_center, crown_semi, "enamel", turn_deg=turn_deg, cuts=bite, name=name),
        blob(
            (side * x, y, neck),
            (width * 0.36, depth * 0.36, crown * 0.62),
            "dentin",
            turn_deg=turn_deg,
            name=name,
        ),
    ]
    if name == FILLED:
        parts.append(
            blob(
                (side * x, y, edge + flip * 1.5),
                (3.0, 3.0, 2.2),
                "ceramic filling",
                cuts=bite,
                name=name,
            )
        )
    return parts


def _on_arch(along_mm: float, *, inward_mm: float) -> tuple[float, float, float]:
    """Return x, y and the turn about z, in degrees, at a length along the arch from its middle."""
    angle = np.linspace(0, 0.55 * np.pi, 400)
    (_, middle), (wide, deep) = _ARCH
    x = (wide - inward_mm) * np.sin(angle)
    y = middle - (deep - inward_mm) * np.cos(angle)
    length = np.concatenate([[0], np.cumsum(np.hypot(np.diff(x), np.diff(y)))])
    at = [float(np.interp(along_mm, length, v)) for v in (x, y)]
    ahead = [float(np.interp(along_mm + 0.5, length, v)) for v in (x, y)]
    return at[0], at[1], float(np.rad2deg(np.arctan2(ahead[1] - at[1], ahead[0] - at[0])))
