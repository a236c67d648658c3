"""The dynamic program of multi-Otsu, with each row of its table found by halving.

``best[j]`` is the largest sum of S²/W over `k` classes of the bins 0 … j. The last class of the
best split begins the later the larger j is (its gain satisfies the quadrangle inequality), so that
the middle j leaves each half only its part of the beginnings to look at: n log n looks a class.
"""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.simd import kernel


@kernel()
def split_classes(
    weights: DoubleArray, sums: DoubleArray, n_classes: int, begins: AnyArray
) -> None:
    """Fill ``begins[k, j]``: where the last of k + 1 classes of the bins 0 … j begins.

    `weights` and `sums` are cumulated, with a 0 in front; no bin is empty. Of equal splits the
    lowest is taken.
    """
    n = len(weights) - 1
    best, following = np.empty(n), np.empty(n)
    todo = np.empty((128, 4), np.int64)  # halving goes 32 deep at most
    for j in range(n):
        best[j] = sums[j + 1] ** 2 / weights[j + 1]
    for k in range(1, n_classes):
        n_todo = 1
        todo[0, 0], todo[0, 1], todo[0, 2], todo[0, 3] = k, n - 1, k, n - 1
        while n_todo:
            n_todo -= 1
            low, high, first, last = todo[n_todo]
            j = (low + high) // 2
            gain, begin = -np.inf, first
            for i in range(first, min(last, j) + 1):
                here = best[i - 1] + (sums[j + 1] - sums[i]) ** 2 / (weights[j + 1] - weights[i])
                if here > gain:
                    gain, begin = here, i
            following[j] = gain
            begins[k, j] = begin
            if low < j:
                todo[n_todo, 0], todo[n_todo, 1] = low, j - 1
                todo[n_todo, 2], todo[n_todo, 3] = first, begin
                n_todo += 1
            if j < high:
                todo[n_todo, 0], todo[n_todo, 1] = j + 1, high
                todo[n_todo, 2], todo[n_todo, 3] = begin, last
                n_todo += 1
        best[k:] = following[k:]
