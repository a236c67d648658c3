"""Bricks: small cubes of voxels whose extremes say what a ray can skip."""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.parallel import spread
from diaphane.render.sampling import BRICK
from diaphane.simd import kernel
from diaphane.space import Grid


def brick_extremes(values: AnyArray) -> tuple[AnyArray, AnyArray]:
    """Return the lowest and the highest value in each brick and next to it."""
    bricks = [-(-n // BRICK) for n in values.shape]
    lows, highs = np.empty(bricks, values.dtype), np.empty(bricks, values.dtype)
    spread(_find_extremes, bricks[0], values, lows, highs)
    return lows, highs


def brick_corners_mm(grid: Grid, chosen: AnyArray) -> DoubleArray:
    """Return the corners of the chosen bricks of a grid in LPS mm: shape (n, 3)."""
    first = np.argwhere(chosen) * BRICK
    sides = np.stack([first, np.minimum(first + BRICK, np.array(grid.shape) - 1)])
    corners = [
        np.stack([sides[a, :, 0], sides[b, :, 1], sides[c, :, 2]], axis=1)
        for a, b, c in np.ndindex(2, 2, 2)
    ]
    return grid.to_mm(np.concatenate(corners))


@kernel()
def _find_extremes(
    first: int, last: int, values: AnyArray, lows: AnyArray, highs: AnyArray
) -> None:
    """Write the extremes of each brick, with the voxels that it shares with the next."""
    n_slices, n_rows, n_columns = values.shape
    for bk in range(first, last):
        for bj in range(lows.shape[1]):
            for bi in range(lows.shape[2]):
                low = values[bk * BRICK, bj * BRICK, bi * BRICK]
                high = low
                for k in range(bk * BRICK, min(bk * BRICK + BRICK + 1, n_slices)):
                    for j in range(bj * BRICK, min(bj * BRICK + BRICK + 1, n_rows)):
                        for i in range(bi * BRICK, min(bi * BRICK + BRICK + 1, n_columns)):
                            low = min(low, values[k, j, i])
                            high = max(high, values[k, j, i])
                lows[bk, bj, bi] = low
                highs[bk, bj, bi] = high
