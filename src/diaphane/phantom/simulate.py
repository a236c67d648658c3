"""What a CT scanner would count behind a body: intensities averaged, then noise.

A pixel sees many rays: it has a width, and so has the focal spot. What it counts is the mean of
their *intensities*, ``N mean(exp(-integral))``, and not the intensity of the mean integral; at an
edge the two differ (the nonlinear partial volume effect). The photons are Poisson distributed,
the electronics add a constant and normal noise. With one energy there is no beam hardening; with
a :class:`~diaphane.ct.Spectrum` there is (:mod:`diaphane.phantom.colors`).

Nothing here is shared with the reconstruction: the integrals are the closed-form ones of
:class:`~diaphane.phantom.Body`.
"""

from collections.abc import Iterator
from typing import Annotated

import numpy as np
from numpy.typing import NDArray

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct import (
    Beam,
    ConeBeam,
    ConeScan,
    Detector,
    FanBeam,
    FanScan,
    ParallelBeam,
    ParallelScan,
    Scan,
    Spectrum,
    rays,
)
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.phantom.body import Body
from diaphane.phantom.colors import Transmission, transmission_of
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

_RAYS_AT_ONCE = 500_000  # some views' worth: 24 MB of origins and directions


@step(version=1)
def scan(
    body: Body,
    beam: ParallelBeam | FanBeam | ConeBeam,
    spectrum: Spectrum | None = None,
    *,
    photons: Annotated[float, Range(1, 1e9, scale="log")] | None = None,
    seed: Annotated[int, Range(0, 2**31 - 1)] = 0,
    electronic_noise: Annotated[float, Range(0, 10_000)] = 0.0,
    dark_counts: Annotated[float, Range(0, 100_000)] = 0.0,
    gain_spread: Annotated[float, Range(0, 0.2)] = 0.0,
    subrays: Annotated[int, Range(1, 8)] = 2,
    focal_spot_mm: Annotated[float, Range(0, 10, unit="mm")] = 0.0,
    n_flats: Annotated[int, Range(1, 1000, scale="log")] = 10,
    n_darks: Annotated[int, Range(1, 1000, scale="log")] = 10,
) -> Annotated[ParallelScan | FanScan | ConeScan, Quantity.COUNTS]:
    """Return what a scanner counts behind a body, with its flat and dark frames.

    Parameters
    ----------
    body : Body
        What is scanned; it must lie between source and detector.
    beam : ParallelBeam, FanBeam or ConeBeam
        From where, and with which detector.
    spectrum : Spectrum, optional
        The energies that are counted; without it, all have the one of the body's attenuations.
    photons : float, optional
        Mean number that a pixel counts in each view without the body. Left out, there is no
        noise, and a pixel without body reads 1.
    seed : int
        Of all noise. A view's noise depends on the seed and on the view's number alone.
    electronic_noise : float
        Standard deviation, in counts, of what the electronics add to each reading.
    dark_counts : float
        What a pixel reads without beam, on average. Where it is less than a few times the
        electronic noise, readings below 0 are cut off at 0, which is said.
    gain_spread : float
        Relative standard deviation of the pixels' sensitivities: what the flat frames are for.
    subrays : int
        Rays per pixel along each side: a pixel takes the mean of ``subrays²`` intensities.
    focal_spot_mm : float
        Edge of the square from which the rays start; each of a pixel's rays starts from another
        part of it. 0 for a point, and for parallel beams.
    n_flats, n_darks : int
        Frames taken without the body, and without the beam.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        Counts as float32; the kind of scan is that of the beam.

    Raises
    ------
    InputError
        When a parallel beam is given a focal spot, or noise of the electronics is asked for
        without photons.
    """
    if isinstance(beam, ParallelBeam) and focal_spot_mm > 0:
        raise InputError("focal_spot_mm must be 0 for a parallel beam, which has no focal spot")
    if photons is None and (electronic_noise > 0 or dark_counts > 0):
        raise InputError("electronic_noise and dark_counts are in counts: give photons too")
    detector = beam.detector
    camera = _Camera(detector, photons, seed, electronic_noise, dark_counts, gain_spread)
    frame = np.ones((detector.n_rows, detector.n_columns))
    values = np.empty((beam.n_views, *frame.shape), np.float32)
    for views, intensities in _intensities(
        transmission_of(body, spectrum), beam, subrays, focal_spot_mm
    ):
        for view, intensity in zip(views, intensities):
            values[view] = camera.read(intensity, "view", view)
    flats = np.stack([camera.read(frame, "flat", i) for i in range(n_flats)])
    darks = np.stack([camera.read(0 * frame, "dark", i) for i in range(n_darks)])
    if camera.n_clipped:
        notice("phantom.clipped", readings=camera.n_clipped)
    return _scan_of(beam, values, flats, darks)


def _scan_of(beam: Beam, values: FloatArray, flats: FloatArray, darks: FloatArray) -> Scan:
    if isinstance(beam, ParallelBeam):
        return ParallelScan(values, beam, Quantity.COUNTS, flats, darks)
    if isinstance(beam, FanBeam):
        return FanScan(values, beam, Quantity.COUNTS, flats, darks)
    return ConeScan(values, beam, Quantity.COUNTS, flats, darks)


def _intensities(
    transmission: Transmission, beam: Beam, subrays: int, focal_spot_mm: float
) -> Iterator[tuple[range, DoubleArray]]:
    """Yield some views at a time, with what share of its photons each pixel gets."""
    detector = beam.detector
    shape = (detector.n_rows, subrays, detector.n_columns, subrays)
    order = _neighborly(shape[0] * subrays, shape[2] * subrays)
    row, sub_row, column, sub_column = (x[order] for x in np.indices(shape).reshape(4, -1))
    # Along u and along v, each part of the pixel meets each part of the spot exactly once, and
    # the parts of the spot are all met: the steps (1, 1) and (2, 1) have the determinant -1.
    spot_u = (sub_row + sub_column) % subrays
    spot_v = (2 * sub_row + sub_column) % subrays
    inside = [(x + 0.5) / subrays - 0.5 for x in (sub_row, sub_column, spot_u, spot_v)]
    step_views = max(1, _RAYS_AT_ONCE // len(order))
    starts = range(0, beam.n_views, step_views)
    for start in track(starts, "phantom.scan"):
        views = range(start, min(start + step_views, beam.n_views))
        lines = rays(
            beam,
            np.array(views),
            rows=row + inside[0],
            columns=column + inside[1],
            spot_mm=(inside[2] * focal_spot_mm, inside[3] * focal_spot_mm),
        )
        passed = np.empty((len(views), len(order)))
        passed[:, order] = transmission(lines.origins_mm, lines.directions)
        yield views, passed.reshape(-1, *shape).mean(axis=(2, 4))


def _neighborly(n_rows: int, n_columns: int) -> NDArray[np.intp]:
    """Return an order of the places of a detector that keeps neighbors together (Morton's)."""
    row, column = np.divmod(np.arange(n_rows * n_columns), n_columns)
    code = np.zeros_like(row)
    for bit in range(max(n_rows, n_columns).bit_length()):
        code |= (column >> bit & 1) << 2 * bit | (row >> bit & 1) << 2 * bit + 1
    return np.argsort(code)


class _Camera:
    """Turns shares of the beam into readings: gains, photons, electronics."""

    def __init__(
        self,
        detector: Detector,
        photons: float | None,
        seed: int,
        electronic_noise: float,
        dark_counts: float,
        gain_spread: float,
    ) -> None:
        self._photons = photons
        self._seed = seed
        self._electronic_noise = electronic_noise
        self._dark_counts = dark_counts
        spread = self._random("gain", 0).normal(size=(detector.n_rows, detector.n_columns))
        self._gains = np.maximum(1 + gain_spread * spread, 0)
        self.n_clipped = 0

    def read(self, intensity: DoubleArray, kind: str, number: int) -> FloatArray:
        """Return the readings of one frame."""
        expected = self._gains * intensity
        if self._photons is None:
            return expected.astype(np.float32)
        random = self._random(kind, number)
        counts = random.poisson(self._photons * expected).astype(np.float64)
        counts += self._dark_counts
        if self._electronic_noise > 0:
            counts += random.normal(0, self._electronic_noise, counts.shape)
        self.n_clipped += int((counts < 0).sum())
        return np.maximum(counts, 0).astype(np.float32)

    def _random(self, kind: str, number: int) -> np.random.Generator:
        kinds = ("gain", "view", "flat", "dark")
        return np.random.default_rng([self._seed, kinds.index(kind), number])
