"""Colors: sRGB and light, the maps for numbers, and the set for labels.

Anatomy is gray. Maps of other numbers are perceptually even (cividis, viridis: C. R. Nuñez et al.
2018; S. van der Walt, N. Smith 2015, CC0); errors and differences are dark at zero, blue below and
amber above. Labels take the colors of M. Okabe and K. Ito (2008), told apart by color-blind eyes.
"""

from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray

ColorMap = Literal["gray", "cividis", "viridis", "diverging"]

_STOPS: dict[ColorMap, tuple[str, ...]] = {
    "gray": ("#000000", "#ffffff"),
    "cividis": (
        "#00224e", "#123570", "#3b496c", "#575d6d", "#707173",
        "#8a8678", "#a59c74", "#c3b369", "#e1cc55", "#fee838",
    ),
    "viridis": (
        "#440154", "#482878", "#3e4989", "#31688e", "#26828e",
        "#1f9e89", "#35b779", "#6ece58", "#b5de2b", "#fde725",
    ),
    "diverging": ("#9fd0ff", "#3d8ed4", "#1d4c7c", "#0c0c0c", "#80461a", "#d98532", "#ffd59a"),
}  # fmt: skip

LABEL_COLORS = (
    "#e69f00", "#56b4e9", "#009e73", "#f0e442", "#0072b2", "#d55e00", "#cc79a7",
)  # fmt: skip
"""Label 1 is amber, 2 sky blue, and so on, round and round."""


def map_colors(shares: AnyArray, color_map: ColorMap) -> ByteArray:
    """Return shares between 0 and 1 as sRGB: one more axis of 3."""
    stops = np.array([_parts(stop) for stop in _STOPS[color_map]])
    places = np.linspace(0, 1, len(stops))
    channels = [np.interp(shares, places, stops[:, c]) for c in range(3)]
    return (np.stack(channels, axis=-1) * 255 + 0.5).astype(np.uint8)


def label_color(label: int) -> DoubleArray:
    """Return the sRGB color of a label, 0…1: shape (3,)."""
    return _parts(LABEL_COLORS[(label - 1) % len(LABEL_COLORS)])


def to_light(color: str | AnyArray) -> DoubleArray:
    """Return sRGB (``#rrggbb``, or numbers 0…1) as amounts of light."""
    srgb = _parts(color) if isinstance(color, str) else np.asarray(color, dtype=np.float64)
    return np.where(srgb <= 0.04045, srgb / 12.92, ((srgb + 0.055) / 1.055) ** 2.4)


def to_srgb(light: AnyArray) -> DoubleArray:
    """Return amounts of light, clipped to 0…1, as sRGB."""
    light = np.clip(np.asarray(light, dtype=np.float64), 0, 1)
    return np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)


def _parts(color: str) -> DoubleArray:
    return np.array([int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)])
