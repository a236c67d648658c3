"""Few counts: their logarithm is wild and too high, so that streaks cross the slice."""

from dataclasses import replace
from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

_SIGMAS = (0.7, 1.4, 2.8, 5.6)  # pixels; each about halves the variance again, twice


@step(version=1)
def calm_low_counts(
    scan: Annotated[AnyScan, Quantity.COUNTS],
    *,
    least_counts: Annotated[float, Range(1, 10_000, scale="log")] = 40.0,
    electronic_noise: Annotated[float, Range(0, 10_000)] = 0.0,
) -> Annotated[AnyScan, Quantity.COUNTS]:
    """Average neighboring pixels where few photons came through: the more, the fewer they are.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts of photons.
    least_counts : number
        What a ray keeps after averaging, in effect: one that kept N < `least_counts` is averaged
        over about ``least_counts / N`` pixels of its view, others are left as they are.
    electronic_noise : number
        Standard deviation, in counts, of what the electronics add: it makes few counts fewer.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        Counts with the same mean; a notice says how many rays were averaged.

    Notes
    -----
    After J. Hsieh, "Adaptive streak artifact reduction in computed tomography resulting from
    excessive x-ray photon noise", Med. Phys. 25 (1998) 2139: a filter that adapts to the local
    signal. The mean of n pixels of N counts has the bias ``1 / (2 n N)`` in its logarithm instead
    of ``1 / (2 N)``; edges behind dense bone are blurred by as much.
    """
    dark = 0.0 if scan.darks is None else scan.darks.mean(axis=0, dtype=np.float64)
    values = np.empty(scan.values.shape, np.float32)
    averaged = 0
    for view in track(range(scan.beam.n_views), "ct.calm_low_counts"):
        signal = scan.values[view] - dark
        calm, is_averaged = _calm(signal, least_counts, electronic_noise)
        values[view] = np.maximum(calm + dark, 0)
        averaged += int(is_averaged)
    if averaged:
        percent = float(f"{100 * averaged / values.size:.2g}")
        notice("ct.counts_averaged", rays=averaged, percent=percent, counts=least_counts)
    return replace(scan, values=values)


def _calm(signal: DoubleArray, least: float, electronic_noise: float) -> tuple[FloatArray, int]:
    """Return a view averaged as far as each pixel needs, and how many pixels that were.

    The need is read from an average, or pixels that are low by chance alone would be averaged and
    those that are high would not, which shifts the mean.
    """
    level = np.maximum(ndimage.gaussian_filter(signal, 2.0, mode="nearest"), 1e-3)
    effective = level**2 / (level + electronic_noise**2)
    need = np.log2(np.maximum(least / effective, 1))
    steps = [signal, *(ndimage.gaussian_filter(signal, s, mode="nearest") for s in _SIGMAS)]
    gain = 1 if len(signal) == 1 else 2  # twice as wide a blur holds 2 or 4 times the pixels
    place = np.clip(need / gain, 0, len(_SIGMAS))
    below = np.minimum(place.astype(int), len(_SIGMAS) - 1)
    stack = np.stack(steps)
    low, high = (np.take_along_axis(stack, (below + k)[None], axis=0)[0] for k in (0, 1))
    return (low + (place - below) * (high - low)).astype(np.float32), int((need > 0).sum())
