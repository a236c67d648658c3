"""Structures cut by other structures: what lies within one, and what lies outside it."""

from dataclasses import replace

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import GeometryError
from diaphane.image import Labels
from diaphane.notices import notice
from diaphane.step import step


@step(version=1)
def intersection(labels: Labels, region: Labels) -> Labels:
    """Keep of each structure what lies within a region.

    Parameters
    ----------
    labels : Labels
        The structures.
    region : Labels
        On the same grid; any of its labels counts.

    Raises
    ------
    GeometryError
        When the region lies on another grid.
    """
    return _cut(labels, _is_in(region, labels, "segment.intersection"))


@step(version=1)
def difference(labels: Labels, region: Labels) -> Labels:
    """Keep of each structure what lies outside a region.

    Parameters
    ----------
    labels : Labels
        The structures.
    region : Labels
        On the same grid; any of its labels counts.

    Raises
    ------
    GeometryError
        When the region lies on another grid.
    """
    return _cut(labels, ~_is_in(region, labels, "segment.difference"))


def _is_in(region: Labels, labels: Labels, step: str) -> AnyArray:
    if not region.grid.is_close(labels.grid):
        raise GeometryError(f"{step}: the region must lie on the labels' grid: resample it")
    return region.values != 0


def _cut(labels: Labels, is_kept: AnyArray) -> Labels:
    values = np.where(is_kept, labels.values, labels.values.dtype.type(0))
    if not values.any():
        notice("segment.nothing_inside", name=", ".join(labels.names.values()))
    return replace(labels, values=values)
