"""Connected parts of a labeled structure: number them, keep the largest, drop the small."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import voxel_ml
from diaphane.segment.regions.connecting import Connectivity, connect
from diaphane.step import step

Milliliters = Annotated[float, Range(0.000001, 100_000, scale="log", unit="mL")]


@dataclass(frozen=True, eq=False)
class _Parts:
    """The connected parts of labels; part 0 is what has no label."""

    numbers: AnyArray
    """The part of each voxel, in the shape of the grid."""
    sizes: AnyArray
    """Shape (n_parts + 1,): voxels of each part, none for part 0."""
    labels: AnyArray
    """Shape (n_parts + 1,): the label of each part."""


@step(version=1)
def components(labels: Labels, *, connectivity: Connectivity = 26) -> Labels:
    """Give each connected part of each structure a number of its own, 1 to the largest.

    Parameters
    ----------
    labels : Labels
        Voxels hang together only with neighbors of the same label.
    connectivity : {6, 18, 26}
        Neighbors across faces, also across edges, also across corners.

    Returns
    -------
    Labels
        Without names, in uint16, or int32 where there are more than 65 535 parts. Parts of equal
        size keep the order in which the array holds them.
    """
    parts = _parts(labels, connectivity)
    order = np.argsort(-parts.sizes[1:], kind="stable") + 1
    dtype = np.uint16 if len(order) < 65_536 else np.int32
    new = np.zeros(len(parts.sizes), dtype)
    new[order] = np.arange(1, len(order) + 1)
    return Labels(new[parts.numbers], labels.grid)


@step(version=1)
def largest(labels: Labels, *, connectivity: Connectivity = 26) -> Labels:
    """Keep the largest connected part of each structure, and say how much was dropped.

    Parameters
    ----------
    labels : Labels
        Each label is looked at by itself.
    connectivity : {6, 18, 26}
        Neighbors across faces, also across edges, also across corners.
    """
    parts = _parts(labels, connectivity)
    order = np.argsort(-parts.sizes, kind="stable")
    _, first = np.unique(parts.labels[order], return_index=True)
    is_kept = np.zeros(len(parts.sizes), bool)
    is_kept[order[first]] = True
    return _keep(labels, parts, is_kept)


@step(version=1)
def by_volume(
    labels: Labels,
    *,
    min_ml: Milliliters,
    max_ml: Milliliters | None = None,
    connectivity: Connectivity = 26,
) -> Labels:
    """Keep the connected parts whose volume lies between two bounds, and say what was dropped.

    Parameters
    ----------
    labels : Labels
        On a grid in millimeters.
    min_ml : float
        The smallest part that stays.
    max_ml : float, optional
        The largest part that stays; by default there is no such bound.
    connectivity : {6, 18, 26}
        Neighbors across faces, also across edges, also across corners.

    Raises
    ------
    GeometryError
        When the grid is not in millimeters.
    InputError
        When `min_ml` is above `max_ml`.
    """
    if max_ml is not None and min_ml > max_ml:
        raise InputError(f"segment.by_volume: min_ml must be <= max_ml, got {min_ml} and {max_ml}")
    one_ml = voxel_ml(labels, "segment.by_volume")
    parts = _parts(labels, connectivity)
    volumes_ml = parts.sizes * one_ml
    is_kept = volumes_ml >= min_ml
    if max_ml is not None:
        is_kept &= volumes_ml <= max_ml
    return _keep(labels, parts, is_kept)


def _parts(labels: Labels, connectivity: Connectivity) -> _Parts:
    numbers, n_parts = connect(labels.values, connectivity)
    sizes = np.zeros(n_parts + 1, np.int64)
    of_part = np.zeros(n_parts + 1, labels.values.dtype)
    for part, label in track(list(zip(numbers, labels.values)), "segment.parts"):
        sizes += np.bincount(part.reshape(-1), minlength=n_parts + 1)
        of_part[part] = label
    sizes[0] = 0
    return _Parts(numbers, sizes, of_part)


def _keep(labels: Labels, parts: _Parts, is_kept: AnyArray) -> Labels:
    """Return the labels of the parts that are kept; say how many others there were."""
    is_kept[0] = False
    n_dropped = len(is_kept) - 1 - int(is_kept.sum())
    if n_dropped:
        n_voxels = int(parts.sizes[~is_kept].sum())
        notice("segment.parts_dropped", parts=n_dropped, voxels=n_voxels)
    if not is_kept.any():
        notice("segment.nothing_inside", name=", ".join(labels.names.values()))
    return replace(labels, values=np.where(is_kept, parts.labels, 0)[parts.numbers])
