"""How kernels are compiled, kept on disk, and entered."""

import contextlib
import functools
import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from numba import njit

from diaphane.simd.host import ISA, W, config

FAST = frozenset({"contract", "reassoc", "nsz", "arcp"})
"""What a kernel may do to arithmetic: fuse and reorder, but never assume that NaN cannot be."""


def kernel(*, inline: bool = False) -> Callable[[Callable[..., Any]], Any]:
    """Compile a function of numbers and arrays with Numba, and keep the machine code on disk.

    Code on disk is stale when the function's file, this package or the instruction set changes.
    Kernels let go of Python's lock, so that threads run them side by side. They check nothing:
    whoever calls one looks at sizes and ranges before.

    Parameters
    ----------
    inline : bool
        Whether LLVM must inline it into the kernels that call it.
    """

    def compile_later(function: Callable[..., Any]) -> Any:
        options = {"cache": True, "nogil": True, "error_model": "numpy", "fastmath": set(FAST)}
        dispatcher = njit(forceinline=inline, **options)(function)
        if not config.DISABLE_JIT:
            _stamp(dispatcher)
        return dispatcher

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
