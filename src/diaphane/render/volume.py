"""The volume as rays meet it: framed by air, cut to labels, with the extremes of each brick."""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, ByteArray, first_not_finite
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.parallel import spread
from diaphane.render.bricks import brick_extremes
from diaphane.render.transfer import Transfer
from diaphane.simd import kernel
from diaphane.space import Affine, Grid

AIR_HU = -1000
_GAUSS_REACH = 3.0


@dataclass(frozen=True, eq=False)
class Volume:
    """Whole Hounsfield numbers with one voxel of air around them."""

    values: AnyArray
    """int16, in array order."""
    grid: Grid
    """Where they lie, the air included."""
    structures: ByteArray
    """Each voxel's label, 1…255, or of shape (1, 1, 1) where labels have no colors."""
    lows: AnyArray
    """The lowest value in and next to each brick."""
    highs: AnyArray
    """The highest value in and next to each brick."""

    @classmethod
    def of(
        cls, image: Image, labels: Labels | None, transfer: Transfer, *, smooth_mm: float = 0.0
    ) -> "Volume":
        """Return the volume of an image, everything outside `labels` made invisible.

        Raises
        ------
        InputError
            When the image holds NaN, or has fewer than two voxels along an axis.
        GeometryError
            When the labels lie on another grid.
        """
        _check(image, labels)
        values = image.values
        if smooth_mm > 0:
            sigmas = [smooth_mm / spacing for spacing in image.grid.spacing_mm]
            values = ndimage.gaussian_filter(
                np.asarray(values, np.float32), sigmas, truncate=_GAUSS_REACH
            )
        framed = np.full([n + 2 for n in values.shape], AIR_HU, np.int16)
        kept = np.ones((1, 1, 1), np.uint8) if labels is None else _bytes(labels)
        spread(_frame, len(values), values, kept, np.int16(transfer.first_visible_hu), framed)
        matrix = image.grid.affine.matrix.copy()
        matrix[:3, 3] -= matrix[:3, :3].sum(axis=1)
        lows, highs = brick_extremes(framed)
        structures = np.pad(kept, 1) if kept.max() > 1 else np.zeros((1, 1, 1), np.uint8)
        n_slices, n_rows, n_columns = framed.shape
        grid = Grid((n_slices, n_rows, n_columns), Affine(matrix))
        return cls(framed, grid, structures, lows, highs)

    def occupied(self, transfer: Transfer) -> ByteArray:
        """Return for each brick whether anything in it is seen."""
        seen = np.concatenate([[0], np.cumsum(transfer.opacity_per_mm > 0)])
        bins = transfer.bins_hu
        first = np.clip(np.searchsorted(bins, self.lows, side="right") - 1, 0, len(bins) - 1)
        last = np.clip(np.searchsorted(bins, self.highs), 0, len(bins) - 1)
        return (seen[last + 1] > seen[first]).astype(np.uint8)


def _check(image: Image, labels: Labels | None) -> None:
    if min(image.grid.shape) < 2:
        raise InputError(
            f"a volume needs 2 voxels or more along each axis, got {image.grid.shape}; "
            "a single section is shown by render.plane"
        )
    place = first_not_finite(image.values)
    if place is not None:
        raise InputError(f"image must hold finite values, got {image.values[place]} at {place}")
    if labels is not None and not labels.grid.is_close(image.grid):
        raise GeometryError(
            f"labels must lie on the image's grid, got {labels.grid.shape} voxels where the image "
            f"has {image.grid.shape}, or other millimeters: resample one onto the other"
        )


def _bytes(labels: Labels) -> ByteArray:
    """Return labels as 0…255, those beyond folded back without becoming 0."""
    values = labels.values
    if values.max(initial=0) <= 255 and values.min(initial=0) >= 0:
        return values.astype(np.uint8)
    return np.where(values == 0, 0, (values - 1) % 255 + 1).astype(np.uint8)


@kernel()
def _frame(
    first: int, last: int, values: AnyArray, kept: ByteArray, hidden: int, framed: AnyArray
) -> None:
    """Round into the frame; where no voxel around is kept, stay at what is just not seen."""
    n_rows, n_columns = values.shape[1:]
    for k in range(first, last):
        for j in range(n_rows):
            for i in range(n_columns):
                value = np.int16(min(max(np.rint(values[k, j, i]), -32768.0), 32767.0))
                if kept.size > 1 and value > hidden and not _is_near(kept, k, j, i):
                    value = hidden
                framed[k + 1, j + 1, i + 1] = value


@kernel()
def _is_near(kept: ByteArray, k: int, j: int, i: int) -> bool:
    """Whether a voxel or one of its 26 neighbors is kept."""
    for a in range(max(k - 1, 0), min(k + 2, kept.shape[0])):
        for b in range(max(j - 1, 0), min(j + 2, kept.shape[1])):
            for c in range(max(i - 1, 0), min(i + 2, kept.shape[2])):
                if kept[a, b, c]:
                    return True
    return False
