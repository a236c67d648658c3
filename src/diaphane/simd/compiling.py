"""How kernels are compiled, kept on disk, and entered."""

import contextlib
import functools
import hashlib
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

from diaphane.simd.host import ISA, W, config

FAST = frozenset({"contract", "reassoc", "nsz", "arcp"})
"""What a kernel may do to arithmetic: fuse and reorder, but never assume that NaN cannot be."""

_parallel_lock = threading.RLock()


def kernel(*, parallel: bool = False, inline: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function of numbers and arrays with Numba, and keep the machine code on disk.

    Code on disk is stale when the function's file, this package or the instruction set changes.
    Kernels check nothing: whoever calls one looks at sizes and ranges before.

    Parameters
    ----------
    parallel : bool
        Whether its ``prange`` loops run on several threads. Such a kernel is entered by one
        Python thread at a time, since not every threading layer of Numba bears more; it is
        called from Python, not from other kernels.
    inline : bool
        Whether LLVM must inline it into the kernels that call it.
    """

    def compile_later(function: Callable[..., Any]) -> Any:
        options = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": set(FAST)}
        dispatcher = njit(parallel=parallel, forceinline=inline, **options)(function)
        if not config.DISABLE_JIT:
            _stamp(dispatcher)
        return _one_at_a_time(dispatcher) if parallel else dispatcher

    return compile_later


@functools.cache
def _own_stamp() -> str:
    sha = hashlib.sha256(f"{ISA} {W}".encode())
    for source in sorted(Path(__file__).parent.glob("*.py")):
        sha.update(source.read_bytes())
    return sha.hexdigest()


def _stamp(dispatcher: Any) -> None:
    """Join this package's stamp to that of the kernel's file, the only one Numba looks at."""
    with contextlib.suppress(AttributeError):  # a private place of Numba; without it: a stale hit
        stored = dispatcher._cache._cache_file
        stored._source_stamp = (stored._source_stamp, _own_stamp())


def _one_at_a_time(dispatcher: Any) -> Callable[..., Any]:
    @functools.wraps(dispatcher)
    def enter(*args: Any) -> Any:
        with _parallel_lock:
            return dispatcher(*args)

    return enter
