"""The ramp filter, which undoes the blur that backprojection makes."""

import os
from typing import Annotated

import numpy as np
import scipy.fft

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.ct.analytic.windows import Window, window_of
from diaphane.errors import GeometryError, InputError, OptionError
from diaphane.options import Range
from diaphane.progress import track

Cutoff = Annotated[float, Range(0.05, 1.0)]
"""Highest frequency kept, as a fraction of the detector's Nyquist frequency."""

_WIDEST_RAD = np.deg2rad(170)  # beyond a fan: reached by the padding only
_BLOCK = 2**19  # frequencies at a time: 4 MB, which stays in the cache


def filter_rows(
    values: AnyArray, spacing_mm: float, *, window: Window = "ram-lak", cutoff: float = 1.0
) -> FloatArray:
    """Filter every row of the detector with the ramp, as filtered backprojection asks.

    Parameters
    ----------
    values : (..., n_columns) array
        Line integrals (no unit), weighted where the geometry asks for it.
    spacing_mm : number
        From column to column, scaled to the axis of rotation where rays diverge.
    window : Window
        What the ramp is multiplied by; all are 1 at frequency 0, ``ram-lak`` everywhere.
    cutoff : number
        Where the window ends, as a fraction of the Nyquist frequency; nothing passes beyond it.

    Returns
    -------
    (..., n_columns) float32 array
        The filtered rows, in 1/mm: for parallel rays, their mean over half a turn, times π, is
        the attenuation.

    Raises
    ------
    GeometryError
        When `spacing_mm` is not a number above 0.
    OptionError
        When `cutoff` is not above 0 and at most 1.

    Notes
    -----
    Kak and Slaney, *Principles of Computerized Tomographic Imaging*, chapter 3, equation 61: the
    ramp is sampled in space, where it is band-limited, not in frequency, where its zero at
    frequency 0 would darken the whole picture. Rows are zero-padded to at least twice their
    length, so that their ends do not meet.

    Examples
    --------
    >>> filter_rows(np.array([[0, 0, 1, 0, 0]]), 1.0)[0, 2]
    np.float32(0.25)
    """
    if not (np.isfinite(spacing_mm) and spacing_mm > 0):
        raise GeometryError(f"spacing_mm must be > 0, got {spacing_mm}")
    if values.ndim == 0 or values.shape[-1] == 0:
        raise InputError(f"filter_rows needs rows of at least one sample, got {values.shape}")
    n_columns = values.shape[-1]
    response = row_response(n_columns, spacing_mm, window=window, cutoff=cutoff)
    rows = values.reshape(-1, n_columns)
    filtered = np.empty(rows.shape, np.float32)
    size = max(1, _BLOCK // len(response))
    for start in track(range(0, len(rows), size), "ramp filter"):
        filtered[start : start + size] = filter_block(rows[start : start + size], response)
    return filtered.reshape(values.shape)


def filter_block(rows: AnyArray, response: FloatArray) -> FloatArray:
    """Filter rows (..., n_columns) at once with what :func:`row_response` returned for them."""
    n_columns, length = rows.shape[-1], 2 * (len(response) - 1)
    padded = np.zeros((*rows.shape[:-1], length), np.float32)
    padded[..., :n_columns] = rows
    return filter_padded(padded, response)[..., :n_columns]


def filter_padded(rows: FloatArray, response: FloatArray) -> FloatArray:
    """Filter rows that are padded to the length of the response; what is behind them is waste."""
    spectrum: AnyArray = np.asarray(scipy.fft.rfft(rows, axis=-1, workers=_workers()))
    spectrum *= response
    return np.asarray(
        scipy.fft.irfft(spectrum, rows.shape[-1], axis=-1, workers=_workers(), overwrite_x=True)
    )


def row_response(
    n_columns: int,
    spacing_mm: float,
    *,
    window: Window = "ram-lak",
    cutoff: float = 1.0,
    step_rad: float = 0.0,
) -> FloatArray:
    """Return the ramp's response, in 1/mm, for rows of `n_columns` padded to twice their length.

    `step_rad` is that of :func:`ramp_response`.
    """
    length = 2 * int(scipy.fft.next_fast_len(n_columns, real=True) or n_columns)
    response = ramp_response(length, window=window, cutoff=cutoff, step_rad=step_rad)
    return (response / spacing_mm).astype(np.float32)


def ramp_response(
    length: int, *, window: Window = "ram-lak", cutoff: float = 1.0, step_rad: float = 0.0
) -> DoubleArray:
    """Return the ramp's response at the frequencies of a real FFT of `length`, for unit spacing.

    Parameters
    ----------
    length : int
        Samples of the transform.
    window : Window
        What the ramp is multiplied by.
    cutoff : number
        Where the window ends, as a fraction of the Nyquist frequency.
    step_rad : number
        For rays of a fan at equal angles, the angle between neighbors; 0 for rays that are equally
        far apart on a line. The kernel is then multiplied by ``(γ / sin γ)²`` at the angle γ.

    Returns
    -------
    (length // 2 + 1,) float64 array
        Close to the frequency in cycles per sample, and a little above 0 at frequency 0, as the
        kernel's finite length makes it.

    Notes
    -----
    For equal angles: Kak and Slaney, chapter 3, equation 134.
    """
    if not 0 < cutoff <= 1:
        raise OptionError(f"cutoff must be above 0 and at most 1, got {cutoff}")
    distance = np.minimum(np.arange(length), length - np.arange(length))
    odd = distance % 2 == 1
    kernel = np.zeros(length)
    kernel[0] = 1 / 4
    kernel[odd] = -1 / (np.pi * distance[odd]) ** 2
    if step_rad > 0:
        angle_rad = np.minimum(distance * step_rad, _WIDEST_RAD)
        kernel *= 1 / np.sinc(angle_rad / np.pi) ** 2
    ramp = np.real(np.asarray(scipy.fft.rfft(kernel)))
    x = np.arange(len(ramp)) * 2 / (length * cutoff)
    return ramp * window_of(window, x)


def _workers() -> int:
    """Return how many threads may work: the processors this process is allowed to use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
