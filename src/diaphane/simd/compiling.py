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

    Code on disk is stale when the instruction set, this package, or any file in the folder of the
    function changes: a kernel may call kernels of its own room, not of others.
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
            _stamp(dispatcher, Path(function.__code__.co_filename).parent)
        return dispatcher

    return compile_later


@functools.cache
def _stamp_of(room: Path) -> str:
    sha = hashlib.sha256(f"{ISA} {W}".encode())
    for source in (*sorted(Path(__file__).parent.glob("*.py")), *sorted(room.glob("*.py"))):
        sha.update(source.read_bytes())
    return sha.hexdigest()


def _stamp(dispatcher: Any, room: Path) -> None:
    """Join the stamp of all that a kernel may call to that of its file, Numba's only one."""
    with contextlib.suppress(AttributeError):  # a private place of Numba; without it: a stale hit
        stored = dispatcher._cache._cache_file
        stored._source_stamp = (stored._source_stamp, _stamp_of(room))
