"""Anatomical axes: which way a step points in the patient, and the two worlds in use.

LPS and RAS name the directions in which x, y and z grow: to the patient's Left, toward the back
(Posterior) and the head (Superior) in DICOM and here; to the Right, toward the front (Anterior)
and the head in NIfTI.
"""

from collections.abc import Sequence
from itertools import permutations

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import DoubleArray
from diaphane.errors import GeometryError

_LETTERS = (("L", "R"), ("P", "A"), ("H", "F"))


def axis_letters(direction: ArrayLike) -> tuple[str, str]:
    """Return the letters at the far and at the near end of a direction.

    An oblique direction takes the letter of its largest component. H is the head, F the feet.

    Parameters
    ----------
    direction : (3,) numbers
        In LPS (x, y, z), of any length but zero.

    Examples
    --------
    >>> axis_letters((1, 0, 0))
    ('L', 'R')
    >>> axis_letters((0.1, -0.9, 0.3))
    ('A', 'P')
    """
    direction = np.asarray(direction, dtype=np.float64)
    if direction.shape != (3,) or not np.isfinite(direction).all() or not direction.any():
        raise GeometryError(f"a direction is three numbers, not all 0, got {direction.tolist()}")
    axis = int(np.argmax(np.abs(direction)))
    positive, negative = _LETTERS[axis]
    return (positive, negative) if direction[axis] >= 0 else (negative, positive)


def flip_ras_lps(matrix: ArrayLike) -> DoubleArray:
    """Return a 4 × 4 matrix into RAS millimeters as one into LPS, or the other way round.

    Raises
    ------
    GeometryError
        When `matrix` is not 4 × 4.
    """
    matrix = np.asarray(matrix, dtype=np.float64)
    if matrix.shape != (4, 4):
        raise GeometryError(f"flip_ras_lps takes a 4 × 4 matrix, got shape {matrix.shape}")
    return np.diag([-1.0, -1.0, 1.0, 1.0]) @ matrix


def upright_spacing_mm(steps_mm: ArrayLike) -> tuple[float, float, float]:
    """Return the spacing that an upright grid takes over from one that stands as it likes.

    Each world axis takes the length of one step, so that steps and axes agree best together.

    Parameters
    ----------
    steps_mm : (3, 3) numbers
        The steps from one slice, row and column to the next, one step a row, in LPS.

    Returns
    -------
    tuple of float
        Spacing of the upright grid's slices (z), rows (y) and columns (x).

    Examples
    --------
    >>> upright_spacing_mm([(3, 0, 0), (0, 0.4, 0.3), (0, 0, 1)])  # sagittal slices, 3 mm apart
    (1.0, 0.5, 3.0)
    """
    steps = np.asarray(steps_mm, dtype=np.float64)
    lengths = np.linalg.norm(steps, axis=1)
    along = np.abs(steps / lengths[:, None])

    def agreement(order: Sequence[int]) -> float:
        return float(sum(along[step, axis] for axis, step in enumerate(order)))

    x, y, z = max(permutations(range(3)), key=agreement)
    return float(lengths[z]), float(lengths[y]), float(lengths[x])
