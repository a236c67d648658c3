"""Thinning a body slice by slice: two passes in turn, from two sides, until nothing may go.

Around a pixel, p₂ … p₉ run clockwise from its neighbor above. It may go when its neighbors change
from outside to inside exactly once on the way round (C = 1), when it is neither the end of a line
nor inside (2 <= N <= 3), and when it lies on the side that the pass takes away.

References
----------
Z. Guo, R. W. Hall, "Parallel thinning with two-subiteration algorithms", Communications of the ACM
32(3), 1989, algorithm A1. Every pixel of a pass is judged by what was there before it; that it
keeps what is connected (8 neighbors) and every hole is their theorem.
"""

from itertools import count

import numpy as np

from diaphane.arrays import AnyArray, ByteArray
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.simd import kernel


def thin_slices(is_inside: AnyArray) -> ByteArray:
    """Return 1 where the skeleton of each slice of a body is.

    Parameters
    ----------
    is_inside : (slices, rows, columns) bool
        The body; what lies beyond a slice is background.
    """
    n_slices, n_rows, n_columns = is_inside.shape
    now = np.zeros((n_slices, n_rows + 2, n_columns + 2), np.uint8)
    now[:, 1:-1, 1:-1] = is_inside
    tables = _tables()
    n_gone = np.ones(n_slices, np.int64)
    longest = max(n_rows, n_columns) // 2 + 2
    for _ in track(count(), "segment.skeleton_of_slices", total=longest):
        spread(_thin_once, n_slices, now, tables, n_gone)
        if not n_gone.any():
            break
    return now[:, 1:-1, 1:-1]


def _tables() -> ByteArray:
    """Return for either pass and each of the 256 surroundings whether the pixel may go."""
    around = np.arange(256)
    p2, p3, p4, p5, p6, p7, p8, p9 = ((around >> bit) & 1 == 1 for bit in range(8))
    entries = [~p2 & (p3 | p4), ~p4 & (p5 | p6), ~p6 & (p7 | p8), ~p8 & (p9 | p2)]
    pairs = [[p9 | p2, p3 | p4, p5 | p6, p7 | p8], [p2 | p3, p4 | p5, p6 | p7, p8 | p9]]
    n_neighbors = np.minimum(np.sum(pairs[0], axis=0), np.sum(pairs[1], axis=0))
    on_border = (np.sum(entries, axis=0) == 1) & (n_neighbors >= 2) & (n_neighbors <= 3)
    first = on_border & ~((p2 | p3 | ~p5) & p4)
    second = on_border & ~((p6 | p7 | ~p9) & p8)
    return np.stack([first, second]).astype(np.uint8)


@kernel()
def _thin_once(first: int, last: int, now: ByteArray, tables: ByteArray, n_gone: AnyArray) -> None:
    """Do both passes on slices ``first … last``; those in which nothing went last time rest."""
    n_rows, n_columns = now.shape[1] - 2, now.shape[2] - 2
    for k in range(first, last):
        if n_gone[k] == 0:
            continue
        n_gone[k] = 0
        for side in range(2):
            for j in range(1, n_rows + 1):
                for i in range(1, n_columns + 1):
                    if now[k, j, i] & 1 and tables[side, _surroundings(now, k, j, i)]:
                        now[k, j, i] = 3  # still counts as inside for its neighbors
            for j in range(1, n_rows + 1):
                for i in range(1, n_columns + 1):
                    if now[k, j, i] == 3:
                        now[k, j, i] = 0
                        n_gone[k] += 1


@kernel(inline=True)
def _surroundings(now: ByteArray, k: int, j: int, i: int) -> int:
    """Return which of the eight neighbors are inside: bit 0 above, then clockwise."""
    return (
        (now[k, j - 1, i] & 1)
        | (now[k, j - 1, i + 1] & 1) << 1
        | (now[k, j, i + 1] & 1) << 2
        | (now[k, j + 1, i + 1] & 1) << 3
        | (now[k, j + 1, i] & 1) << 4
        | (now[k, j + 1, i - 1] & 1) << 5
        | (now[k, j, i - 1] & 1) << 6
        | (now[k, j - 1, i - 1] & 1) << 7
    )
