"""Anatomical axes: which way a step points in the patient, and the two worlds in use."""

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray

_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))


def axis_letters(direction: ArrayLike) -> tuple[str, str]:
    """Return the letters at the far and at the near end of a `direction` in LPS.

    ``(1, 0, 0)`` goes toward the patient's left: ``("L", "R")``. An oblique direction takes the
    letter of its largest component. H is the head, F the feet.
    """
    direction = np.asarray(direction, dtype=np.float64)
    axis = int(np.argmax(np.abs(direction)))
    positive, negative = _LETTERS[axis]
    return (positive, negative) if direction[axis] >= 0 else (negative, positive)


def flip_ras_lps(matrix: ArrayLike) -> DoubleArray:
    """Return a 4 × 4 matrix into RAS millimeters as one into LPS, or the other way round."""
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ np.asarray(matrix, dtype=np.float64)
