"""How well two segmentations of thin structures agree along their centerlines.

References
----------
S. Shit et al., "clDice: a novel topology-preserving loss function for tubular structure
segmentation", CVPR (2021) 16560.
"""

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.errors import InputError
from diaphane.image import Labels, Measurement
from diaphane.quality.checks import same_grid
from diaphane.quality.confusion import confusion, need, ratio, share
from diaphane.step import step


@step(version=1)
def cl_dice(
    labels: Labels, truth: Labels, labels_skeleton: Labels, truth_skeleton: Labels
) -> Measurement:
    """Return how well two vessel trees agree along their centerlines: 1 is perfect.

    Parameters
    ----------
    labels, truth : Labels
        The vessels, on one grid; all labels together.
    labels_skeleton, truth_skeleton : Labels
        The centerline of each, within it.

    Returns
    -------
    Measurement
        The harmonic mean of two shares: of the first centerline that runs within the truth, and
        of the true one that runs within the labels. Thick and thin vessels count alike. Interval
        as in ``quality.dice``.

    Raises
    ------
    GeometryError
        When the grids differ.
    InputError
        When a centerline is empty, or leaves its own vessels.
    """
    name = "quality.cl_dice"
    for who, line, own in (("labels", labels_skeleton, labels), ("truth", truth_skeleton, truth)):
        same_grid(line, own, name)
        beyond = int(((line.values != 0) & (own.values == 0)).sum())
        if beyond:
            raise InputError(
                f"{name}: {who}_skeleton must lie within {who}, {beyond} of its voxels do not: "
                f"give the skeleton of the same labels"
            )
    found = confusion(labels_skeleton, truth, None, name)
    missed = confusion(truth_skeleton, labels, None, name)
    need(found, 1, "labels_skeleton", None, name)
    need(missed, 1, "truth_skeleton", None, name)
    sums = np.stack([found[:, 0], found[:, 1], missed[:, 0], missed[:, 1]], axis=1)
    value, interval = share(sums, _both)
    return Measurement(value, "", interval, "clDice")


def _both(sums: DoubleArray) -> DoubleArray:
    precise, complete = ratio(sums[:, 0], sums[:, 1]), ratio(sums[:, 2], sums[:, 3])
    total = precise + complete
    return np.where(total > 0, 2 * precise * complete / np.where(total > 0, total, 1), 0.0)
