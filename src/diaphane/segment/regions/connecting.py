"""Which voxels hang together: the one place that calls the library for it."""

from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray

Connectivity = Literal[6, 18, 26]
"""How many neighbors a voxel has: across faces, also across edges, also across corners."""


def connect(values: AnyArray, connectivity: Connectivity) -> tuple[AnyArray, int]:
    """Return the number of each voxel's connected part, from 1 in array order, and how many.

    Parameters
    ----------
    values : (slices, rows, columns) bool or integers
        Voxels hang together only with neighbors of the same value; 0 belongs to no part.
    connectivity : {6, 18, 26}
        How many neighbors a voxel has.
    """
    import cc3d

    if not values.flags.writeable:
        values = np.array(values)  # the library wants to be able to write, though it does not
    return cc3d.connected_components(values, connectivity=connectivity, return_N=True)


def connect_plane(values: AnyArray, connectivity: Connectivity) -> tuple[AnyArray, int]:
    """Return the parts of one slice, as :func:`connect`: across edges, with 18 and 26 corners too.

    Parameters
    ----------
    values : (rows, columns) bool or integers
        Pixels hang together only with neighbors of the same value; 0 belongs to no part.
    connectivity : {6, 18, 26}
        As in a volume.
    """
    import cc3d

    flat = np.array(values)
    neighbors = 4 if connectivity == 6 else 8
    return cc3d.connected_components(flat, connectivity=neighbors, return_N=True)
