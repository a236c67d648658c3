"""Thresholds that were found elsewhere, in this image or in others, and flow in as measurements."""

from diaphane.errors import InputError, QuantityError
from diaphane.image import Image, Labels, Measurement
from diaphane.segment.checks import mask_of, single_values, values_inside
from diaphane.segment.regions.connecting import Connectivity
from diaphane.segment.thresholding.labeling import (
    Side,
    Structure,
    is_above,
    labels_beside,
    labels_of,
)
from diaphane.segment.thresholding.thresholds import hanging_together
from diaphane.step import step


@step(version=1)
def apply_threshold(
    image: Image,
    threshold: Measurement,
    within: Labels | None = None,
    *,
    side: Side = "above",
    structure: Structure = "inside",
) -> Labels:
    """Label what lies above, or below, a threshold that was found before.

    Parameters
    ----------
    image : Image
        Real, without channels.
    threshold : Measurement
        In the image's unit: from ``segment.threshold_value``, ``percentile_threshold``,
        ``prior_volume_threshold`` or ``learned_threshold``, of this image or of another.
    within : Labels, optional
        Only there voxels are labeled. Elsewhere the image may hold NaN.
    side : {"above", "below"}
        Whether what is > the threshold is labeled, or what is at or below it.
    structure : str
        What the labeled structure is called.

    Returns
    -------
    Labels
        1 on the chosen side of the threshold.

    Raises
    ------
    QuantityError
        When the threshold has another unit than the image.
    InputError
        When a value is not finite, the image has channels, or `within` holds no voxel.
    GeometryError
        When `within` lies on another grid.
    """
    label = "segment.apply_threshold"
    value = _in_unit_of(image, threshold, "threshold", label)
    values_inside(image, within, label)
    return labels_beside(image, mask_of(within, image, label), value, side, structure)


@step(version=1)
def apply_hysteresis(
    image: Image,
    low: Measurement,
    high: Measurement,
    *,
    connectivity: Connectivity = 26,
    structure: Structure = "inside",
) -> Labels:
    """Label what lies above a low threshold and hangs together with something above a high one.

    As ``segment.hysteresis``, with thresholds that were found before: of two methods, or learned.

    Parameters
    ----------
    image : Image
        Real, without channels.
    low, high : Measurement
        Above them a voxel is likely inside, and surely is; in the image's unit.
    connectivity : {6, 18, 26}
        Neighbors across faces, also across edges, also across corners.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    QuantityError
        When a threshold has another unit than the image.
    InputError
        When `low` is above `high`, or a value is not finite, or the image has channels.
    """
    label = "segment.apply_hysteresis"
    single_values(image, label)
    likely = _in_unit_of(image, low, "low", label)
    sure = _in_unit_of(image, high, "high", label)
    if likely > sure:
        raise InputError(f"{label}: low must be <= high, got {low} and {high}")
    kept = hanging_together(is_above(image, likely), is_above(image, sure), connectivity)
    return labels_of(image, kept, structure)


def _in_unit_of(image: Image, threshold: Measurement, name: str, label: str) -> float:
    if threshold.unit != image.quantity.unit:
        raise QuantityError(
            f"{label}: {name} must be in {image.quantity.unit or 'numbers without a unit'} as the "
            f"image is, got {threshold}"
        )
    return threshold.value
