"""Kernels that compare each pixel with the mean and the deviation in a window around it.

The window's sums run along: a row of sums over the window's rows gains one row and loses one from
line to line, and a sum along this row gains and loses one value from pixel to pixel, so that the
work is the same for every size of the window. Sums are float64, of values minus `center`, so that
large offsets cancel nothing. Beyond its border the image counts as mirrored (d c b | a b c d).
"""

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray
from diaphane.segment.thresholding.rules import DEVIATION, NIBLACK, OFFSET, SAUVOLA, WOLF
from diaphane.simd import kernel


@kernel(inline=True)
def mirrored(at: int, n: int) -> int:
    """Return the index that stands for `at`, up to n - 1 beyond either end."""
    at = abs(at)
    return at if at < n else 2 * (n - 1) - at


@kernel()
def _add_row(
    sign: float, values: AnyArray, sums: DoubleArray, y: int, center: float, rows: DoubleArray
) -> None:
    """Add a row to the sums of values, of their squares, and of how many there are."""
    y = mirrored(y, len(values))
    total, squares, number = rows
    if len(sums):
        for x in range(values.shape[1]):
            total[x] += sign * sums[0, y, x]
            squares[x] += sign * sums[1, y, x]
            number[x] += sign * sums[2, y, x]
    else:
        row = values[y]
        for x in range(values.shape[1]):
            value = row[x] - center
            total[x] += sign * value
            squares[x] += sign * (value * value)


@kernel()
def _along(column: DoubleArray, half: int, wider: DoubleArray, out: DoubleArray) -> None:
    """Sum 2 `half` + 1 neighbors of each place of `column`."""
    n = len(column)
    wider[half : half + n] = column
    for i in range(half):
        wider[half - 1 - i] = column[1 + i]
        wider[half + n + i] = column[n - 2 - i]
    total = 0.0
    for i in range(2 * half):
        total += wider[i]
    for x in range(n):
        total += wider[x + 2 * half]
        out[x] = total
        total -= wider[x]


@kernel()
def _thresholds(
    rule: int, p: DoubleArray, mean: DoubleArray, deviation: DoubleArray, out: DoubleArray
) -> None:
    """Write the threshold of each pixel of a row; `p` are the numbers of the rule."""
    if rule == OFFSET:
        for x in range(len(out)):
            out[x] = mean[x] - p[0]
    elif rule == NIBLACK:
        for x in range(len(out)):
            out[x] = mean[x] + p[0] * deviation[x]
    elif rule == SAUVOLA:
        for x in range(len(out)):
            out[x] = p[2] + (mean[x] - p[2]) * (1 + p[0] * (deviation[x] / p[1] - 1))
    elif rule == WOLF:
        for x in range(len(out)):
            out[x] = mean[x] + p[0] * (deviation[x] / p[1] - 1) * (mean[x] - p[2])
    else:
        for x in range(len(out)):
            m, s = (mean[x] - p[2]) / p[3], deviation[x] / p[3]
            t = m * (1 + p[4] * np.exp(-p[5] * m) + p[0] * (s / p[1] - 1))
            out[x] = p[2] + p[3] * t


@kernel()
def cut_rows(
    first: int,
    last: int,
    values: AnyArray,
    sums: DoubleArray,
    mask: ByteArray,
    center: float,
    half_rows: int,
    half_columns: int,
    rule: int,
    p: DoubleArray,
    is_below: bool,
    out: ByteArray,
    largest: DoubleArray,
) -> None:
    """Write 1 where a pixel lies above its threshold, or not above it, and 0 elsewhere.

    `values`, `mask` (or an empty one) and `out` are one slice; `sums` (3, rows, columns) are sums
    over the window's slices of values, squares and numbers, or empty. The rule ``DEVIATION``
    writes the largest deviation of each row instead.
    """
    n = values.shape[1]
    rows = np.zeros((3, n))
    wider = np.empty(n + 2 * half_columns)
    mean, deviation, number, cut = np.empty(n), np.empty(n), np.empty(n), np.empty(n)
    number[:] = (2 * half_rows + 1) * (2 * half_columns + 1)
    for y in range(first - half_rows, first + half_rows + 1):
        _add_row(1.0, values, sums, y, center, rows)
    for y in range(first, last):
        if y > first:
            _add_row(1.0, values, sums, y + half_rows, center, rows)
            _add_row(-1.0, values, sums, y - 1 - half_rows, center, rows)
        _along(rows[0], half_columns, wider, mean)
        _along(rows[1], half_columns, wider, deviation)
        if len(sums):
            _along(rows[2], half_columns, wider, number)
        for x in range(n):
            known = max(number[x], 1.0)  # a window that holds nothing of the mask is not asked for
            m = mean[x] / known
            deviation[x] = np.sqrt(max(deviation[x] / known - m * m, 0.0))
            mean[x] = m + center
        if rule == DEVIATION:
            for x in range(n):
                if (len(mask) == 0 or mask[y, x] != 0) and deviation[x] > largest[y]:
                    largest[y] = deviation[x]
            continue
        _thresholds(rule, p, mean, deviation, cut)
        row, labels = values[y], out[y]
        if is_below:
            for x in range(n):
                labels[x] = row[x] <= cut[x]
        else:
            for x in range(n):
                labels[x] = row[x] > cut[x]
        if len(mask):
            for x in range(n):
                if mask[y, x] == 0:
                    labels[x] = 0


@kernel()
def median_rows(
    first: int,
    last: int,
    values: AnyArray,
    mask: ByteArray,
    k: int,
    half: AnyArray,
    out: DoubleArray,
) -> None:
    """Write the median in the window around each pixel of slice `k`, of what the mask holds."""
    depth, height, width = values.shape
    kept = np.empty((2 * half[0] + 1) * (2 * half[1] + 1) * (2 * half[2] + 1))
    for y in range(first, last):
        for x in range(width):
            n = 0
            for dz in range(-half[0], half[0] + 1):
                z = mirrored(k + dz, depth)
                for dy in range(-half[1], half[1] + 1):
                    j = mirrored(y + dy, height)
                    for dx in range(-half[2], half[2] + 1):
                        i = mirrored(x + dx, width)
                        if len(mask) == 0 or mask[z, j, i] != 0:
                            kept[n] = values[z, j, i]
                            n += 1
            out[y, x] = np.median(kept[:n]) if n else 0.0
