"""Values as the whole numbers that DICOM stores, with the slope and intercept back."""

from dataclasses import dataclass

import numpy as np

from diaphane.arrays import AnyArray, first_not_finite
from diaphane.errors import InputError

_LOWEST, _HIGHEST = -(2**15), 2**15 - 1
_FINEST = 2.0**-10


@dataclass(frozen=True)
class Storage:
    """How values become 16-bit numbers: ``value = slope * stored + intercept``.

    The slope is 1 for whole values, else the finest power of two with which the values fit, so
    that slope, intercept and stored numbers give the rounded values back exactly.
    """

    slope: float
    """Values per stored number: a power of two."""
    intercept: float
    """The value of a stored zero: whole."""

    @classmethod
    def fit(cls, values: AnyArray) -> "Storage":
        """Return the storage for all `values` of a series.

        Raises
        ------
        InputError
            When a value is NaN or infinite.
        """
        bad = first_not_finite(values)
        if bad is not None:
            raise InputError(f"DICOM stores finite values only, got {values[bad]} at {bad}")
        low, high = float(values.min()), float(values.max())
        is_whole = all(bool((section == np.rint(section)).all()) for section in values)
        slope = 1.0 if is_whole else _FINEST
        while (high - low) / slope > _HIGHEST - _LOWEST - (0 if slope == 1.0 else 2):
            slope *= 2
        if low / slope >= _LOWEST and high / slope <= _HIGHEST:
            return cls(slope, 0.0)
        return cls(slope, float(np.floor((low + high + 1) / 2)))

    def stored(self, values: AnyArray) -> AnyArray:
        """Return `values` as int16."""
        numbers = np.rint((values.astype(np.float64) - self.intercept) / self.slope)
        return np.clip(numbers, _LOWEST, _HIGHEST).astype(np.int16)

    def error(self, values: AnyArray) -> float:
        """Return by how much the farthest of `values` is changed."""
        back = self.stored(values) * self.slope + self.intercept
        return float(np.abs(back - values).max())
