"""How well a value per voxel tells a structure from the rest, whatever the threshold.

Voxels are sorted by their value, the highest first; equal values are one step. At each, the share
of the structure that was found (sensitivity) stands against the share of the rest that was made
up (for the area under the curve) or against the share of the found that is right (for average
precision).

References
----------
T. Fawcett, "An introduction to ROC analysis", Pattern Recognition Letters 27 (2006) 861.
"""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, first_not_finite
from diaphane.errors import InputError
from diaphane.image import Image, Labels, Measurement
from diaphane.quality.agreement import Label
from diaphane.quality.checks import same_grid
from diaphane.quality.confusion import inside, structure
from diaphane.step import step


@step(version=1)
def roc_area(
    image: Image, truth: Labels, where: Labels | None = None, *, label: Label | None = None
) -> Measurement:
    """Return how likely a voxel of the structure is brighter than one outside: 0.5 is chance.

    Parameters
    ----------
    image : Image
        A real value per voxel, higher where the structure is likelier.
    truth : Labels
        On the same grid.
    where : Labels, optional
        Only voxels in these labels count, as a field of view.
    label : int, optional
        Which structure of the truth; by default all of them together.

    Returns
    -------
    Measurement
        The area under the receiver operating characteristic (AUC), exact, ties counted half. One
        case has no interval; ``quality.over_cases`` gives one over several.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When values are not finite or complex, or the truth has one class only.
    """
    found, made_up = _steps(image, truth, where, label, "quality.roc_area")
    area = float(np.trapezoid(found / found[-1], made_up / made_up[-1]))
    return Measurement(area, "", name="area under the ROC curve")


@step(version=1)
def average_precision(
    image: Image, truth: Labels, where: Labels | None = None, *, label: Label | None = None
) -> Measurement:
    """Return how many of the brightest voxels belong to the structure, on average over thresholds.

    Parameters
    ----------
    image, truth, where, label
        As in ``quality.roc_area``.

    Returns
    -------
    Measurement
        The area under the steps of precision over recall; chance gives the structure's share of
        all voxels. No interval of one case.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When values are not finite or complex, or the truth has one class only.
    """
    found, made_up = _steps(image, truth, where, label, "quality.average_precision")
    precision = found[1:] / (found[1:] + made_up[1:])
    value = float((np.diff(found) * precision).sum() / found[-1])
    return Measurement(value, "", name="average precision")


def scored(
    image: Image, truth: Labels, where: Labels | None, label: int | None, step_name: str
) -> tuple[AnyArray, AnyArray]:
    """Return a score and the truth, as 1-D arrays of the voxels that count."""
    same_grid(image, truth, step_name)
    if image.channels or image.values.dtype.kind == "c":
        raise InputError(f"{step_name}: image must have one real value per voxel")
    bad = first_not_finite(image.values)
    if bad is not None:
        raise InputError(f"{step_name}: image must be finite, got {image.values[bad]} at {bad}")
    is_true = inside(truth.values, label)
    values = image.values
    if where is not None:
        same_grid(image, where, step_name)
        values, is_true = values[where.values != 0], is_true[where.values != 0]
    if not is_true.any() or is_true.all():
        raise InputError(
            f"{step_name}: truth must hold voxels in and out of {structure(label)}"
            f"{' within where' if where is not None else ''}, all {is_true.size} are "
            f"{'in' if is_true.any() else 'out'}"
        )
    return values.reshape(-1), is_true.reshape(-1)


def _steps(
    image: Image, truth: Labels, where: Labels | None, label: int | None, step_name: str
) -> tuple[DoubleArray, DoubleArray]:
    """Return how many voxels of the structure and of the rest lie above each value, from 0 on."""
    values, is_true = scored(image, truth, where, label, step_name)
    order = np.argsort(values, kind="stable")[::-1]
    values, is_true = values[order], is_true[order]
    last = np.append(np.flatnonzero(values[1:] != values[:-1]), len(values) - 1)
    found = np.cumsum(is_true, dtype=np.float64)[last]
    return np.append(0.0, found), np.append(0.0, last + 1.0 - found)
