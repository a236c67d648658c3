"""How many voxels two segmentations agree on, block by block, and shares of these counts.

With A the voxels of a structure in the labels, B those in the truth, and all voxels as a whole::

    true positive   in A and in B        false positive  in A alone
    false negative  in B alone           true negative   in neither
"""

from collections.abc import Callable

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.progress import track
from diaphane.quality.blocks import block_edges, block_sums, jackknife
from diaphane.quality.checks import same_grid

_BLOCKS = 8  # along each axis

Number = Callable[[DoubleArray], DoubleArray]
"""From m rows of (both, labels, truth, all) to m numbers."""


def inside(values: AnyArray, label: int | None) -> AnyArray:
    """Return where a structure is; all of them where none is named."""
    return values != 0 if label is None else values == label


def structure(label: int | None) -> str:
    """Return what is compared, for a sentence."""
    return "any structure" if label is None else f"label {label}"


def confusion(labels: Labels, truth: Labels, label: int | None, step_name: str) -> DoubleArray:
    """Return voxels in both, in labels, in truth, and at all, for each block: (n_blocks, 4)."""
    same_grid(labels, truth, step_name)
    slices, *in_slice = block_edges(labels.grid.shape, _BLOCKS)
    sums = np.zeros((len(slices) - 1, np.prod([len(e) - 1 for e in in_slice]), 4))
    for k in track(range(labels.grid.shape[0]), step_name):
        one, other = inside(labels.values[k], label), inside(truth.values[k], label)
        block = int(np.searchsorted(slices, k, side="right")) - 1
        for column, part in enumerate((one & other, one, other, np.ones_like(one))):
            sums[block, :, column] += block_sums(part, in_slice)
    return sums.reshape(-1, 4)


def share(
    sums: DoubleArray, number: Number, low: float = 0.0, high: float = 1.0
) -> tuple[float, tuple[float, float] | None]:
    """Return a number and its interval, held within the bounds of what it may be."""
    value, interval = jackknife(sums, number)
    if interval is not None:
        interval = max(interval[0], low), min(interval[1], high)
    return value, interval


def need(sums: DoubleArray, column: int, who: str, label: int | None, step_name: str) -> None:
    """Raise ``InputError`` unless `who` has a voxel of the structure (1 labels, 2 truth)."""
    if not sums[:, column].any():
        raise InputError(f"{step_name}: {who} has no voxel of {structure(label)}: check the label")


def ratio(part: DoubleArray, whole: DoubleArray) -> DoubleArray:
    """Return part / whole; where a block held the whole structure, nothing is left to disagree."""
    return np.where(whole > 0, part / np.where(whole > 0, whole, 1), 1.0)
