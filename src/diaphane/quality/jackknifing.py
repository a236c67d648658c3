"""Intervals of curves: the scatter of what is found when one part after the other is left out."""

import numpy as np

from diaphane.arrays import DoubleArray


def leave_one_out(without: DoubleArray) -> DoubleArray:
    """Return half the 95 % interval of each point of a curve, by the jackknife.

    Parameters
    ----------
    without : (n_parts, n) float64
        The curve found without each of the parts.

    Returns
    -------
    (n,) float64
        Student's t times the jackknife's standard deviation.
    """
    from scipy.special import stdtrit

    n = len(without)
    spread = np.sqrt((n - 1) / n * ((without - without.mean(axis=0)) ** 2).sum(axis=0))
    return np.asarray(stdtrit(n - 1, 0.975) * spread)
