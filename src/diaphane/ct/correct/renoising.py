"""The same scan as it might have come out another time: the noise drawn anew."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity


@step(version=1)
def renoise(
    scan: Annotated[AnyScan, Quantity.COUNTS],
    *,
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    counts_per_photon: Annotated[float, Range(1e-6, 1e6, scale="log")] | None = None,
) -> Annotated[AnyScan, Quantity.COUNTS]:
    """Draw the noise of a scan anew, as strong as its own flats and darks show it to be.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts, with several flats (and darks) or the option `counts_per_photon`.
    seed : int
        Another seed is another replica.
    counts_per_photon : number, optional
        The gain of the detector; by default measured.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        Counts, flats and darks with noise drawn around what was measured; readings below 0 are
        cut off at 0. A notice gives the gain and the noise of the electronics.

    Raises
    ------
    InputError
        When the gain is neither given nor can be measured, as in a simulation without noise.

    Notes
    -----
    A parametric bootstrap (B. Efron, *The Jackknife, the Bootstrap and Other Resampling Plans*,
    SIAM 1982, chapter 5): the measured counts stand for the expected ones. A replica thus holds
    noise twice, but how replicas *scatter* is how the scan itself would. The gain is the variance
    of flats over their mean, both less those of darks (photon transfer).

    Examples
    --------
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> beam = ParallelBeam(np.zeros(1), Detector(1, 3, 1.0, 1.0))
    >>> scan = ParallelScan(np.full((1, 1, 3), 100.0), beam, Quantity.COUNTS)
    >>> bool((renoise(scan, seed=1, counts_per_photon=1.0).values != 100).any())
    True
    """
    camera = _Camera.of(scan, counts_per_photon)
    notice(
        "ct.renoised",
        gain=float(f"{camera.gain:.3g}"),
        electronic_noise=float(f"{camera.electronic_noise:.3g}"),
    )
    dark = 0.0 if scan.darks is None else scan.darks.mean(axis=0, dtype=np.float64)
    values = np.empty(scan.values.shape, np.float32)
    for view in track(range(len(values)), "ct.renoise"):
        values[view] = camera.draw(scan.values[view], dark, [seed, 0, view])
    flats = None if scan.flats is None else camera.frames(scan.flats, dark, [seed, 1])
    darks = None if scan.darks is None else camera.frames(scan.darks, dark, [seed, 2])
    return replace(scan, values=values, flats=flats, darks=darks)


@dataclass(frozen=True)
class _Camera:
    """How much a photon counts, and what the electronics add."""

    gain: float
    electronic_noise: float

    @classmethod
    def of(cls, scan: AnyScan, gain: float | None) -> "_Camera":
        dark_variance = 0.0
        if scan.darks is not None and len(scan.darks) > 1:
            dark_variance = float(scan.darks.var(axis=0, ddof=1, dtype=np.float64).mean())
        if gain is not None:
            return cls(gain, float(np.sqrt(dark_variance)))
        if scan.flats is None or len(scan.flats) < 2:
            raise InputError(
                "ct.renoise needs several flats to measure the gain, or the option "
                "counts_per_photon: 1 for a detector that counts photons"
            )
        dark = 0.0 if scan.darks is None else float(scan.darks.mean(dtype=np.float64))
        mean = float(scan.flats.mean(dtype=np.float64)) - dark
        variance = float(scan.flats.var(axis=0, ddof=1, dtype=np.float64).mean()) - dark_variance
        if not (mean > 0 and variance > 1e-9 * mean**2):
            raise InputError(
                "ct.renoise: the flats do not vary, so that the scan's noise cannot be told: give "
                "counts_per_photon, or simulate with photons"
            )
        return cls(variance / mean, float(np.sqrt(dark_variance)))

    def draw(self, counts: AnyArray, dark: AnyArray | float, seed: list[int]) -> FloatArray:
        """Return one frame with noise around what it measured."""
        random = np.random.default_rng(seed)
        photons = np.maximum(counts - dark, 0) / self.gain
        drawn = random.poisson(photons) * self.gain + dark
        if self.electronic_noise > 0:
            drawn = drawn + random.normal(0, self.electronic_noise, counts.shape)
        return np.maximum(drawn, 0).astype(np.float32)

    def frames(self, frames: AnyArray, dark: AnyArray | float, seed: list[int]) -> FloatArray:
        """Return several frames, drawn around their mean, which is known best."""
        mean = frames.mean(axis=0, dtype=np.float64)
        return np.stack([self.draw(mean, dark, [*seed, k]) for k in range(len(frames))])
