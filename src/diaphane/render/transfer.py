"""What is seen through: opacity and color for each Hounsfield number."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.render.colors import to_light

Preset = Literal["bone", "soft", "skin", "vessels", "lung"]

BIN_HU = 4.0
"""Width of a table's bin."""
_LOWEST_HU, _HIGHEST_HU = -1200.0, 4200.0


@dataclass(frozen=True)
class Stop:
    """Opacity and color at one value; between stops both change evenly."""

    value_hu: float
    """The value."""
    opacity_per_mm: float
    """How much light is taken up per mm: after d mm a share ``exp(-opacity d)`` is left."""
    color: str
    """``#rrggbb``, as a screen shows it in full light."""


@dataclass(frozen=True)
class Transfer:
    """Stops in growing order of their values."""

    stops: tuple[Stop, ...]
    """Where opacity and color are given, values growing."""

    def __post_init__(self) -> None:
        values = [s.value_hu for s in self.stops]
        if len(values) < 2 or np.any(np.diff(values) <= 0):
            raise InputError(f"a transfer needs two stops or more, growing, got {values}")
        if min(s.opacity_per_mm for s in self.stops) < 0:
            raise InputError("opacity_per_mm must be >= 0 at every stop")

    @classmethod
    def preset(cls, name: Preset) -> "Transfer":
        """Return one of the shipped transfers."""
        return cls(tuple(Stop(*stop) for stop in _PRESETS[name]))

    @cached_property
    def bins_hu(self) -> DoubleArray:
        """The values at which the table is kept."""
        return np.arange(_LOWEST_HU, _HIGHEST_HU + BIN_HU, BIN_HU)

    @cached_property
    def opacity_per_mm(self) -> DoubleArray:
        """Opacity at each of the table's values."""
        values = [s.value_hu for s in self.stops]
        return np.interp(self.bins_hu, values, [s.opacity_per_mm for s in self.stops])

    @cached_property
    def integrals(self) -> DoubleArray:
        """``∫ μ dv`` and ``∫ μ c dv`` up to each of the table's values: shape (n, 4)."""
        values = [s.value_hu for s in self.stops]
        light = np.array([to_light(s.color) for s in self.stops])
        colors = np.stack([np.interp(self.bins_hu, values, light[:, c]) for c in range(3)], axis=1)
        given = self.opacity_per_mm[:, None] * np.column_stack([np.ones(len(colors)), colors])
        steps = (given[1:] + given[:-1]) / 2 * BIN_HU
        return np.concatenate([np.zeros((1, 4)), np.cumsum(steps, axis=0)])

    @property
    def first_visible_hu(self) -> float:
        """A value just low enough that nothing of it is seen."""
        first = int(np.argmax(self.opacity_per_mm > 0))
        return float(self.bins_hu[max(0, first - 2)])


_BONE = (
    (300, 0.6, "#cdb08a"),
    (550, 3.0, "#e8dac0"),
    (1100, 6.0, "#f5eee0"),
    (4000, 8.0, "#fffaf0"),
)

_PRESETS: dict[Preset, tuple[tuple[float, float, str], ...]] = {
    "bone": ((150, 0.0, "#b08a66"), *_BONE),
    "soft": (
        (-600, 0.0, "#d9a080"),
        (-420, 0.11, "#e2b090"),
        (-220, 0.11, "#e2b090"),
        (-130, 0.0, "#d88f70"),
        (-20, 0.0, "#b0503f"),
        (20, 0.003, "#b0503f"),
        (70, 0.005, "#b0503f"),
        (110, 0.003, "#b98f68"),
        (160, 0.02, "#b98f68"),
        *_BONE,
    ),
    "skin": (
        (-500, 0.0, "#d9a080"),
        (-350, 1.5, "#dba283"),
        (-200, 2.5, "#dba283"),
        (0, 3.0, "#c98a6c"),
        (4000, 8.0, "#fffaf0"),
    ),
    "lung": (
        (-990, 0.0, "#d8a79c"),
        (-930, 0.5, "#d8a79c"),
        (-700, 1.2, "#c98f86"),
        (-300, 2.0, "#b5706a"),
        (0, 3.0, "#a8564f"),
        (4000, 8.0, "#fffaf0"),
    ),
    "vessels": (
        (90, 0.0, "#8e1f1a"),
        (160, 0.12, "#a92a20"),
        (260, 0.9, "#c8452f"),
        (420, 1.6, "#d9805c"),
        (700, 3.0, "#e8dac0"),
        (1100, 6.0, "#f5eee0"),
        (4000, 8.0, "#fffaf0"),
    ),
}
