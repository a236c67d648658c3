"""Local thresholds: each voxel against the mean m and the deviation s in a window around it.

::

    local_mean   t = m - offset
    niblack      t = m + k s
    sauvola      t = m (1 + k (s / R - 1))
    wolf         t = m + k (s / R - 1) (m - M)
    phansalkar   t = m (1 + p exp(-q m) + k (s / R - 1))

with R the largest deviation that can be (wolf: that there is) and M the smallest value. Sauvola
and Phansalkar count values from black, Phansalkar in shares of the span from black to white.

References
----------
W. Niblack, "An Introduction to Digital Image Processing", Prentice-Hall 1986, pages 115-116.
J. Sauvola, M. Pietikäinen, "Adaptive document image binarization", Pattern Recognition 33(2),
2000, equation 5.
C. Wolf, J.-M. Jolion, "Extraction and recognition of artificial text in multimedia documents",
Pattern Analysis and Applications 6(4), 2004, equation 5.
N. Phansalkar, S. More, A. Sabale, M. Joshi, "Adaptive local thresholding for detection of nuclei
in diversity stained cytology images", International Conference on Communications and Signal
Processing, 2011, equation 4.
"""

from typing import Annotated

from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.segment.thresholding import rules
from diaphane.segment.thresholding.labeling import Side, Structure, Threshold, labels_of
from diaphane.segment.thresholding.local_sums import cut, largest_deviation
from diaphane.segment.thresholding.windows import Across, Local, Window, look
from diaphane.step import step

Spread = Annotated[float, Range(1e-6, 100_000, scale="log", unit="{image}")]
"""A standard deviation, in the image's unit."""


@step(version=1)
def local_mean(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    offset: Threshold = 0.0,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what is brighter than the mean of its surroundings.

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
        How far below the mean the threshold lies, in the image's unit.
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
    label = "segment.local_mean"
    local = look(image, within, window, across, label)
    kept = cut(local, rules.OFFSET, (offset,), is_below=side == "below", label=label)
    return labels_of(image, kept, structure)


@step(version=1)
def niblack(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    k: Annotated[float, Range(-2, 2)] = -0.2,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what stands out from its surroundings by some deviations.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    k : number
        How many deviations above the mean the threshold lies. (The k of scikit-image is -k.)
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
    label = "segment.niblack"
    local = look(image, within, window, across, label)
    kept = cut(local, rules.NIBLACK, (k,), is_below=side == "below", label=label)
    return labels_of(image, kept, structure)


@step(version=1)
def sauvola(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    k: Annotated[float, Range(-2, 2)] = 0.2,
    deviation: Spread | None = None,
    black: Threshold | None = None,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label by the mean of the surroundings, the lower the less contrast there is.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    k : number
        How far below the mean the threshold sinks where there is no contrast.
    deviation : number, optional
        The largest deviation that there can be, R; by default half the span from black to the
        largest value.
    black : number, optional
        The value that counts as black, in the image's unit; by default 0, or the smallest value
        where that is negative.
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
    label = "segment.sauvola"
    local = look(image, within, window, across, label)
    low = _black(local, black)
    full = _full(local, low, deviation, label)
    kept = cut(local, rules.SAUVOLA, (k, full, low), is_below=side == "below", label=label)
    return labels_of(image, kept, structure)


@step(version=1)
def wolf(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    k: Annotated[float, Range(-2, 2)] = 0.5,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label by the mean of the surroundings, with contrast measured by that of the image.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    k : number
        How far toward the smallest value the threshold sinks where there is no contrast.
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
    label = "segment.wolf"
    local = look(image, within, window, across, label)
    most = largest_deviation(local, label)
    if most <= 0:
        raise InputError(f"{label}: all values are {local.low:g}, so that nothing can be separated")
    kept = cut(local, rules.WOLF, (k, most, local.low), is_below=side == "below", label=label)
    return labels_of(image, kept, structure)


@step(version=1)
def phansalkar(
    image: Image,
    within: Labels | None = None,
    *,
    window: Window = 15.0,
    k: Annotated[float, Range(-2, 2)] = 0.25,
    deviation: Annotated[float, Range(0.001, 1, scale="log")] = 0.5,
    p: Annotated[float, Range(0, 10)] = 2.0,
    q: Annotated[float, Range(0, 100)] = 10.0,
    black: Threshold | None = None,
    white: Threshold | None = None,
    across: Across = "slice",
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label as Sauvola does, with a threshold that rises where all is dark.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only where these are not 0 values count and voxels are labeled.
    window : number
        Width of the window in mm, or in pixels where the grid has no millimeters: the largest
        odd number of voxels that fits.
    k : number
        How far below the mean the threshold sinks where there is no contrast.
    deviation : number
        The largest deviation that there can be, R, as a share of the span from black to white.
    p, q : number
        How much the threshold rises where the mean is black, and how soon that ends.
    black : number, optional
        The value that counts as black, in the image's unit; by default 0, or the smallest value
        where that is negative.
    white : number, optional
        The value that counts as white; by default the largest.
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
    label = "segment.phansalkar"
    local = look(image, within, window, across, label)
    low, high = _black(local, black), local.high if white is None else white
    if high <= low:
        raise InputError(f"{label}: white must be > black, got {high:g} and {low:g}")
    kept = cut(
        local,
        rules.PHANSALKAR,
        (k, deviation, low, high - low, p, q),
        is_below=side == "below",
        label=label,
    )
    return labels_of(image, kept, structure)


def _black(local: Local, black: float | None) -> float:
    return min(0.0, local.low) if black is None else black


def _full(local: Local, black: float, deviation: float | None, label: str) -> float:
    if deviation is not None:
        return deviation
    half = (local.high - black) / 2
    if half <= 0:
        raise InputError(f"{label}: no value lies above black, {black:g}: lower it")
    notice("segment.full_deviation", value=half, unit=local.image.quantity.unit)
    return half
