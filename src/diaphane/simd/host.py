"""What the processor offers: the instruction set the kernels are written in, and its width."""

import os
import tempfile
from pathlib import Path
from typing import Any

from numba.core import config as numba_config
from numba.core.registry import cpu_target
from platformdirs import user_cache_path

from diaphane.errors import InputError

config: Any = numba_config
"""Numba's settings, read from its ``NUMBA_*`` variables."""

_LANES = {"avx512": 16, "avx2": 8, "sse": 4, "neon": 4}


def host_isa() -> str:
    """Return the widest instruction set that Numba generates code for here."""
    target: Any = cpu_target.target_context
    triple, _, features = target.codegen().magic_tuple()
    present = set(features.split(","))
    if "+avx512f" in present and "+avx512dq" in present:
        return "avx512"
    if "+avx2" in present:
        return "avx2"
    return "neon" if triple.startswith(("aarch64", "arm64")) else "sse"


def choose_path(wanted: str) -> tuple[str, int]:
    """Return the name of the code path and its number of lanes."""
    host = host_isa()
    if config.DISABLE_JIT:
        return "numpy", _LANES[host]
    if wanted in ("", host):
        return host, _LANES[host]
    if wanted == "generic":
        return wanted, _LANES[host]
    narrower = [name for name, lanes in _LANES.items() if lanes < _LANES[host] and name != "neon"]
    if host != "neon" and wanted in narrower:
        return wanted, _LANES[wanted]
    known = ", ".join([host, *narrower, "generic"] if host != "neon" else [host, "generic"])
    raise InputError(f"DIAPHANE_SIMD must be one of {known} on this machine, got {wanted!r}")


def _keep_compiled_kernels() -> None:
    """Point Numba to the user's cache where the package's own folder cannot be written."""
    if config.CACHE_DIR or os.access(Path(__file__).parent, os.W_OK):
        return
    folder = user_cache_path("diaphane", appauthor=False) / "kernels"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError:
        folder = Path(tempfile.mkdtemp(prefix="diaphane-kernels-"))
    config.CACHE_DIR = str(folder)
    # Numba reads its settings again from the environment when it compiles.
    os.environ["NUMBA_CACHE_DIR"] = str(folder)


_keep_compiled_kernels()

ISA, W = choose_path(os.environ.get("DIAPHANE_SIMD", ""))
