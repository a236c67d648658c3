"""Scattered photons: they arrive from everywhere, fill the shadows and hollow out the slice.

What a pixel counts is primary plus scatter, ``I = P + S``. Scatter is smooth, so that a rough
estimate helps much: a constant (:func:`subtract_scatter`), or a wide blur of what every ray
scatters on its way (:func:`subtract_scatter_kernel`). Both work on counts.
"""

from dataclasses import replace
from typing import Annotated

import numpy as np
import scipy.fft

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

_LEAST_LEFT = 0.05  # of a reading: no estimate may take more away


@step(version=1)
def subtract_scatter(
    scan: Annotated[AnyScan, Quantity.COUNTS],
    *,
    fraction: Annotated[float, Range(0, 0.95)] = 0.3,
) -> Annotated[AnyScan, Quantity.COUNTS]:
    """Subtract from each view one constant: a share of what its darkest part counts.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts with flats, or without where only ratios within a view matter.
    fraction : number
        Which share of the counts behind the thickest part of the body (their 2nd percentile,
        beyond the dark level) is scatter.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The counts without it; a notice says what share of all was subtracted. At least 5 % of a
        reading stays.

    Raises
    ------
    InputError
        When the darks have another shape than a view.

    Notes
    -----
    Uniform scatter over the field, after G. H. Glover, "Compton scatter effects in CT
    reconstructions", Med. Phys. 9 (1982) 860.
    """
    dark = _dark(scan)
    values = np.empty(scan.values.shape, np.float32)
    total = taken = 0.0
    for view in track(range(scan.beam.n_views), "ct.subtract_scatter"):
        signal = scan.values[view] - dark
        scatter = np.full_like(signal, fraction * max(float(np.quantile(signal, 0.02)), 0.0))
        primary = _without(signal, scatter)
        values[view] = primary + dark
        total += float(signal.sum())
        taken += float((signal - primary).sum())
    _tell(taken, total)
    return replace(scan, values=values)


@step(version=1)
def subtract_scatter_kernel(
    scan: Annotated[AnyScan, Quantity.COUNTS],
    *,
    amplitude: Annotated[float, Range(0, 2)] = 0.2,
    width_mm: Annotated[float, Range(1, 1000, scale="log", unit="mm")] = 80.0,
    rounds: Annotated[int, Range(1, 20)] = 6,
    open_beam_counts: Annotated[float, Range(1, 1e9, scale="log")] | None = None,
) -> Annotated[AnyScan, Quantity.COUNTS]:
    """Subtract what each ray scatters over the detector, estimated from what it lost.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts, with flats or `open_beam_counts`.
    amplitude : number
        Scattered counts of a ray, in all, over what it lost per mean free path: 0.2 gives a ray
        of transmission T, in all, ``0.2 T ln(1/T)`` of the open beam.
    width_mm : number
        Standard deviation of the Gaussian over which they spread on the detector.
    rounds : int
        How often scatter is estimated from the primary of the round before.
    open_beam_counts : number, optional
        Counts of a ray without the body, for a scan without flats.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The counts without it; a notice says what share of all was subtracted. At least 5 % of a
        reading stays.

    Raises
    ------
    InputError
        When there are neither flats nor `open_beam_counts`.

    Notes
    -----
    M. Sun and J. M. Star-Lack, "Improved scatter correction using adaptive scatter kernel
    superposition", Phys. Med. Biol. 55 (2010) 6695, equations 2 and 6, with one kernel for all
    thicknesses and α = β = 1. The kernel is cut off at the detector's edge, beyond which nothing
    is known: what is left out there falls short by up to half at the rim of a body cut off. A
    detector of one row is taken for one of many alike.
    """
    dark = _dark(scan)
    open_beam = _open_beam(scan, dark, open_beam_counts)
    response = _blur(scan, width_mm)
    values = np.empty(scan.values.shape, np.float32)
    total = taken = 0.0
    for view in track(range(scan.beam.n_views), "ct.subtract_scatter_kernel"):
        signal = scan.values[view] - dark
        primary = signal
        for _ in range(rounds):
            share = np.clip(primary / open_beam, 1e-6, 1)
            source = amplitude * open_beam * share * np.log(1 / share)
            primary = _without(signal, response(source))
        values[view] = primary + dark
        total += float(signal.sum())
        taken += float((signal - primary).sum())
    _tell(taken, total)
    return replace(scan, values=values)


class _Blur:
    """A Gaussian over the detector, without wrapping around."""

    def __init__(self, shape: tuple[int, int], sigma: tuple[float, float]) -> None:
        self.shape = shape
        self.padded = [
            int(scipy.fft.next_fast_len(n + int(min(4 * s, n)), real=True) or n) if n > 1 else 1
            for n, s in zip(shape, sigma)
        ]
        self.response = np.ones((1, 1))
        for axis, (n, s) in enumerate(zip(self.padded, sigma)):
            if self.shape[axis] == 1:
                continue
            far = np.minimum(np.arange(n), n - np.arange(n))
            kernel = np.exp(-0.5 * (far / s) ** 2)
            transform = np.real(np.fft.fft(kernel / kernel.sum()))
            self.response = self.response * (transform[:, None] if axis == 0 else transform)
        self.response = self.response[:, : self.padded[1] // 2 + 1]

    def __call__(self, values: DoubleArray) -> DoubleArray:
        spectrum = np.asarray(scipy.fft.rfft2(values, self.padded)) * self.response
        return np.asarray(scipy.fft.irfft2(spectrum, self.padded))[: self.shape[0], : self.shape[1]]


def _blur(scan: AnyScan, width_mm: float) -> _Blur:
    detector = scan.beam.detector
    sigma = (width_mm / detector.row_spacing_mm, width_mm / detector.column_spacing_mm)
    return _Blur((detector.n_rows, detector.n_columns), sigma)


def _dark(scan: AnyScan) -> DoubleArray:
    shape = scan.values.shape[1:]
    return np.zeros(shape) if scan.darks is None else scan.darks.mean(axis=0, dtype=np.float64)


def _open_beam(scan: AnyScan, dark: DoubleArray, counts: float | None) -> DoubleArray:
    if scan.flats is not None:
        open_beam = scan.flats.mean(axis=0, dtype=np.float64) - dark
    elif counts is not None:
        open_beam = counts - dark
    else:
        raise InputError(
            "ct.subtract_scatter_kernel needs flats (counts without the body), the scan has none: "
            "give it flats, or the option open_beam_counts"
        )
    return np.maximum(open_beam, 1e-6 * max(float(open_beam.max()), 1e-30))


def _without(signal: AnyArray, scatter: AnyArray) -> AnyArray:
    return np.maximum(signal - scatter, np.minimum(_LEAST_LEFT * signal, signal))


def _tell(taken: float, total: float) -> None:
    notice("ct.scatter", percent=float(f"{100 * taken / total:.3g}") if total > 0 else 0.0)
