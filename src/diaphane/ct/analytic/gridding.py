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
from diaphane.ct.analytic.gridding_kernels import TABLE, WIDTH, fold, put_on_grid
from diaphane.parallel import spread

_FINER = 1.5  # the grid of frequencies than the slice asks for


@dataclass(frozen=True, eq=False)
class Gridding:
    """From filtered transforms of views to slices of one size."""

    directions: DoubleArray
    """Shape (n_views, 2): cosine and sine of the angles, in grid steps a frequency."""
    turns: DoubleArray
    """Shape (n_views,): how far, in rad, each frequency turns for the middle of the slice."""
    table: FloatArray
    """The kernel from its middle to its end, :data:`TABLE` values a grid step."""
    correction: tuple[FloatArray, FloatArray]
    """What rows and columns of the slice are multiplied by."""
    size: int
    """Edge of the grid of frequencies."""

    @classmethod
    def of(
        cls,
        angles_rad: DoubleArray,
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
        middle = (x_mm[0] + x_mm[-1]) / 2 * cosine + (y_mm[0] + y_mm[-1]) / 2 * sine
        turns = 2 * np.pi / length * (axis_column + middle / pitch_mm)
        steps = size * voxel_mm / (length * pitch_mm)
        shape = np.pi * np.sqrt((WIDTH / _FINER) ** 2 * (_FINER - 0.5) ** 2 - 0.8)
        away = np.arange(WIDTH * TABLE // 2 + 2) / (WIDTH * TABLE / 2)
        table = np.i0(shape * np.sqrt(np.maximum(1 - away**2, 0))) * (away <= 1)
        correction = tuple(_undo(len(axis), size, shape) for axis in (y_mm, x_mm))
        return cls(
            np.stack([cosine, sine], 1) * steps,
            turns,
            table.astype(np.float32),
            (correction[0][:, None], correction[1]),
            size,
        )

    def slice_of(self, spectrum: AnyArray) -> FloatArray:
        """Return the slice (ny, nx) of filtered transforms (n_views, n_frequencies)."""
        n_parts, size = max(1, min(numba.get_num_threads(), len(spectrum))), self.size
        grids = np.zeros((n_parts, size, size // 2 + 1 + 2 * WIDTH), np.complex64)
        where = (self.directions, self.turns, self.table)
        spread(put_on_grid, n_parts, spectrum.view(np.float32), *where, grids.view(np.float32))
        plane = np.empty((size, size // 2 + 1), np.complex64)
        ny, nx = len(self.correction[0]), len(self.correction[1])
        spread(fold, size, grids, (ny - 1) / 2, (nx - 1) / 2, plane)
        workers = numba.get_num_threads()
        lines = np.asarray(scipy.fft.ifft(plane, axis=0, norm="forward", workers=workers))[:ny]
        values = np.asarray(scipy.fft.irfft(lines, size, norm="forward", workers=workers))
        return values[:, :nx] * self.correction[0] * self.correction[1]


def _undo(n: int, size: int, shape: float) -> FloatArray:
    """Return one over the transform of the kernel at the places of n voxels."""
    place = np.pi * WIDTH * (np.arange(n) - (n - 1) / 2) / size
    root = np.sqrt(shape**2 - place**2)
    return (root / np.sinh(root) / WIDTH).astype(np.float32)
