"""The kernel of morphology: the largest value within an element around each voxel.

An element is cut into runs along the rows. The largest value of a run of 2, 4, 8 … voxels comes
from that of two half as long, and that of any length from two overlapping ones, so that a run costs
the logarithm of its length, in loops over whole rows that the compiler turns into SIMD.
"""

import numpy as np

from diaphane.arrays import AnyArray, IntArray
from diaphane.parallel import spread
from diaphane.simd import kernel


def largest_within(values: AnyArray, footprint: AnyArray, label: str) -> AnyArray:
    """Return for each voxel x the largest of values[x + b], over the b of the footprint.

    Parameters
    ----------
    values : (slices, rows, columns) real
        Finite.
    footprint : (odd, odd, odd) bool
        What lies beyond the values does not count.
    label : str
        What the progress is called.
    """
    floats = values.dtype.kind == "f"
    lowest = values.dtype.type(-np.inf if floats else np.iinfo(values.dtype).min)
    out = np.empty(values.shape, values.dtype)
    n_slices, n_rows, _ = values.shape
    spread(_largest, n_slices * n_rows, values, _runs(footprint), lowest, out, label=label)
    return out


def _runs(footprint: AnyArray) -> IntArray:
    """Return the runs of a footprint: offsets of slice, row and first column, and the length."""
    padded = np.zeros((*footprint.shape[:2], footprint.shape[2] + 2), np.int8)
    padded[:, :, 1:-1] = footprint
    change = np.diff(padded, axis=2)
    starts, ends = np.argwhere(change == 1), np.argwhere(change == -1)
    middle = [n // 2 for n in footprint.shape]
    lengths = ends[:, 2] - starts[:, 2]
    return np.column_stack([starts - middle, lengths]).astype(np.int32)


@kernel()
def _largest(
    first: int, last: int, values: AnyArray, runs: AnyArray, lowest: float, out: AnyArray
) -> None:
    n_slices, n_rows, n = values.shape
    size = n
    for k in range(len(runs)):
        size = max(size, n + runs[k, 3])
    one, other = np.empty(size, values.dtype), np.empty(size, values.dtype)
    for job in range(first, last):
        z, y = job // n_rows, job % n_rows
        best = out[z, y]
        best[:] = lowest
        for k in range(len(runs)):
            at_z, at_y, start, length = z + runs[k, 0], y + runs[k, 1], runs[k, 2], runs[k, 3]
            if 0 <= at_z < n_slices and 0 <= at_y < n_rows:
                _take(values[at_z, at_y], start, n + length - 1, lowest, one)
                span, one, other = _windows(one, other, n + length - 1, length)
                _raise(best, one, n, length - span)


@kernel(inline=True)
def _take(row: AnyArray, start: int, size: int, lowest: float, line: AnyArray) -> None:
    """Copy a row to a line that begins at `start`, filled up with the lowest value."""
    n = len(row)
    begin, end = min(max(-start, 0), size), max(min(n - start, size), 0)
    for i in range(begin):
        line[i] = lowest
    for i in range(begin, end):
        line[i] = row[i + start]
    for i in range(max(begin, end), size):
        line[i] = lowest


@kernel(inline=True)
def _windows(
    one: AnyArray, other: AnyArray, size: int, length: int
) -> tuple[int, AnyArray, AnyArray]:
    """Return the largest power of two not above `length`, and the largest of as many voxels."""
    span = 1
    while 2 * span <= length:
        for i in range(size - 2 * span + 1):
            other[i] = max(one[i], one[i + span])
        one, other = other, one
        span *= 2
    return span, one, other


@kernel(inline=True)
def _raise(best: AnyArray, line: AnyArray, n: int, rest: int) -> None:
    """Raise the best by the two windows that cover a run."""
    for i in range(n):
        best[i] = max(best[i], max(line[i], line[i + rest]))
