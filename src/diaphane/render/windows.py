"""Which values become black, which white: the window."""

from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.errors import InputError, QuantityError
from diaphane.render.colors import ColorMap
from diaphane.units import Quantity

Window = Literal["fit", "bone", "soft", "brain", "lung", "vessels"]

_HU_WINDOWS: dict[Window, tuple[float, float]] = {
    "bone": (500, 2000),
    "soft": (40, 400),
    "brain": (40, 80),
    "lung": (-600, 1500),
    "vessels": (250, 700),
}
"""Level and width in HU."""

_FIT_PERCENTILES = (0.5, 99.5)
_FIT_VALUES = 2_000_000
"""A fit looks at about so many values, evenly spread."""


def window_bounds(
    values: AnyArray,
    quantity: Quantity,
    *,
    window: Window,
    level: float | None,
    width: float | None,
    color_map: ColorMap,
) -> tuple[float, float]:
    """Return the values that become the lowest and the highest color.

    Raises
    ------
    InputError
        When only one of `level` and `width` is given, or a diverging map is off zero.
    QuantityError
        When a window in HU is asked for values that are none.
    """
    if (level is None) != (width is None):
        raise InputError(f"level and width are given together, got {level} and {width}")
    if color_map == "diverging" and level:
        raise InputError(f"a diverging map is centered on zero: level must be 0, got {level}")
    if level is not None and width is not None:
        return level - width / 2, level + width / 2
    if window == "fit":
        return _fit(values, color_map)
    if quantity is not Quantity.HOUNSFIELD:
        raise QuantityError(
            f"window {window!r} is in HU, got an image of {quantity.label}: "
            "take window 'fit', or give level and width"
        )
    level, width = _HU_WINDOWS[window]
    return level - width / 2, level + width / 2


def shares_in(values: FloatArray, low: float, high: float) -> FloatArray:
    """Return values as shares 0…1 between two bounds, NaN as 0."""
    return np.nan_to_num(np.clip((values - low) / (high - low), 0, 1))


def _fit(values: AnyArray, color_map: ColorMap) -> tuple[float, float]:
    flat = values.reshape(-1)
    flat = flat[:: max(1, flat.size // _FIT_VALUES)]
    low, high = (float(v) for v in np.nanpercentile(flat, _FIT_PERCENTILES))
    if high == low:
        low, high = float(np.nanmin(flat)), float(np.nanmax(flat))
    if high == low:
        low, high = low - 0.5, high + 0.5
    if color_map == "diverging":
        largest = max(abs(low), abs(high))
        return -largest, largest
    return low, high
