# ruff: noqa: ANN001, ANN202
"""Volumes and views laid out for projection, the axis of rotation innermost, and back."""

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.parallel import spread
from diaphane.simd import aligned_zeros, kernel

_BLOCK = 32


def to_lines(values: FloatArray, *, behind: int = 0) -> FloatArray:
    """Return (m, n, k) values as lines (m k, n), with some empty places behind each."""
    m, n, k = values.shape
    lines = aligned_zeros((m * k, n + behind))
    spread(_lay, m * _blocks(k), values, lines, 0)
    return lines


def to_integrals(values: FloatArray, padding: int) -> FloatArray:
    """Return sums of the lines of (m, n, k) values up to each of n + 1 edges: (m k, n + 1 …).

    Before them stand `padding` zeros, behind them `padding` times the total.
    """
    m, n, k = values.shape
    lines = aligned_zeros((m * k, n + 1 + 2 * padding))
    spread(_lay, m * _blocks(k), values, lines, padding + 1)
    spread(_integrate, m * k, lines, padding + 1, n)
    return lines


def from_lines(lines: FloatArray, shape: tuple[int, int, int]) -> FloatArray:
    """Return lines (m k, n or more) as values of shape (m, n, k)."""
    values = np.empty(shape, np.float32)
    spread(_take, shape[0] * _blocks(shape[2]), lines, values)
    return values


def _blocks(n: int) -> int:
    return -(-n // _BLOCK)


@kernel()
def _lay(block0, block1, values, lines, start):
    n, k = values.shape[1:]
    n_blocks = (k + _BLOCK - 1) // _BLOCK
    for block in range(block0, block1):
        m, c0 = block // n_blocks, block % n_blocks * _BLOCK
        for i0 in range(0, n, _BLOCK):
            for c in range(c0, min(c0 + _BLOCK, k)):
                for i in range(i0, min(i0 + _BLOCK, n)):
                    lines[m * k + c, start + i] = values[m, i, c]


@kernel()
def _integrate(line0, line1, lines, start, n):
    for line in range(line0, line1):
        total = 0.0
        for i in range(start, start + n):
            total += lines[line, i]
            lines[line, i] = total
        lines[line, start + n :] = total


@kernel()
def _take(block0, block1, lines, values):
    n, k = values.shape[1:]
    n_blocks = (k + _BLOCK - 1) // _BLOCK
    for block in range(block0, block1):
        m, c0 = block // n_blocks, block % n_blocks * _BLOCK
        for i0 in range(0, n, _BLOCK):
            for i in range(i0, min(i0 + _BLOCK, n)):
                for c in range(c0, min(c0 + _BLOCK, k)):
                    values[m, i, c] = lines[m * k + c, i]
