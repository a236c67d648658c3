"""The interval of a number that is computed from many voxels which are not independent.

Noise and errors in images hang together from voxel to voxel, so that dividing by the root of the
number of voxels makes intervals far too narrow. Here the volume is cut into blocks, the number is
computed again with each block left out, and its scatter gives the interval: the *block jackknife*.
It is right as long as what is farther apart than a block is independent, and too narrow beyond.

References
----------
B. Efron, *The Jackknife, the Bootstrap and Other Resampling Plans*, SIAM, 1982, chapter 3.
H. R. Künsch, "The jackknife and the bootstrap for general stationary observations", Annals of
Statistics 17(3), 1989: blocks for values that hang together.
"""

from collections.abc import Callable, Sequence

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray

_FEWEST = 4  # with fewer blocks an interval says more about chance than about the image


def block_edges(shape: Sequence[int], n_blocks: int) -> list[AnyArray]:
    """Return where an axis of each length is cut into at most `n_blocks` nearly equal parts."""
    return [np.linspace(0, n, min(n_blocks, n) + 1).round().astype(np.int64) for n in shape]


def block_sums(values: AnyArray, edges: Sequence[AnyArray]) -> DoubleArray:
    """Return the sums over all blocks, as float64: one number a block, in array order."""
    sums = values
    for axis, cuts in enumerate(edges):
        sums = np.add.reduceat(sums, cuts[:-1], axis=axis, dtype=np.float64)
    return np.asarray(sums, dtype=np.float64).reshape(-1)


def jackknife(
    sums: DoubleArray, number: Callable[[DoubleArray], DoubleArray]
) -> tuple[float, tuple[float, float] | None]:
    """Return a number and its 95 % interval, by leaving out one block after the other.

    Parameters
    ----------
    sums : (n_blocks, n_sums)
        What the number is computed from, for each block; blocks of zeros do not count.
    number : callable
        From m rows of sums to m numbers.

    Returns
    -------
    value : float
        The number from the sums over all blocks.
    interval : tuple of float, or None
        Value ± Student's t times the jackknife's standard deviation; none with fewer than four
        blocks.
    """
    from scipy.special import stdtrit

    sums = sums[(sums != 0).any(axis=1)]
    n, total = len(sums), sums.sum(axis=0, keepdims=True)
    value = float(number(total)[0])
    if n < _FEWEST:
        return value, None
    without = number(total - sums)
    deviation = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    half = float(stdtrit(n - 1, 0.975)) * deviation
    return value, (value - half, value + half)
