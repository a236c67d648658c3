"""Thresholds that somebody names: one, two, or two of which one is sure."""

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.segment.checks import single_values
from diaphane.segment.regions.connecting import Connectivity, connect
from diaphane.segment.thresholding.labeling import Structure, Threshold, labels_of
from diaphane.step import step


@step(version=1)
def fixed(
    image: Image, *, low: Threshold, high: Threshold | None = None, structure: Structure = "inside"
) -> Labels:
    """Label what lies between two values.

    Parameters
    ----------
    image : Image
        Real, without channels.
    low : number
        The smallest value inside, in the image's unit.
    high : number, optional
        The largest value inside; by default there is none.
    structure : str
        What the labeled structure is called.

    Returns
    -------
    Labels
        1 where ``low <= value <= high``.

    Raises
    ------
    InputError
        When `low` is above `high`, or a value is not finite, or the image has channels.
    """
    values = single_values(image, "segment.fixed")
    if high is None:
        return labels_of(image, values >= low, structure)
    if low > high:
        raise InputError(f"segment.fixed: low must be <= high, got {low} and {high}")
    return labels_of(image, (values >= low) & (values <= high), structure)


@step(version=1)
def hysteresis(
    image: Image,
    *,
    low: Threshold,
    high: Threshold,
    connectivity: Connectivity = 26,
    structure: Structure = "inside",
) -> Labels:
    """Label what is at least likely and hangs together with something sure.

    A single threshold either loses thin bone or keeps noise. Here every voxel at or above `high`
    is inside, and every voxel at or above `low` that is connected with one through such voxels.

    Parameters
    ----------
    image : Image
        Real, without channels.
    low, high : number
        The smallest value that is likely inside, and that surely is, in the image's unit.
    connectivity : {6, 18, 26}
        Neighbors across faces, also across edges, also across corners.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When `low` is above `high`, or a value is not finite, or the image has channels.

    References
    ----------
    J. Canny, "A computational approach to edge detection", IEEE Transactions on Pattern Analysis
    and Machine Intelligence 8(6), 1986, section VIII: thresholding with hysteresis.
    """
    values = single_values(image, "segment.hysteresis")
    if low > high:
        raise InputError(f"segment.hysteresis: low must be <= high, got {low} and {high}")
    return labels_of(
        image, hanging_together(values >= low, values >= high, connectivity), structure
    )


def hanging_together(likely: AnyArray, sure: AnyArray, connectivity: Connectivity) -> AnyArray:
    """Return the likely voxels that are connected with a sure one through likely ones."""
    parts, n_parts = connect(likely, connectivity)
    is_kept = np.zeros(n_parts + 1, bool)
    for part, here in zip(parts, sure):
        is_kept[part[here]] = True
    is_kept[0] = False
    return is_kept[parts]
