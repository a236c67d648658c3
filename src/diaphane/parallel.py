"""All cores at work on one kernel, without a parallel runtime.

A kernel compiled with ``nogil`` works on rows ``first … last``; Python threads give each core its
parts. It compiles several times faster than a ``prange`` loop, any thread may enter it, and
between parts the work can be shown and stopped.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Any

import numba

from diaphane.progress import track


def spread(
    kernel: Callable[..., Any], count: int, *args: Any, label: str = "", n_parts: int = 0
) -> None:
    """Call ``kernel(first, last, *args)`` for parts of ``range(count)``, on all cores.

    Parameters
    ----------
    kernel : callable
        Works on ``range(first, last)``, writes into arrays among `args`, and lets go of Python's
        lock; parts run in any order.
    count : int
        How many rows, slices or tiles there are.
    *args
        Given on to every call.
    label : str
        What the progress is called; nothing is told without it.
    n_parts : int
        Into how many parts the work is cut; by default eight for each core.

    Raises
    ------
    Cancelled
        When whoever listens to the progress asked to stop; parts under way are finished first.
    """
    n_threads = numba.get_num_threads()
    n_parts = max(1, min(count, n_parts or 8 * n_threads))
    ends = [count * part // n_parts for part in range(n_parts + 1)]
    with ThreadPoolExecutor(n_threads, thread_name_prefix="diaphane") as pool:
        parts = [pool.submit(kernel, a, b, *args) for a, b in pairwise(ends)]
        try:
            for part in track(parts, label) if label else parts:
                part.result()
        finally:
            pool.shutdown(cancel_futures=True)
