"""Whether a picture fits into the memory that is left, before the work begins."""

from diaphane.errors import InputError
from diaphane.memory import SHARE, free_bytes
from diaphane.space import Grid

_VOXEL_BYTES = 4


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
    if free is None or needed <= SHARE * free:
        return
    edge_mm = grid.spacing_mm[2] * 1.02 * (needed / (SHARE * free)) ** (1 / 3)
    raise InputError(
        f"{step} needs {needed / 2**30:.1f} GiB for {n_slices} × {n_rows} × {n_columns} voxels and "
        f"{free / 2**30:.1f} GiB are free: over the same field grid.voxel_mm = {edge_mm:.2g} fits"
    )
