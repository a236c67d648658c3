"""How much memory is left, and whether a piece of work fits into it, before it begins."""

from pathlib import Path

from diaphane.errors import InputError

SHARE = 0.9
"""Of what is free: others want some too."""

_MEMORY = Path("/proc/meminfo")
_LIMITS = Path("/sys/fs/cgroup")


def check_room(step: str, shape: tuple[int, ...], voxel_bytes: float) -> None:
    """Refuse a volume that cannot be worked on, and say how much memory it takes.

    Parameters
    ----------
    step : str
        The step's public name, for the sentence.
    shape : tuple of int
        Slices, rows and columns.
    voxel_bytes : number
        What the work takes for each voxel, the result included.

    Raises
    ------
    InputError
        When more memory is needed than is left.
    """
    free, n_voxels = free_bytes(), 1
    for n in shape:
        n_voxels *= n
    needed = n_voxels * voxel_bytes
    if free is not None and needed > SHARE * free:
        raise InputError(
            f"{step} needs {needed / 2**30:.1f} GiB for {' × '.join(map(str, shape))} voxels and "
            f"{free / 2**30:.1f} GiB are free: crop or resample to "
            f"{SHARE * free / needed:.0%} of the voxels or fewer"
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
