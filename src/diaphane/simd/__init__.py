"""SIMD registers for Numba: a ``vec`` of W float32 lanes, held in one register of the processor.

Where LLVM cannot vectorize a loop (resampling along a line, table look-ups), a kernel is written
with registers. It stays ordinary Python, and W and the instruction set are chosen when it runs::

    load(a, (i, j))   store(a, (i, j), x)   W floats side by side, at any alignment
    gather(a, k)                            a[k[l]] in lane l
    splat(number)   iota()                  the number in every lane; 0, 1, 2, …
    + - * /   fma(x, y, z)                  lane by lane, x y + z; a plain number is broadcast
    minimum  maximum  sqrt  at_least        lane by lane; x >= y gives 1 or 0
    choose(k, x, y)                         y in the lanes where k has a minus sign, else x
    k & number   shift_down(k, n)           bits of integers; n places lower, zeros at the top
    to_int(x)   frac(x)   to_float(k)       before and behind the point
    permute2(low, high, k)                  (low ++ high)[k[l]] in lane l, 0 <= k < 2 W
    sum_lanes(x)                            a plain number

A kernel that scales an array::

    @kernel()
    def scale(values, factor):
        for i in range(0, values.size, W):
            store(values, i, load(values, i) * factor)

Arrays are C-contiguous float32; ``aligned_zeros`` and, inside a kernel, ``aligned_rows`` give such
whose rows start where loads are fastest. Nothing checks bounds: callers pad to a multiple of W, and
check ranges in Python before they enter a kernel. With ``NUMBA_DISABLE_JIT=1`` the same names work
on NumPy arrays, with bounds checks, for a debugger.

``ISA`` names the code path (``avx512``, ``avx2``, ``sse``, ``neon``; ``numpy`` without compiler).
``DIAPHANE_SIMD`` asks for a narrower one, or for ``generic``: the host's width without any
instruction named. Only AVX-512 names its own (a seventh faster there); elsewhere LLVM finds the
best by itself.
"""

from typing import TYPE_CHECKING

from diaphane.simd.alignment import aligned_rows, aligned_zeros
from diaphane.simd.compiling import FAST, kernel
from diaphane.simd.host import ISA, W, config

if TYPE_CHECKING or config.DISABLE_JIT:
    from diaphane.simd.twin import (
        at_least,
        choose,
        fma,
        frac,
        gather,
        iota,
        load,
        maximum,
        minimum,
        permute2,
        shift_down,
        splat,
        sqrt,
        store,
        sum_lanes,
        to_float,
        to_int,
    )
else:
    from diaphane.simd.lanes import (
        at_least,
        choose,
        fma,
        frac,
        gather,
        iota,
        load,
        maximum,
        minimum,
        permute2,
        shift_down,
        splat,
        sqrt,
        store,
        sum_lanes,
        to_float,
        to_int,
    )

__all__ = [
    "FAST",
    "ISA",
    "W",
    "aligned_rows",
    "aligned_zeros",
    "at_least",
    "choose",
    "fma",
    "frac",
    "gather",
    "iota",
    "kernel",
    "load",
    "maximum",
    "minimum",
    "permute2",
    "shift_down",
    "splat",
    "sqrt",
    "store",
    "sum_lanes",
    "to_float",
    "to_int",
]
