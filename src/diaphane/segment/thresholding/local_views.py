"""Local thresholds from other views of the surroundings: extremes, bell-shaped means, medians.

References
----------
J. Bernsen, "Dynamic thresholding of gray-level images", International Conference on Pattern
Recognition, 1986.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.image import Image, Labels
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.thresholding.labeling import Side, Structure, Threshold, labels_of
from diaphane.segment.thresholding.windows import Across, Local, Window, look
from diaphane.step import step


@step(version=1)
def bernsen(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    contrast: Annotated[float, Range(0, 100_000, unit="{image}")] = 15.0,
    middle: Threshold | None = None,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what lies above the middle between the extremes of its surroundings.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    contrast : number
        Where the extremes lie less apart, in the image's unit, all of the window counts as one
        class: bright where the middle of the extremes is above `middle`.
    middle : number, optional
        By default the middle between the smallest and the largest value of the image.
    across : {"slice", "volume"}
        Whether the window lies within each slice or is a box in three dimensions.
    side : {"above", "below"}
        Whether what is > its threshold is labeled, or what is not: bright on dark, dark on bright.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When a value that counts is not finite, or the window is smaller than three voxels or
        larger than the image.
    """
    label = "segment.bernsen"
    local = look(image, within, window, across, label)
    center = (local.low + local.high) / 2 if middle is None else middle
    kept = np.empty(local.values.shape, bool)
    for k in track(range(len(kept)), label):
        low, high = _extremes(local, k)
        half = (low.astype(np.float64) + high) / 2
        is_bright = np.where(high - low < contrast, half > center, local.values[k] > half)
        kept[k] = is_bright if side == "above" else ~is_bright
    return labels_of(image, _within(local, kept), structure)


@step(version=1)
def local_gaussian(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    offset: Threshold = 0.0,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what is brighter than its surroundings, near ones weighing more.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    offset : number
        How far below the weighted mean the threshold lies, in the image's unit.
    across : {"slice", "volume"}
        Whether the window lies within each slice or is a box in three dimensions.
    side : {"above", "below"}
        Whether what is > its threshold is labeled, or what is not: bright on dark, dark on bright.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When a value that counts is not finite, or the window is smaller than three voxels or
        larger than the image.

    Notes
    -----
    The weights are a bell curve whose standard deviation is a sixth of the window, cut off at its
    edge, as in scikit-image. With a mask, what lies outside has no weight.
    """
    label = "segment.local_gaussian"
    local = look(image, within, window, across, label)
    kept = np.empty(local.values.shape, bool)
    for k in track(range(len(kept)), label):
        total, weight = _weighted(local, k)
        cut = total / weight + local.center - offset
        kept[k] = local.values[k] > cut if side == "above" else local.values[k] <= cut
    return labels_of(image, _within(local, kept), structure)


@step(version=1)
def local_median(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    offset: Threshold = 0.0,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what is brighter than the median of its surroundings.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    offset : number
        How far below the median the threshold lies, in the image's unit.
    across : {"slice", "volume"}
        Whether the window lies within each slice or is a box in three dimensions.
    side : {"above", "below"}
        Whether what is > its threshold is labeled, or what is not: bright on dark, dark on bright.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When a value that counts is not finite, or the window is smaller than three voxels or
        larger than the image.

    Notes
    -----
    Time grows with the number of voxels in the window.
    """
    from diaphane.parallel import spread
    from diaphane.segment.thresholding.local_kernels import median_rows

    label = "segment.local_median"
    local = look(image, within, window, across, label)
    kept = np.empty(local.values.shape, bool)
    median, half = np.empty(local.values.shape[1:]), np.array(local.half)
    for k in track(range(len(kept)), label):
        spread(median_rows, len(median), local.values, local.mask, k, half, median)
        cut = median - offset
        kept[k] = local.values[k] > cut if side == "above" else local.values[k] <= cut
    return labels_of(image, _within(local, kept), structure)


def _within(local: Local, kept: AnyArray) -> AnyArray:
    return kept & (local.mask != 0) if len(local.mask) else kept


def _slab(local: Local, k: int) -> list[int]:
    """Return the slices that the window around slice `k` holds, mirrored at the ends."""
    reach, n = local.half[0], len(local.values)
    near = np.abs(np.arange(k - reach, k + reach + 1))
    return np.where(near < n, near, 2 * (n - 1) - near).tolist()


def _extremes(local: Local, k: int) -> tuple[AnyArray, AnyArray]:
    """Return the smallest and the largest value in the window around each pixel of a slice."""
    from scipy import ndimage

    size = [2 * h + 1 for h in local.half[1:]]
    lows, highs = [], []
    for z in _slab(local, k):
        values = local.values[z]
        if not len(local.mask):
            lows.append(values)
            highs.append(values)
            continue
        known = local.mask[z] != 0
        lows.append(np.where(known, values, local.high))
        highs.append(np.where(known, values, local.low))
    low, high = np.minimum.reduce(lows), np.maximum.reduce(highs)
    low, high = (np.asarray(v, np.float64) for v in (low, high))
    return (
        np.asarray(ndimage.minimum_filter(low, size, mode="mirror")),
        np.asarray(ndimage.maximum_filter(high, size, mode="mirror")),
    )


def _weighted(local: Local, k: int) -> tuple[AnyArray, AnyArray]:
    """Return the weighted sums of values and of their number around each pixel of a slice."""
    from scipy import ndimage

    total, number = np.zeros((2, *local.values.shape[1:]))
    for z, w in zip(_slab(local, k), _bell(local.half[0])):
        values = local.values[z].astype(np.float64) - local.center
        known = local.mask[z] != 0 if len(local.mask) else np.ones(values.shape, bool)
        total += w * np.where(known, values, 0)
        number += w * known
    for axis, half in enumerate(local.half[1:]):
        total = ndimage.correlate1d(total, _bell(half), axis, mode="mirror")
        number = ndimage.correlate1d(number, _bell(half), axis, mode="mirror")
    return np.asarray(total), np.where(number > 0, number, 1)


def _bell(half: int) -> AnyArray:
    """Return the weights of 2 `half` + 1 neighbors: the standard deviation is a third of `half`."""
    if not half:
        return np.ones(1)
    weights = np.exp(-4.5 * (np.arange(-half, half + 1) / half) ** 2)
    return weights / weights.sum()
