# ruff: noqa: ANN001, ANN201, ANN202
"""Filtered transforms of views, spread onto half a plane of frequencies.

A slice is real, so that half of the plane suffices, from frequency 0 along x upward; a sample on
the other side is put where its complex conjugate belongs. The plane repeats itself, as the
transform of anything known at voxels does: a sample beyond an edge is put where it comes in again.
What the kernel spreads beyond the edges along x is kept in more columns, and folded back at the
end.
"""

import numpy as np

from diaphane.simd import W, aligned_rows, fma, kernel, load, splat, store

WIDTH = 4
"""Grid steps that a sample is spread over."""

LANES = max(2 * WIDTH, W)
"""Floats that hold the :data:`WIDTH` complex numbers of a row, in whole registers."""

TABLE = 128
"""Rows of the table of the kernel a grid step; between them it is interpolated."""


@kernel()
def put_on_grid(first, stop, spectrum, response, directions, turns, farthest, table, grids):
    """Put parts ``first … stop`` of the views onto a grid each.

    Parameters
    ----------
    first, stop : int
        Which parts: as many as there are grids.
    spectrum : (n_views, 2 n_frequencies) float32
        Transforms, real and imaginary parts in turns; beyond the last frequency they run back.
    response : (n_kept,) float32
        What their frequencies are multiplied by.
    directions : (n_views, 2) float64
        Grid steps a frequency along x and y.
    turns : (n_views,) float64
        By how many rad each frequency is turned further than the one before.
    farthest : float
        Up to how many grid steps from frequency 0 samples are put; less than `size`.
    table : (TABLE + 1, 2 LANES) float32
        In row r what the :data:`WIDTH` places count when the first lies r / TABLE grid steps
        behind the begin of the kernel, each number twice, then by how much the next row is more.
    grids : (n_parts, size, 2 (size / 2 + 1 + 2 WIDTH + LANES / 2)) float32
        What is added to; frequency 0 stands in row size / 2 and in column WIDTH.
    """
    n_parts, size = grids.shape[:2]
    n_views, middle = len(spectrum), size // 2
    values = aligned_rows(len(response), LANES)
    for part in range(first, stop):
        for view in range(n_views * part // n_parts, n_views * (part + 1) // n_parts):
            dx, dy, sign = directions[view, 0], directions[view, 1], np.float32(1)
            if dx < 0:
                dx, dy, sign = -dx, -dy, np.float32(-1)
            n_kept = min(len(response), int(farthest / np.hypot(dx, dy)) + 1)
            n_within = int(middle / dx) + 1 if middle < n_kept * dx else n_kept
            _turn(spectrum[view], response[:n_kept], turns[view], sign, n_within, values)
            for k in range(n_kept):
                x, y = k * dx, k * dy
                if x > middle:
                    x, y = size - x, -y
                y += middle
                if y >= size:
                    y -= size
                elif y < 0:
                    y += size
                _put(x, y, k, values, table, part, grids)


@kernel(inline=True)
def _turn(seen, response, turn, sign, n_within, values):
    """Note the filtered frequencies of a view, :data:`WIDTH` times each, turned to the slice.

    They are conjugated where `sign` is -1, and from `n_within` on, where they come in again.
    """
    n_frequencies = len(seen) // 2
    cosine, sine, real, imaginary = np.cos(turn), np.sin(turn), 1.0, 0.0
    for k in range(len(response)):
        back = 2 * (n_frequencies - 1) - k
        place = k if k < n_frequencies else back
        a, b = seen[2 * place], seen[2 * place + 1]
        if k >= n_frequencies:
            b = -b
        if k == n_within:
            sign = -sign
        re = response[k] * np.float32(a * real - b * imaginary)
        im = response[k] * sign * np.float32(a * imaginary + b * real)
        for i in range(0, LANES, 2):
            values[k, i] = re
            values[k, i + 1] = im
        real, imaginary = real * cosine - imaginary * sine, real * sine + imaginary * cosine


@kernel(inline=True)
def _put(x, y, k, values, table, part, grids):
    """Spread sample k around column x from frequency 0 and row y of a grid."""
    size = grids.shape[1]
    column, row = int(x), int(y)
    place_x, place_y = (column + 1 - x) * TABLE, (row + 1 - y) * TABLE
    left, low = int(place_x), int(place_y)
    part_x, part_y = np.float32(place_x - left), np.float32(place_y - low)
    begin = 2 * (column + 1 - WIDTH // 2 + WIDTH)
    for lane in range(0, LANES, W):
        across = fma(load(table, (left, LANES + lane)), splat(part_x), load(table, (left, lane)))
        across = across * load(values, (k, lane))
        for j in range(WIDTH):
            along = table[low, 2 * j] + part_y * table[low, LANES + 2 * j]
            line = row + 1 - WIDTH // 2 + j
            if line < 0:
                line += size
            elif line >= size:
                line -= size
            there = (part, line, begin + lane)
            store(grids, there, fma(across, splat(along), load(grids, there)))


@kernel()
def fold(first, stop, grids, plane):
    """Write rows ``first … stop`` of the half plane, frequency 0 first, as the transform wants it.

    Parameters
    ----------
    first, stop : int
        Which rows.
    grids : (n_parts, size, size / 2 + 1 + 2 WIDTH + LANES / 2) complex64
        What :func:`put_on_grid` left.
    plane : (size, size / 2 + 1) complex64
        What is filled.
    """
    n_parts, size = grids.shape[:2]
    middle = size // 2
    for row in range(first, stop):
        y = (row + middle) % size
        opposite = (size - y) % size
        for x in range(middle + 1):
            total = grids[0, y, x + WIDTH]
            for part in range(1, n_parts):
                total += grids[part, y, x + WIDTH]
            plane[row, x] = total
        for part in range(n_parts):
            for x in range(WIDTH):
                plane[row, x] += np.conj(grids[part, opposite, WIDTH - x])
                plane[row, middle - x] += np.conj(grids[part, opposite, WIDTH + middle + x])
