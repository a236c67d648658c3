"""Kernels that count values into bins, one table for each part of the image.

They work on parts ``first … last`` of a flat array; `counts` has a table for each part. Where
`mask` is not empty, values count where it is not 0.
"""

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, DoubleArray
from diaphane.simd import kernel

_BYTE = np.uint64(255)
_EIGHT, _SIXTEEN, _TWENTYFOUR, _HALF = np.uint64(8), np.uint64(16), np.uint64(24), np.uint64(32)


@kernel()
def count_bytes(first: int, last: int, words: AnyArray, counts: AnyArray) -> None:
    """Count bytes, eight in a word; four tables (part, 4, 256): equal neighbors need not wait."""
    n_parts, n = len(counts), len(words)
    for part in range(first, last):
        one, two, three, four = counts[part]
        for word in words[part * n // n_parts : (part + 1) * n // n_parts]:
            high = word >> _HALF
            one[word & _BYTE] += 1
            two[(word >> _EIGHT) & _BYTE] += 1
            three[(word >> _SIXTEEN) & _BYTE] += 1
            four[(word >> _TWENTYFOUR) & _BYTE] += 1
            one[high & _BYTE] += 1
            two[(high >> _EIGHT) & _BYTE] += 1
            three[(high >> _SIXTEEN) & _BYTE] += 1
            four[high >> _TWENTYFOUR] += 1


@kernel()
def count_whole(
    first: int, last: int, values: AnyArray, mask: ByteArray, low: int, counts: AnyArray
) -> None:
    """Count whole numbers, `low` into the first bin; what has no bin is left out."""
    n_parts, n, n_bins = len(counts), len(values), counts.shape[1]
    for part in range(first, last):
        table = counts[part]
        for i in range(part * n // n_parts, (part + 1) * n // n_parts):
            k = np.int64(values[i]) - low
            if 0 <= k < n_bins and (len(mask) == 0 or mask[i] != 0):
                table[k] += 1


@kernel()
def count_reals(
    first: int, last: int, values: AnyArray, mask: ByteArray, edges: DoubleArray, counts: AnyArray
) -> None:
    """Count real numbers between the first and the last edge, these included."""
    n_parts, n, n_bins = len(counts), len(values), counts.shape[1]
    low, high = edges[0], edges[n_bins]
    per_value = n_bins / (high - low)
    for part in range(first, last):
        table = counts[part]
        for i in range(part * n // n_parts, (part + 1) * n // n_parts):
            value = np.float64(values[i])
            if not (low <= value <= high) or (len(mask) and mask[i] == 0):
                continue
            k = min(int((value - low) * per_value), n_bins - 1)
            if value < edges[k]:  # rounding put it one bin too high, or too low
                k -= 1
            elif k < n_bins - 1 and value >= edges[k + 1]:
                k += 1
            table[k] += 1


@kernel()
def ends(
    first: int,
    last: int,
    values: AnyArray,
    mask: ByteArray,
    low: float,
    high: float,
    found: DoubleArray,
    bad: AnyArray,
) -> None:
    """Find the smallest and the largest value from `low` to `high`, and a value not finite.

    `found` is (part, 2), ``inf, -inf`` where there is no value; `bad` the place, -1 without one.
    """
    n_parts, n = len(found), len(values)
    for part in range(first, last):
        smallest, largest = np.inf, -np.inf
        for i in range(part * n // n_parts, (part + 1) * n // n_parts):
            if len(mask) and mask[i] == 0:
                continue
            value = np.float64(values[i])
            if not abs(value) < np.inf:
                bad[part] = i
                break
            if low <= value <= high:
                smallest = min(smallest, value)
                largest = max(largest, value)
        found[part, 0] = smallest
        found[part, 1] = largest
