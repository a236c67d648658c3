"""Stripes of a sinogram, which become rings in the slice: four published ways to take them out.

A pixel whose sensitivity is not what its flat frame says writes the same error into every view: a
stripe along the views of its row's *sinogram* (views × columns), a ring around the axis in the
slice. All work on line integrals, row by row, and leave the geometry as it is. Which is best
depends on the stripes: :func:`destripe_sorting` for narrow ones, :func:`destripe_filtering` where
they fade in and out, :func:`destripe_fitting` for wide faint ones of a smooth body,
:func:`destripe_wavelet` as the common denominator of the literature. For wide strong stripes and
dead columns see :mod:`diaphane.ct.correct.large_stripes`.

References
----------
N. T. Vo, R. C. Atwood and M. Drakopoulos, "Superior techniques for eliminating ring artifacts in
X-ray micro-tomography", Optics Express 26 (2018) 28396: algorithms 1 to 6.
B. Münch, P. Trtik, F. Marone and M. Stampanoni, "Stripe and ring artifact removal with combined
wavelet-Fourier filtering", Optics Express 17 (2009) 8567.
"""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import FloatArray
from diaphane.ct.acquisition.scan import AnyScan, PoseScan, Scan
from diaphane.ct.correct.wavelets import Wavelet, analyze, synthesize
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

Width = Annotated[int, Range(3, 501, scale="log", unit="columns")]
"""How many columns a median looks at: wider than the widest stripe."""

_FEWEST_VIEWS = 8


@step(version=1)
def destripe_sorting(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL], *, width: Width = 21
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out stripes by sorting each column, smoothing across columns, and sorting back.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    width : int
        Columns over which the median is taken, at least twice the widest stripe.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan with fewer stripes; a notice says how strong they were before and after.

    Raises
    ------
    InputError
        With fewer than 8 views, or columns than `width`.

    Notes
    -----
    Vo, Atwood and Drakopoulos (2018), algorithm 3. Sorted by size, neighboring columns of a good
    detector look alike, whatever the body; a stripe stands out along the whole column.
    """
    return over_rows(scan, lambda rows: sort_and_smooth(rows, width), width, "ct.destripe_sorting")


@step(version=1)
def destripe_filtering(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    width: Width = 21,
    smooth_views: Annotated[float, Range(0.5, 200, scale="log", unit="views")] = 3.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out stripes from what changes slowly along the views; sharp detail is not touched.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    width : int
        Columns over which the median is taken, at least twice the widest stripe.
    smooth_views : number
        Standard deviation of the Gaussian, in views, that parts slow from sharp.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan with fewer stripes; a notice says how strong they were before and after.

    Raises
    ------
    InputError
        With fewer than 8 views, or columns than `width`.

    Notes
    -----
    Vo, Atwood and Drakopoulos (2018), algorithm 2, with a Gaussian along the views.
    """

    def clean(sinogram: FloatArray) -> FloatArray:
        slow = np.asarray(ndimage.gaussian_filter1d(sinogram, smooth_views, axis=0), np.float32)
        return sinogram - slow + sort_and_smooth(slow, width)

    return over_rows(scan, clean, width, "ct.destripe_filtering")


@step(version=1)
def destripe_fitting(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    order: Annotated[int, Range(0, 12)] = 2,
    smooth_columns: Annotated[float, Range(0.5, 200, scale="log", unit="columns")] = 5.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out stripes by fitting each column along the views and smoothing the fits.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    order : int
        Degree of the polynomial along the views.
    smooth_columns : number
        Standard deviation of the Gaussian, in columns, that tells a stripe from the body.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan with fewer stripes; a notice says how strong they were before and after.

    Raises
    ------
    InputError
        With fewer than 8 views, or than the polynomial needs.

    Notes
    -----
    Vo, Atwood and Drakopoulos (2018), algorithm 1. We depart in that the difference is
    subtracted, not divided: a wrong sensitivity adds to a line integral, and air is 0.
    """
    n_views = scan.beam.n_views
    if n_views <= order:
        raise InputError(f"ct.destripe_fitting: order must be < {n_views}, the views, got {order}")
    basis, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, n_views), order + 1))

    def clean(sinogram: FloatArray) -> FloatArray:
        fit = basis @ (basis.T @ sinogram)
        smooth = ndimage.gaussian_filter1d(fit, smooth_columns, axis=1, mode="nearest")
        return (sinogram - (fit - smooth)).astype(np.float32)

    return over_rows(scan, clean, 1, "ct.destripe_fitting")


@step(version=1)
def destripe_wavelet(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    wavelet: Wavelet = "db5",
    levels: Annotated[int, Range(1, 10)] = 4,
    damping: Annotated[float, Range(0.05, 50, scale="log")] = 1.5,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out stripes where only they live: the lowest view frequencies of fine column detail.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    wavelet : {"haar", "db2", "db5", "db10"}
        Daubechies' wavelet: longer ones part fine from coarse more cleanly.
    levels : int
        How often the detail is halved: stripes up to ``2**levels`` columns wide are seen.
    damping : number
        Standard deviation, in frequency samples, of the Gaussian notch; larger takes out more.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan with fewer stripes; a notice says how strong they were before and after.

    Raises
    ------
    InputError
        With fewer than 8 views, or fewer columns than ``2**levels``.

    Notes
    -----
    Münch, Trtik, Marone and Stampanoni (2009), equation 6. The sinogram is mirrored at its ends.
    """

    def clean(sinogram: FloatArray) -> FloatArray:
        coarse, details = analyze(sinogram, levels, wavelet)
        damped = [(h, _without_slow(v, damping), d) for h, v, d in details]
        return synthesize(coarse, damped, wavelet)[: len(sinogram), : sinogram.shape[1]]

    return over_rows(scan, clean, 2**levels, "ct.destripe_wavelet")


def stripe_strength(scan: Scan | PoseScan, width: int = 21) -> float:
    """Return how strong the stripes of a scan are.

    The mean over the views is taken of each column, less the median of it and its neighbors, and
    of that the root mean square over all rows and columns.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals or counts.
    width : int
        Columns over which the median is taken.
    """
    mean = scan.values.mean(axis=0, dtype=np.float64)
    smooth = ndimage.median_filter(mean, (1, width), mode="nearest")
    return float(np.sqrt(np.mean((mean - smooth) ** 2)))


def sort_and_smooth(sinogram: FloatArray, width: int) -> FloatArray:
    """Return a sinogram whose columns, sorted by size, were smoothed by a median across columns."""
    order = np.argsort(sinogram, axis=0, kind="stable")
    sorted_ = np.take_along_axis(sinogram, order, axis=0)
    smooth = ndimage.median_filter(sorted_, (1, width), mode="reflect")
    clean = np.empty_like(smooth)
    np.put_along_axis(clean, order, smooth, axis=0)
    return clean


def over_rows(
    scan: AnyScan, clean: Callable[[FloatArray], FloatArray], width: int, name: str
) -> AnyScan:
    """Return a scan whose sinograms were cleaned one by one, and say what that did.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    clean : callable
        From a sinogram (n_views, n_columns) to one of the same shape.
    width : int
        How many columns the method looks at together.
    name : str
        The step.
    """
    n_views, n_rows, n_columns = scan.values.shape
    if n_views < _FEWEST_VIEWS:
        raise InputError(f"{name} needs at least {_FEWEST_VIEWS} views, got {n_views}")
    if n_columns < width:
        raise InputError(
            f"{name} looks at {width} columns together, the detector has {n_columns}: choose less"
        )
    values = np.empty(scan.values.shape, np.float32)
    for row in track(range(n_rows), name):
        values[:, row] = clean(np.asarray(scan.values[:, row], np.float32))
    cleaned = replace(scan, values=values)
    notice(
        "ct.stripes",
        before=float(f"{stripe_strength(scan):.3g}"),
        after=float(f"{stripe_strength(cleaned):.3g}"),
    )
    return cleaned


def _without_slow(detail: FloatArray, damping: float) -> FloatArray:
    """Damp the lowest frequencies along the views."""
    spectrum = np.fft.rfft(detail, axis=0)
    notch = -np.expm1(-(np.arange(len(spectrum)) ** 2) / (2 * damping**2))
    return np.fft.irfft(spectrum * notch[:, None], len(detail), axis=0).astype(np.float32)
