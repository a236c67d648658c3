"""Kernels of the distance transform: along rows by counting, along other axes by envelopes.

The squared distance to the nearest of many sites is a minimum over parabolas, one above each site
of a line; the lower envelope of all of them is found in one pass forward, and read in another.

Source: P. F. Felzenszwalb and D. P. Huttenlocher, "Distance transforms of sampled functions",
Theory of Computing 8 (2012), algorithm 1. We leave out sites between two others of height 0, which
serve nobody but themselves, and take lines side by side, so that memory is read in order.
"""

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.simd import kernel

BLOCK = 16
"""Lines that stand side by side in one line of the cache."""
FAR = np.float32(np.inf)


@kernel()
def squares_along_rows(
    first: int, last: int, inside: AnyArray, spacing: float, squared: AnyArray
) -> None:
    """Write the squared distance of each voxel of rows to the nearest one outside in its row.

    Parameters
    ----------
    first, last : int
        Which rows.
    inside : (rows, columns) bool
        Whose distance is wanted.
    spacing : float
        From column to column.
    squared : (rows, columns) float32
        Written: 0 outside, infinity where the row has nothing outside.
    """
    n = inside.shape[1]
    for row in range(first, last):
        here, out = inside[row], squared[row]
        steps = FAR
        for i in range(n):
            steps = steps + np.float32(1) if here[i] else np.float32(0)
            out[i] = steps
        steps = FAR
        for i in range(n - 1, -1, -1):
            steps = steps + np.float32(1) if here[i] else np.float32(0)
            way = min(steps, out[i]) * spacing
            out[i] = way * way


@kernel()
def lower_envelopes(
    first: int,
    last: int,
    squared: AnyArray,
    n: int,
    step: int,
    outer_step: int,
    n_columns: int,
    spacing: float,
    is_last: bool,
) -> None:
    """Replace heights along an axis by the lower envelope of the parabolas above them.

    Parameters
    ----------
    first, last : int
        Which blocks of lines.
    squared : (voxels,) float32
        The volume, flat; read and written.
    n, step : int
        Voxels of a line, and from one to the next of them.
    outer_step, n_columns : int
        From one plane of lines to the next; lines of a plane, which lie side by side.
    spacing : float
        From one voxel of a line to the next.
    is_last : bool
        Whether to write the root.
    """
    n_blocks = (n_columns + BLOCK - 1) // BLOCK
    lines = np.empty((BLOCK, n), np.float32)
    sites = np.empty(n + 1, np.int32)
    heights = np.empty(n + 1, np.float64)
    bounds = np.empty(n + 1, np.float64)
    scale = 1 / (spacing * spacing)
    for job in range(first, last):
        plane = job // n_blocks
        column = (job - plane * n_blocks) * BLOCK
        width = min(BLOCK, n_columns - column)
        start = plane * outer_step + column
        for i in range(n):
            for j in range(width):
                lines[j, i] = squared[start + i * step + j]
        for j in range(width):
            count = _envelope(lines[j], n, scale, sites, heights, bounds)
            _read(lines[j], n, spacing * spacing, count, sites, heights, bounds, is_last)
        for i in range(n):
            for j in range(width):
                squared[start + i * step + j] = lines[j, i]


@kernel(inline=True)
def _envelope(
    line: AnyArray, n: int, scale: float, sites: AnyArray, heights: AnyArray, bounds: AnyArray
) -> int:
    """Find the parabolas of the envelope, and from where on each is lowest; return how many."""
    last = -1
    for q in range(n):
        value = line[q]
        if value == FAR:
            continue
        if value == 0 and 0 < q < n - 1 and line[q - 1] == 0 and line[q + 1] == 0:
            continue
        height = value * scale + float(q) * q
        begin = -np.inf
        while last >= 0:
            begin = (height - heights[last]) / (2.0 * (q - sites[last]))
            if begin > bounds[last]:
                break
            last -= 1
        last += 1
        sites[last] = q
        heights[last] = height
        bounds[last] = begin if last > 0 else -np.inf
    bounds[last + 1] = np.inf
    return last + 1


@kernel(inline=True)
def _read(
    line: AnyArray,
    n: int,
    scale: float,
    count: int,
    sites: AnyArray,
    heights: AnyArray,
    bounds: AnyArray,
    is_last: bool,
) -> None:
    """Write the envelope, in squared millimeters or, the last time, its root."""
    if count == 0:
        return
    now = 0
    for q in range(n):
        if line[q] == 0:
            continue
        while bounds[now + 1] < q:
            now += 1
        away = q - 2.0 * sites[now]
        value = (heights[now] + q * away) * scale
        line[q] = np.sqrt(max(value, 0.0)) if is_last else max(value, 0.0)
