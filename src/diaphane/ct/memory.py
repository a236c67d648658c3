"""Whether a picture fits into the memory that is left, before the work begins."""

from pathlib import Path

from diaphane.errors import InputError
from diaphane.space import Grid

_SHARE = 0.9  # of what is free: others want some too
_VOXEL_BYTES = 4
_MEMORY = Path("/proc/meminfo")
_LIMITS = Path("/sys/fs/cgroup")


def check_memory(step: str, grid: Grid, copies: float) -> None:
    """Refuse a grid that cannot be held, and say which would fit.

    Parameters
    ----------
    step : str
        The step's public name, for the sentence.
    grid : Grid
        Where the picture is wanted.
    copies : number
        How many times its size the work takes, the picture included.

    Raises
    ------
    InputError
        When more memory is needed than is left.
    """
    free = free_bytes()
    n_slices, n_rows, n_columns = grid.shape
    needed = copies * _VOXEL_BYTES * n_slices * n_rows * n_columns
    if free is None or needed <= _SHARE * free:
        return
    edge_mm = grid.spacing_mm[2] * 1.02 * (needed / (_SHARE * free)) ** (1 / 3)
    raise InputError(
        f"{step} needs {needed / 2**30:.1f} GiB for {n_slices} × {n_rows} × {n_columns} voxels and "
        f"{free / 2**30:.1f} GiB are free: over the same field grid.voxel_mm = {edge_mm:.2g} fits"
    )


def free_bytes() -> int | None:
    """Return the bytes that this process may still take; ``None`` where nobody tells."""
    known = []
    if _MEMORY.exists():
        lines = dict(line.split(":", 1) for line in _MEMORY.read_text().splitlines())
        if "MemAvailable" in lines:
            known.append(1024 * int(lines["MemAvailable"].split()[0]))
    limit, used = _LIMITS / "memory.max", _LIMITS / "memory.current"
    if limit.exists() and used.exists() and limit.read_text().strip().isdigit():
        known.append(max(int(limit.read_text()) - int(used.read_text()), 0))
    return min(known) if known else None
