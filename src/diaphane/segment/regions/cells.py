"""Superpixels: an image cut into small, compact cells of nearly one value.

Each cell has a center with a place and a mean value. A voxel goes to the center to which
d² = (place apart / cell edge)² + (value apart / contrast)² is smallest; then each center moves to
the middle of its voxels, and so on. At the end each cell is made one connected piece.

References
----------
R. Achanta, A. Shaji, K. Smith, A. Lucchi, P. Fua, S. Süsstrunk, "SLIC superpixels compared to
state-of-the-art superpixel methods", IEEE Transactions on Pattern Analysis and Machine Intelligence
34(11), 2012, equation 3. Places are in mm, so that cells are round where voxels are long; colors
are compared as they are, not in CIELAB; centers start where the even grid puts them.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray, first_not_finite
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.segment.regions.cell_kernels import assign_slices, move_centers
from diaphane.segment.regions.cell_pieces import one_piece_each
from diaphane.step import step

_SHARE_OF_RANGE = 0.1
"""Of the range of most values: the contrast that is taken where none is named."""
_MOST_CELLS = 2_000_000


@step(version=1)
def superpixels(
    image: Image,
    *,
    cell_mm: Annotated[float, Range(0.01, 1000, scale="log", unit="mm")],
    contrast: Annotated[float, Range(0.000001, 100_000, scale="log", unit="{image}")] | None = None,
    passes: Annotated[int, Range(1, 100)] = 10,
) -> Labels:
    """Cut an image into compact cells of nearly one value, each with a number of its own.

    Parameters
    ----------
    image : Image
        Real, with or without channels, of one slice or many.
    cell_mm : float
        Edge of a cell where nothing is to be seen; in pixels on a grid without millimeters.
    contrast : float, optional
        The difference in value that counts as much as one edge of a cell: smaller follows the
        image, larger gives rounder cells. By default a tenth of the range of the middle 98 % of
        the values.
    passes : int
        How often the centers move; they stop earlier when nothing changes.

    Returns
    -------
    Labels
        Numbers from 1, no voxel without. Each cell is connected through faces;
        pieces smaller than a quarter of a cell go to the neighbor they touch most.

    Raises
    ------
    InputError
        When a value is not finite or complex, or a cell is smaller than a voxel or would be one
        of more than two million.
    """
    check_room("segment.superpixels", image.grid.shape, 28)
    values = _channels_first(image)
    weights, counts = _spacing(image, cell_mm)
    chosen = usual_contrast(values) if contrast is None else contrast
    if contrast is None:
        notice("segment.contrast_chosen", value=float(f"{chosen:.3g}"), unit=image.quantity.unit)
    centers = _even_centers(values, counts)
    reach = np.ceil(np.array(image.grid.shape) / counts).astype(np.int32) + 1
    numbers = np.zeros(image.grid.shape, np.int32)
    nearest = np.empty(image.grid.shape, np.float32)
    weights = np.append(weights, chosen**-2)
    for _ in track(range(passes), "segment.superpixels"):
        spread(assign_slices, len(numbers), values, centers, reach, weights, numbers, nearest)
        moved = np.empty_like(centers)
        spread(move_centers, len(centers), values, numbers, reach, centers, moved)
        if np.abs(moved[:, :3] - centers[:, :3]).max() < 1e-3:
            break
        centers = moved
    del nearest
    return Labels(one_piece_each(numbers, numbers.size / len(centers) / 4), image.grid)


def _channels_first(image: Image) -> FloatArray:
    if image.values.dtype.kind == "c":
        raise InputError("segment.superpixels takes real values, got complex ones: take magnitudes")
    bad = first_not_finite(image.values)
    if bad is not None:
        raise InputError(
            f"segment.superpixels takes finite values, got {image.values[bad]} at {bad}"
        )
    channels = np.moveaxis(image.values, -1, 0) if image.channels else image.values[None]
    return np.ascontiguousarray(channels, np.float32)


def _spacing(image: Image, cell_mm: float) -> tuple[DoubleArray, AnyArray]:
    """Return what a squared step counts along each axis, and how many cells fit along it."""
    spacing_mm = np.array(image.grid.spacing_mm)
    within = np.array(image.grid.shape) > 1
    if within.any() and cell_mm < spacing_mm[within].min():
        raise InputError(
            f"segment.superpixels: cell_mm must be at least a voxel's shortest edge, "
            f"{spacing_mm[within].min():.4g}, got {cell_mm}"
        )
    counts = np.maximum(1, np.round(np.array(image.grid.shape) * spacing_mm / cell_mm)).astype(int)
    if counts.prod() > _MOST_CELLS:
        raise InputError(
            f"segment.superpixels: cell_mm = {cell_mm} would give {counts.prod()} cells, more "
            f"than {_MOST_CELLS}: take larger cells"
        )
    return (spacing_mm / cell_mm) ** 2, counts


def _even_centers(values: FloatArray, counts: AnyArray) -> DoubleArray:
    """Return centers on an even grid: slice, row, column, and the value found there."""
    shape = values.shape[1:]
    axes = [(np.arange(n) + 0.5) * size / n - 0.5 for n, size in zip(counts, shape)]
    places = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)
    nearest = np.round(places).astype(int).T
    found = values[:, nearest[0], nearest[1], nearest[2]].T
    return np.concatenate([places, found], axis=1, dtype=np.float64)


def usual_contrast(values: AnyArray) -> float:
    """Return a tenth of the range of the middle 98 % of the values; 1 where it is none."""
    sample = values.reshape(-1)[:: max(1, values.size // 1_000_000)]
    low, high = np.percentile(sample, [1, 99])
    return float(_SHARE_OF_RANGE * (high - low)) or 1.0
