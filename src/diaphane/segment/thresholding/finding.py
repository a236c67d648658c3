"""Thresholds that the histogram gives: the value, and the labels above it."""

from typing import Annotated, Literal

import numpy as np

from diaphane.errors import InputError
from diaphane.image import Histogram, Image, Labels, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.segment.checks import mask_of
from diaphane.segment.thresholding.counting import Bins, Rules, count, without_empty_ends
from diaphane.segment.thresholding.labeling import Side, Structure, Threshold, labels_beside
from diaphane.segment.thresholding.methods import METHODS, Method
from diaphane.segment.thresholding.methods.classes import multi_otsu_bins
from diaphane.step import step

Span = tuple[Threshold, Threshold]
"""Two growing values, in the image's unit."""
Classes = Annotated[int, Range(2, 255, scale="log")]
"""Into how many classes the values are divided."""


@step(version=1)
def threshold_value(
    image: Image,
    within: Labels | None = None,
    *,
    method: Method = "otsu",
    bins: Bins = 256,
    range: Span | None = None,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
) -> Measurement:
    """Return the threshold that a method finds in the histogram; above it is bright.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count. Elsewhere the image may hold NaN.
    method : str
        How the threshold is found; see the concept page on thresholds for what each supposes.
    bins : int
        Into how many bins the range is divided. Whole numbers that span at most 65 536 values
        have a bin each instead, unless `range` is given.
    range : two numbers, optional
        Lower edge of the first and upper edge of the last bin, in the image's unit; values beyond
        take no part. By default the smallest and the largest value that count.
    ignore_below, ignore_above : number, optional
        Values beyond take no part, in the image's unit: padding around a round field of view,
        metal.

    Returns
    -------
    Measurement
        Mostly the center of the last dark bin, in the image's unit. The interval runs over all
        thresholds that split this histogram in the same way: at least over the bin, and over the
        whole gap where no value lies between the classes.

    Raises
    ------
    InputError
        When no value counts, all are the same, one is not finite, the image has channels, or the
        method finds nothing in this histogram.
    GeometryError
        When `within` lies on another grid.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 12, 13, 40, 41, 42, 43]]], dtype=np.int16)
    >>> image = Image(values, Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)
    >>> print(threshold_value(image, method="isodata"))
    26 HU [12.5, 39.5]
    """
    rules = Rules(bins, range, ignore_below, ignore_above)
    return _found(image, within, method, rules, "segment.threshold_value")


@step(version=1)
def threshold(
    image: Image,
    within: Labels | None = None,
    *,
    method: Method = "otsu",
    bins: Bins = 256,
    range: Span | None = None,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what lies above, or below, the threshold that a method finds in the histogram.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count, and only there voxels are labeled.
    method, bins, range, ignore_below, ignore_above
        As in ``segment.threshold_value``. Ignored values are labeled like all others.
    side : {"above", "below"}
        Whether what is > the threshold is labeled, or what is at or below it.
    structure : str
        What the labeled structure is called.

    Returns
    -------
    Labels
        1 on the chosen side of the threshold, which a notice names.
    """
    rules = Rules(bins, range, ignore_below, ignore_above)
    value = _value(_counted(image, within, rules, "segment.threshold"), method, "segment.threshold")
    return _labels(image, within, value, side, structure, "segment.threshold")


@step(version=1)
def otsu_threshold(
    image: Image,
    within: Labels | None = None,
    *,
    bins: Bins = 256,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
) -> Measurement:
    """Return the threshold that separates dark from bright best; above it is bright.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count.
    bins, ignore_below, ignore_above
        As in ``segment.threshold_value``, of which this is the method ``otsu``.

    Returns
    -------
    Measurement
        The center of the last dark bin, in the image's unit. The interval runs over all
        thresholds that split this histogram equally well: at least over that bin, and over the
        whole gap where no value lies between the classes.

    Examples
    --------
    >>> from diaphane.image import Quantity
    >>> from diaphane.space import Grid
    >>> values = np.array([[[10, 11, 12, 13, 40, 41, 42, 43]]], dtype=np.int16)
    >>> image = Image(values, Grid.centered(values.shape, 1), Quantity.HOUNSFIELD)
    >>> print(otsu_threshold(image))
    13 HU [12.5, 39.5]
    """
    rules = Rules(bins, low=ignore_below, high=ignore_above)
    return _found(image, within, "otsu", rules, "segment.otsu_threshold")


@step(version=1)
def otsu(
    image: Image,
    within: Labels | None = None,
    *,
    bins: Bins = 256,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
    structure: Structure = "inside",
) -> Labels:
    """Label what is brighter than the threshold that separates dark from bright best.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count, and only there voxels are labeled.
    bins, ignore_below, ignore_above
        As in ``segment.threshold_value``. Ignored values are labeled like all others.
    structure : str
        What the labeled structure is called.

    Returns
    -------
    Labels
        1 where the value is > the threshold, which a notice names.
    """
    rules = Rules(bins, low=ignore_below, high=ignore_above)
    value = _value(_counted(image, within, rules, "segment.otsu"), "otsu", "segment.otsu")
    return _labels(image, within, value, "above", structure, "segment.otsu")


@step(version=1)
def multi_otsu(
    image: Image,
    within: Labels | None = None,
    *,
    classes: Classes = 3,
    bins: Bins = 256,
    range: Span | None = None,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
) -> Labels:
    """Divide the values into several classes whose means lie as far apart as can be.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count, and only there voxels are labeled.
    classes : int
        How many classes, the background's among them.
    bins, range, ignore_below, ignore_above
        As in ``segment.threshold_value``. Ignored values are labeled like all others.

    Returns
    -------
    Labels
        1 for the darkest class to `classes` for the brightest; 0 only where `within` is 0. A
        notice names the thresholds; a class holds its upper one.

    Raises
    ------
    InputError
        When there are more classes than values, beside the reasons of ``segment.threshold_value``.

    Notes
    -----
    Exact for any number of classes: a dynamic program finds the best of all splits.
    """
    label = "segment.multi_otsu"
    rules = Rules(bins, range, ignore_below, ignore_above)
    histogram = _counted(image, within, rules, label)
    cuts = histogram.centers[multi_otsu_bins(histogram, classes, label)]
    words = ", ".join(f"{cut:.6g}" for cut in cuts)
    notice("segment.thresholds_chosen", values=words, unit=image.quantity.unit)
    inside = mask_of(within, image, label)
    labels = np.empty(image.values.shape, np.uint8)
    for k, (part, here) in enumerate(zip(image.values, labels)):
        here[...] = 1
        for cut in cuts:
            here += part > cut
        if inside is not None:
            here[inside[k] == 0] = 0
    names = {k + 1: f"class {k + 1}" for k in np.arange(classes).tolist()}
    return Labels(labels, image.grid, names)


@step(version=1)
def histogram(
    image: Image,
    within: Labels | None = None,
    *,
    method: Method | Literal["multi_otsu"] | None = None,
    classes: Classes = 3,
    bins: Bins = 256,
    range: Span | None = None,
    ignore_below: Threshold | None = None,
    ignore_above: Threshold | None = None,
) -> Histogram:
    """Count how often each value occurs, and mark the threshold that a method finds there.

    Parameters
    ----------
    image : Image
        Real, without channels.
    within : Labels, optional
        Only values where these are not 0 count.
    method : str, optional
        Whose threshold is marked; without it none is.
    classes : int
        How many classes the method ``multi_otsu`` makes; others make two.
    bins, range, ignore_below, ignore_above
        As in ``segment.threshold_value``.

    Returns
    -------
    Histogram
        Its ends and the width of its bins say which values were counted how finely.
    """
    label = "segment.histogram"
    counted = count(image, within, Rules(bins, range, ignore_below, ignore_above), label)
    marks: tuple[float, ...] = ()
    if method is not None:
        inner = without_empty_ends(counted, label)
        if method == "multi_otsu":
            marks = tuple(inner.centers[multi_otsu_bins(inner, classes, label)].tolist())
        else:
            marks = (_value(inner, method, label),)
    return Histogram(
        counted.counts,
        counted.edges,
        counted.smallest,
        counted.largest,
        counted.unit,
        marks,
        counted.name,
    )


def _found(
    image: Image, within: Labels | None, method: Method, rules: Rules, label: str
) -> Measurement:
    counted = _counted(image, within, rules, label)
    value = _value(counted, method, label)
    interval = _equal_splits(counted, value)
    name = f"{method.replace('_', ' ').capitalize()} threshold"
    return Measurement(value, image.quantity.unit, interval, name=name)


def _counted(image: Image, within: Labels | None, rules: Rules, label: str) -> Histogram:
    return without_empty_ends(count(image, within, rules, label), label)


def _value(counted: Histogram, method: Method, label: str) -> float:
    try:
        return METHODS[method](counted)
    except InputError as error:
        raise InputError(f"{label}: {error}") from None


def _equal_splits(counted: Histogram, value: float) -> tuple[float, float]:
    """Return from where to where a threshold may move without changing the split into bins."""
    edges = counted.edges
    here = int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(edges) - 2))
    filled = np.flatnonzero(counted.counts)
    k = int(np.searchsorted(filled, here, side="right"))
    first = filled[max(k - 1, 0)]
    last = filled[k] if k < len(filled) else len(edges) - 1
    return float(edges[first]), float(edges[last])


def _labels(
    image: Image, within: Labels | None, value: float, side: Side, structure: str, label: str
) -> Labels:
    notice("segment.threshold_chosen", value=value, unit=image.quantity.unit)
    return labels_beside(image, mask_of(within, image, label), value, side, structure)
