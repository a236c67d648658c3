"""The skeleton of a structure: its middle lines and sheets, one voxel thin, as connected as it."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from diaphane.arrays import AnyArray, ByteArray
from diaphane.image import Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.segment.regions.plane_thinning import thin_slices
from diaphane.segment.regions.structures import boxes_of
from diaphane.segment.regions.thinning import thin
from diaphane.step import step


@step(version=1)
def skeleton(labels: Labels) -> Labels:
    """Thin each structure to lines that have its parts, its branches and its tunnels.

    Parameters
    ----------
    labels : Labels
        Each label is looked at by itself. A cavity inside stays wrapped in a sheet, as it must.

    Returns
    -------
    Labels
        The labels of the voxels that are left, with the same names. Line ends are kept, so that a
        rough surface leaves short side branches: smooth it before. Voxels are taken as equally
        long on all sides: resample first where they are far from it.

    Notes
    -----
    Directional thinning after T.-C. Lee, R. L. Kashyap and C.-N. Chu (CVGIP: Graphical Models and
    Image Processing 56(6), 1994). In departure from most programs after it (scikit-image 0.26,
    ITK), each removal is checked in full again when it is done, so that connected parts, tunnels
    and cavities (26 neighbors inside, 6 outside) are exactly those of before.

    Examples
    --------
    >>> from diaphane.space import Grid
    >>> bar = np.ones((1, 3, 7), np.uint8)
    >>> skeleton(Labels(bar, Grid.centered(bar.shape, 1))).values.tolist()
    [[[0, 0, 0, 0, 0, 0, 0], [1, 1, 1, 1, 1, 1, 0], [0, 0, 0, 0, 0, 0, 0]]]
    """
    return _thinned(labels, thin, "segment.skeleton")


@step(version=1)
def skeleton_of_slices(labels: Labels) -> Labels:
    """Thin each structure within each slice by itself, to lines with its branches and its holes.

    Parameters
    ----------
    labels : Labels
        Each label is looked at by itself.

    Returns
    -------
    Labels
        The labels of the pixels that are left, with the same names.

    Notes
    -----
    Z. Guo and R. W. Hall, Communications of the ACM 32(3), 1989, algorithm A1.
    """
    return _thinned(labels, thin_slices, "segment.skeleton_of_slices")


def _thinned(labels: Labels, thinning: Callable[[AnyArray], ByteArray], name: str) -> Labels:
    """Thin each label within its box."""
    check_room(name, labels.grid.shape, 4)
    values = np.zeros_like(labels.values)
    if not labels.values.any():
        notice("segment.nothing_inside", name=", ".join(labels.names.values()))
    for label, box in boxes_of(labels.values):
        left = thinning(labels.values[box] == label)
        values[box][left > 0] = label
    return replace(labels, values=values)
