"""Watershed: from seeds, each basin is flooded until it meets its neighbors."""

from dataclasses import replace
from typing import Literal

import numpy as np

from diaphane.arrays import AnyArray, IntArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.segment.checks import same_shape, single_values
from diaphane.segment.regions.connecting import Connectivity
from diaphane.segment.regions.flood_kernels import (
    KEY,
    LABEL,
    OUTSIDE,
    count_levels,
    flood,
    put_seeds,
)
from diaphane.step import step

_BYTES = 22  # labels, levels, the queue's links and buckets, input and result
_AT_ONCE = 2_000_000  # voxels between two looks at whether to stop
_SHARING = 4  # voxels of the image for each bucket


@step(version=1)
def watershed(
    image: Image,
    seeds: Labels,
    mask: Labels | None = None,
    *,
    connectivity: Connectivity = 6,
    borders: Literal["touching", "line"] = "touching",
) -> Labels:
    """Let seeds grow over an image like water that rises: where two meet is a ridge.

    The image is a landscape: a gradient, whose ridges are edges, or the negative of a distance,
    whose ridges are necks between things that touch.

    Parameters
    ----------
    image : Image
        The heights; real, without channels.
    seeds : Labels
        On the image's grid: where the flood of each label begins.
    mask : Labels, optional
        On the image's grid: only labeled voxels are flooded; by default all.
    connectivity : {6, 18, 26}
        Into which neighbors water runs: across faces, also edges, also corners.
    borders : {"touching", "line"}
        Whether basins touch, or are kept apart by a line of voxels without label.

    Returns
    -------
    Labels
        Each voxel that water can reach has the label, and its names, of a seed from which the
        highest voxel on the way is as low as can be. Exact at plateaus: of equal heights, voxels
        are flooded in the order in which water came to them, seeds in array order, the neighbors
        of one voxel in array order. A seed keeps its label. Voxels of the mask that hang together
        with no seed have none.

    Raises
    ------
    GeometryError
        When seeds or mask are on another grid.
    InputError
        When there is no seed, or none within the mask, a value is not finite, or the image is too
        large for the memory.

    References
    ----------
    S. Beucher and F. Meyer, "The morphological approach to segmentation: the watershed
    transformation", in "Mathematical morphology in image processing", Dekker 1993, chapter 12. We
    take the lowest voxel of all that wait, not one at the level reached, so that a basin within a
    basin fills up at once. With a line, a voxel waits but once and takes the label that all its
    labeled neighbors have, or none; scikit-image's lines differ.
    """
    values = single_values(image, "segment.watershed")
    check_room("segment.watershed", image.grid.shape, _BYTES)
    cells = np.zeros((*[n + 2 for n in image.grid.shape], 3), np.int32)
    cells[..., LABEL] = OUTSIDE
    flooded = cells[1:-1, 1:-1, 1:-1, LABEL]
    flooded[:] = _start(image, seeds, mask)
    cells[1:-1, 1:-1, 1:-1, KEY] = _keys_of(values)
    _flood(cells, _offsets(cells.shape, connectivity), has_line=borders == "line")
    n_dry = int((flooded == 0).sum())
    if n_dry:
        notice("segment.not_reached", voxels=n_dry)
    dtype = seeds.values.dtype
    return replace(seeds, values=np.where(flooded > 0, flooded, 0).astype(dtype))


def _start(image: Image, seeds: Labels, mask: Labels | None) -> AnyArray:
    """Return the seeds, and what lies out of the mask marked so."""
    same_shape(seeds, image.grid, "seeds", "segment.watershed")
    if seeds.values.min() < 0 or seeds.values.max() >= 2**31:
        raise InputError("segment.watershed takes seeds with labels of 1 to 2147483647")
    if not seeds.values.any():
        raise InputError("segment.watershed needs at least one seed, and no voxel is labeled")
    if mask is None:
        return seeds.values
    same_shape(mask, image.grid, "a mask", "segment.watershed")
    labels = np.where(mask.values != 0, seeds.values.astype(np.int32), OUTSIDE)
    if not (labels > 0).any():
        raise InputError("segment.watershed needs a seed within the mask, all lie outside")
    n_lost = int((seeds.values[mask.values == 0] != 0).sum())
    if n_lost:
        notice("segment.seeds_outside", voxels=n_lost)
    return labels


def _flood(cells: IntArray, offsets: IntArray, *, has_line: bool) -> None:
    """Flood the cells, in place."""
    flat = cells.reshape(-1, 3)
    counts = np.zeros(2**16, np.int64)
    count_levels(flat, counts)
    base = np.concatenate([[0], np.cumsum(np.minimum(-(-counts // _SHARING), 2**16))])
    buckets = np.full((int(base[-1]), 3), -1, np.int32)
    sizes = [-(-len(buckets) // 32)]
    while sizes[-1] > 1:
        sizes.append(-(-sizes[-1] // 32))
    tiers = np.concatenate([[0], np.cumsum(sizes)])[:-1]
    queue = base, buckets, np.zeros(sum(sizes), np.int64), tiers
    put_seeds(flat, offsets, *queue)
    for _ in track(range(-(-len(flat) // _AT_ONCE)), "segment.watershed"):
        flood(flat, offsets, has_line, _AT_ONCE, *queue)


def _keys_of(values: AnyArray) -> IntArray:
    """Return whole numbers of 32 bits in the order of the values, equal where they are equal."""
    dtype = values.dtype
    if (dtype.kind in "biu" and dtype.itemsize <= 2) or dtype == np.int32:
        return values.astype(np.int32)
    if dtype.kind == "f":
        single = values.astype(np.float32)
        if dtype.itemsize <= 4 or np.array_equal(single, values):
            bits = (single + np.float32(0)).view(np.int32)  # -0 is 0
            return np.where(bits < 0, bits ^ np.int32(0x7FFFFFFF), bits)
    return np.unique(values, return_inverse=True)[1].astype(np.int32).reshape(values.shape)


def _offsets(shape: tuple[int, ...], connectivity: Connectivity) -> IntArray:
    """Return the steps in the flat array to the neighbors, in array order."""
    most = {6: 1, 18: 2, 26: 3}[connectivity]
    steps = np.indices((3, 3, 3)).reshape(3, -1).T - 1
    n_moved = np.abs(steps).sum(axis=1)
    near = steps[(n_moved > 0) & (n_moved <= most)]
    return (near @ [shape[1] * shape[2], shape[2], 1]).astype(np.int32)
