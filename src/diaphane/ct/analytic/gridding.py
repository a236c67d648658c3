"""Slices from the Fourier transforms of their views, put onto a grid of frequencies.

By the projection-slice theorem the transform of a view is a line through the transform of the
slice. The filtered lines are spread onto a finer grid of frequencies with Kaiser and Bessel's
kernel, one inverse transform gives the slice, and what the kernel did to it is divided out.

References
----------
J. D. O'Sullivan, "A fast sinc function gridding algorithm for Fourier inversion in computer
tomography", IEEE Trans. Med. Imaging 4 (1985) 200. The kernel's shape: P. J. Beatty, D. G.
Nishimura and J. M. Pauly, IEEE Trans. Med. Imaging 24 (2005) 799, equation 5.
"""

from dataclasses import dataclass

import numba
import numpy as np
import scipy.fft

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.ct.analytic.gridding_kernels import LANES, TABLE, WIDTH, fold, put_on_grid
from diaphane.parallel import spread

_FINER = 1.5  # the grid of frequencies than the slice asks for
_FARTHEST = 1.25  # frequency kept in every direction, of that of detail two voxels wide


@dataclass(frozen=True, eq=False)
class Gridding:
    """From weighted views to slices of one size."""

    response: FloatArray
    """Shape (n_kept,): what the frequencies of a view are multiplied by."""
    directions: DoubleArray
    """Shape (n_views, 2): cosine and sine of the angles, in grid steps a frequency."""
    turns: DoubleArray
    """Shape (n_views,): how far, in rad, each frequency turns for the middle of the slice."""
    table: FloatArray
    """What the places under the kernel count, as :func:`put_on_grid` reads it."""
    correction: tuple[FloatArray, FloatArray]
    """What rows (ny, 1) and columns (nx,) of the slice are multiplied by."""
    size: int
    """Edge of the grid of frequencies."""

    @classmethod
    def of(
        cls,
        angles_rad: DoubleArray,
        response: FloatArray,
        *,
        length: int,
        pitch_mm: float,
        axis_column: float,
        x_mm: DoubleArray,
        y_mm: DoubleArray,
        voxel_mm: float,
    ) -> "Gridding":
        """Return the gridding of rows of `length` samples for slices of equal voxels.

        Parameters
        ----------
        angles_rad : (n_views,) float64
            View angles.
        response : (n_kept,) float32
            The filter at the frequencies of a row that are kept, its repetition included.
        length : int
            Samples of the padded rows, whose transforms are gridded.
        pitch_mm : float
            From sample to sample.
        axis_column : float
            Where the axis of rotation is seen.
        x_mm, y_mm : (nx,), (ny,) float64
            Where columns and rows of the slice lie.
        voxel_mm : float
            From one to the next.
        """
        n = max(len(x_mm), len(y_mm))
        size = 2 * int(
            scipy.fft.next_fast_len(int(np.ceil(_FINER * n / 2)) + WIDTH, real=True) or 0
        )
        cosine, sine = np.cos(angles_rad), np.sin(angles_rad)
        middle = x_mm[len(x_mm) // 2] * cosine + y_mm[len(y_mm) // 2] * sine
        turns = 2 * np.pi / length * (axis_column + middle / pitch_mm)
        steps = size * voxel_mm / (length * pitch_mm)
        shape = np.pi * np.sqrt((WIDTH / _FINER) ** 2 * (_FINER - 0.5) ** 2 - 0.8)
        undo_y, undo_x = (_undo(len(axis), size, shape) for axis in (y_mm, x_mm))
        directions = np.stack([cosine, sine], 1) * steps
        return cls(response, directions, turns, _table(shape), (undo_y[:, None], undo_x), size)

    def slice_of(self, rows: FloatArray) -> FloatArray:
        """Return the slice (ny, nx) of weighted and padded rows (n_views, length)."""
        workers, size, middle = numba.get_num_threads(), self.size, self.size // 2
        spectrum = np.asarray(scipy.fft.rfft(rows, workers=workers))
        n_parts = max(1, min(workers, len(rows)))
        grids = np.zeros((n_parts, size, middle + 1 + 2 * WIDTH + LANES // 2), np.complex64)
        where = (self.directions, self.turns, _FARTHEST * middle, self.table)
        seen = spectrum.view(np.float32)
        spread(put_on_grid, n_parts, seen, self.response, *where, grids.view(np.float32))
        plane = np.empty((size, middle + 1), np.complex64)
        spread(fold, size, grids, plane)
        ny, nx = len(self.correction[0]), len(self.correction[1])
        lines = np.asarray(scipy.fft.ifft(plane, axis=0, norm="forward", workers=workers))
        lines = _around_first(lines, ny, 0)
        values = np.asarray(scipy.fft.irfft(lines, size, norm="forward", workers=workers))
        return _around_first(values, nx, 1) * self.correction[0] * self.correction[1]


def _around_first(values: AnyArray, n: int, axis: int) -> AnyArray:
    """Return the n neighbors of what stands first on an axis that is a circle, it in the middle."""
    return np.take(values, np.arange(n) - n // 2, axis, mode="wrap")


def _table(shape: float) -> FloatArray:
    """Return Kaiser and Bessel's kernel as :func:`put_on_grid` reads it."""
    places = WIDTH / 2 - np.arange(TABLE + 1)[:, None] / TABLE - np.arange(WIDTH)
    within = np.sqrt(np.maximum(1 - (2 * places / WIDTH) ** 2, 0))
    counts = np.repeat(np.i0(shape * within), 2, axis=1)
    table = np.zeros((TABLE + 1, 2, LANES), np.float32)
    table[:, 0, : 2 * WIDTH] = counts
    table[:-1, 1, : 2 * WIDTH] = np.diff(counts, axis=0)
    return table.reshape(TABLE + 1, 2 * LANES)


def _undo(n: int, size: int, shape: float) -> FloatArray:
    """Return one over the transform of the kernel at the places of n voxels."""
    place = np.pi * WIDTH * (np.arange(n) - n // 2) / size
    root = np.sqrt(shape**2 - place**2)
    return (root / np.sinh(root) / WIDTH).astype(np.float32)
