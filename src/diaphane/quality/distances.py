"""How far apart the borders of two segmentations lie, in millimeters.

The border of a mask is its voxels that touch, by a face, a voxel outside or the edge of the grid.
Distances run between centers of border voxels in the world, exactly, whatever the spacing or the
shear of the grid: from each border to the nearest place of the other, both ways together.

References
----------
A. A. Taha and A. Hanbury, "Metrics for evaluating 3D medical image segmentation: analysis,
selection, and tool", BMC Medical Imaging 15 (2015) 29.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.options import Range
from diaphane.quality.agreement import Label
from diaphane.quality.checks import same_grid
from diaphane.quality.confusion import inside, structure
from diaphane.step import step


@step(version=1)
def hausdorff(
    labels: Labels,
    truth: Labels,
    *,
    label: Label | None = None,
    percentile: Annotated[float, Range(50, 100, unit="%")] = 95.0,
) -> Measurement:
    """Return how far the borders of two segmentations lie apart where they differ most.

    Parameters
    ----------
    labels, truth : Labels
        On one grid.
    label : int, optional
        Which structure; by default all of them together, against none.
    percentile : number
        Which share of the border lies nearer: 95 is not moved by a few stray voxels, 100 is the
        Hausdorff distance itself.

    Returns
    -------
    Measurement
        In mm (in pixels where the grid has none): the larger of the percentiles of the two
        directions.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When one of the two has no voxel of the structure.
    """
    there, back = _between(labels, truth, label, "quality.hausdorff")
    value = max(float(np.percentile(d, percentile)) for d in (there, back))
    return Measurement(value, labels.grid.unit, name=f"Hausdorff distance {percentile:g} %")


@step(version=1)
def surface_distance(labels: Labels, truth: Labels, *, label: Label | None = None) -> Measurement:
    """Return how far the borders of two segmentations lie apart on average.

    Parameters
    ----------
    labels, truth, label
        As in ``quality.hausdorff``.

    Returns
    -------
    Measurement
        In mm (in pixels where the grid has none): the mean over all border voxels of both.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When one of the two has no voxel of the structure.
    """
    there, back = _between(labels, truth, label, "quality.surface_distance")
    value = float(np.concatenate([there, back]).mean())
    return Measurement(value, labels.grid.unit, name="average surface distance")


def _between(
    labels: Labels, truth: Labels, label: int | None, step_name: str
) -> tuple[DoubleArray, DoubleArray]:
    """Return the distances from the border of labels to that of truth, and back."""
    from scipy.spatial import KDTree

    same_grid(labels, truth, step_name)
    places = []
    for who, value in (("labels", labels), ("truth", truth)):
        mask = inside(value.values, label)
        if not mask.any():
            raise InputError(
                f"{step_name}: {who} has no voxel of {structure(label)}: no border, no distance"
            )
        places.append(np.asarray(value.grid.to_mm(_border(mask)), np.float64))
    one, other = (KDTree(p) for p in places)
    there, _ = other.query(places[0])
    back, _ = one.query(places[1])
    return np.asarray(there), np.asarray(back)


def _border(mask: AnyArray) -> AnyArray:
    """Return the indices (n, 3) of voxels that touch what is outside by a face.

    Along an axis of one voxel there is no outside: a picture has no front and back.
    """
    within = mask.copy()
    for axis, n in enumerate(mask.shape):
        if n == 1:
            continue
        moved = np.moveaxis(mask, axis, 0)
        kept = np.moveaxis(within, axis, 0)
        kept[1:] &= moved[:-1]
        kept[:-1] &= moved[1:]
        kept[0] = kept[-1] = False
    return np.argwhere(mask & ~within)
