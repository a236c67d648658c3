# ruff: noqa: ANN001, ANN201
"""Filtered transforms of views, spread onto half a plane of frequencies.

A slice is real, so that half of the plane suffices, from frequency 0 along x upward; a sample on
the other side is put where its complex conjugate belongs. What the kernel spreads beyond 0 is kept
in :data:`WIDTH` more columns, and folded back at the end.
"""

import numpy as np

from diaphane.simd import kernel

WIDTH = 4
"""Grid steps that a sample is spread over."""

TABLE = 4096
"""Values of the kernel a grid step."""


@kernel()
def put_on_grid(first, stop, spectrum, directions, turns, table, grids):
    """Put parts ``first … stop`` of the views onto a grid each.

    Parameters
    ----------
    first, stop : int
        Which parts: as many as there are grids.
    spectrum : (n_views, 2 n_frequencies) float32
        Filtered transforms, real and imaginary parts in turns.
    directions : (n_views, 2) float64
        Grid steps a frequency along x and y.
    turns : (n_views,) float64
        By how many rad each frequency is turned further than the one before.
    table : (…,) float32
        The kernel.
    grids : (n_parts, size, 2 (size / 2 + 1 + 2 WIDTH)) float32
        What is added to; frequency 0 stands in row size / 2 and in column WIDTH.
    """
    n_parts, size = grids.shape[:2]
    n_views, n_frequencies = len(spectrum), spectrum.shape[1] // 2
    middle, half = size // 2, WIDTH // 2
    across, along = np.empty(2 * WIDTH, np.float32), np.empty(WIDTH, np.float32)
    for part in range(first, stop):
        for view in range(n_views * part // n_parts, n_views * (part + 1) // n_parts):
            dx, dy, sign = directions[view, 0], directions[view, 1], 1.0
            if dx < 0:
                dx, dy, sign = -dx, -dy, -1.0
            cosine, sine = np.cos(turns[view]), np.sin(turns[view])
            real, imaginary = 1.0, 0.0
            for k in range(n_frequencies):
                x, y = k * dx, k * dy
                if x >= middle - half or abs(y) >= middle - half:
                    break
                a, b = spectrum[view, 2 * k], spectrum[view, 2 * k + 1]
                re = np.float32(a * real - b * imaginary)
                im = np.float32(sign * (a * imaginary + b * real))
                real, imaginary = (
                    real * cosine - imaginary * sine,
                    real * sine + imaginary * cosine,
                )
                x0, y0 = int(np.ceil(x - half)), int(np.ceil(y - half))
                for i in range(WIDTH):
                    weight = table[int(abs(x - (x0 + i)) * TABLE + 0.5)]
                    across[2 * i], across[2 * i + 1] = weight * re, weight * im
                    along[i] = table[int(abs(y - (y0 + i)) * TABLE + 0.5)]
                begin = 2 * (x0 + WIDTH)
                for j in range(WIDTH):
                    line = grids[part, y0 + j + middle, begin : begin + 2 * WIDTH]
                    for i in range(2 * WIDTH):
                        line[i] += along[j] * across[i]


@kernel()
def fold(first, stop, grids, middle_row, middle_column, plane):
    """Write rows ``first … stop`` of the half plane, frequency 0 first, as the transform wants it.

    Parameters
    ----------
    first, stop : int
        Which rows.
    grids : (n_parts, size, size / 2 + 1 + 2 WIDTH) complex64
        What :func:`put_on_grid` left.
    middle_row, middle_column : float
        Which voxel the middle of the slice is, not rounded.
    plane : (size, size / 2 + 1) complex64
        What is filled.
    """
    n_parts, size = grids.shape[:2]
    middle = size // 2
    for row in range(first, stop):
        y = row if row < middle else row - size
        angle = -2 * np.pi * y * middle_row / size
        turn = complex(np.cos(angle), np.sin(angle))
        angle = -2 * np.pi * middle_column / size
        step = complex(np.cos(angle), np.sin(angle))
        opposite = middle - y
        for x in range(middle + 1):
            total = complex(0.0, 0.0)
            for part in range(n_parts):
                total += grids[part, y + middle, x + WIDTH]
                if x < WIDTH and opposite < size:
                    total += np.conj(grids[part, opposite, WIDTH - x])
            plane[row, x] = total * turn
            turn *= step
