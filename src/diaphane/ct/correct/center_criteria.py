"""What tells where the axis of rotation is seen: criteria that are least at the right column.

Each takes one sinogram (views × columns) and gives a function of the column. Some compare what
was measured twice, others look at the slice; they fail for different reasons, so that their
agreement means something.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace

import numpy as np
import scipy.fft
from scipy import ndimage

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct.acquisition.beam import FanBeam, ParallelBeam
from diaphane.ct.acquisition.field import pitch_at_axis_mm
from diaphane.ct.acquisition.scan import FanScan, ParallelScan
from diaphane.ct.acquisition.views import arcs_and_holes
from diaphane.ct.analytic.filtered_backprojection import fbp
from diaphane.notices import unheard
from diaphane.space import GridOptions

Criterion = Callable[[float], float]

_BINS = 256
_LEAST_OVERLAP = 0.3
_SLOWEST = 8  # harmonics of the turn below which the wedge is not told from the body


def opposite_pairs(angles_rad: DoubleArray) -> tuple[list[tuple[int, int]], float]:
    """Return the pairs of views that are closest to half a turn apart, and how far they are off.

    Parameters
    ----------
    angles_rad : (n_views,) float64
        View angles.
    """
    difference = angles_rad[None, :] - angles_rad[:, None] - np.pi
    gap = np.abs(np.mod(difference + np.pi, 2 * np.pi) - np.pi)
    gap[np.tril_indices(len(gap))] = np.inf
    best = float(gap.min())
    first, second = np.nonzero(gap <= best + 1e-4)
    return [(int(a), int(b)) for a, b in zip(first, second)][:64], best


def mirror(scan: ParallelScan) -> Criterion:
    """Compare views half a turn apart, one of them mirrored at the column (parallel rays only)."""
    sinogram = scan.values[:, 0].astype(np.float64)
    pairs, _ = opposite_pairs(scan.beam.angles_rad)
    ahead = ndimage.spline_filter1d(sinogram[[a for a, _ in pairs]], axis=1, mode="mirror")
    back = sinogram[[b for _, b in pairs]]
    n_columns = sinogram.shape[1]

    def score(column: float) -> float:
        twin = 2 * column - np.arange(n_columns)
        seen = (twin >= 0) & (twin <= n_columns - 1)
        if seen.sum() < _LEAST_OVERLAP * n_columns:
            return np.inf
        rows = np.repeat(np.arange(len(back))[:, None], int(seen.sum()), axis=1)
        places = np.stack([rows, np.repeat(twin[seen][None], len(back), axis=0)])
        mirrored = ndimage.map_coordinates(ahead, places, order=3, prefilter=False, mode="mirror")
        return float(np.mean((back[:, seen] - mirrored) ** 2))

    return score


def double_wedge(scan: ParallelScan) -> Criterion:
    """Measure what lies outside of the double wedge that a whole turn's transform must fill.

    N. T. Vo et al., "Reliable method for calculating the center of rotation in parallel-beam
    tomography", Optics Express 22 (2014) 19078: half a turn is completed by its mirror image, and
    its Fourier transform holds next to nothing where ``|harmonic| > 2π radius |frequency|``.
    """
    order = np.argsort(scan.beam.angles_rad, kind="stable")
    sinogram = scan.values[order, 0].astype(np.float64)
    n_views, n_columns = sinogram.shape
    harmonic = np.abs(np.fft.fftfreq(2 * n_views) * 2 * n_views)[:, None]
    frequency = np.fft.rfftfreq(n_columns)
    mask = harmonic > np.maximum(np.pi * n_columns * frequency * 1.05, _SLOWEST)
    mask[:, 0] = False
    mirrored = sinogram[:, ::-1]

    def score(column: float) -> float:
        shift = 2 * column - (n_columns - 1)
        moved = ndimage.shift(mirrored, (0, shift), order=1, mode="nearest")
        columns = np.arange(n_columns)
        unseen = (columns - shift < 0) | (columns - shift > n_columns - 1)
        moved[:, unseen] = sinogram[::-1, unseen]  # what makes the least jump
        transform = np.asarray(scipy.fft.rfft2(np.concatenate([sinogram, moved])))
        return float(np.abs(transform[mask]).mean())

    return score


def opposite_rays(scan: ParallelScan | FanScan) -> Criterion:
    """Compare each ray of a full turn with the one that runs back along it.

    Along a fan's ray of view β at the angle γ runs that of view β + π - 2γ at -γ, with parallel
    rays γ is 0. Both are smoothed by the interpolation, or the noise would draw the answer toward
    half columns.
    """
    beam = scan.beam
    turned = np.mod(beam.angles_rad, 2 * np.pi)
    order = np.argsort(turned, kind="stable")
    angles = turned[order]
    sinogram: AnyArray = ndimage.gaussian_filter(scan.values[order, 0].astype(np.float64), (0, 1))
    _, holes = arcs_and_holes(beam.angles_rad)
    n = min(8, len(angles))
    rows = np.concatenate([sinogram[-n:], sinogram, sinogram[:n]])
    row_rad = np.concatenate([angles[-n:] - 2 * np.pi, angles, angles[:n] + 2 * np.pi])
    spline = ndimage.spline_filter(rows, order=3, mode="mirror")
    views = np.arange(0, len(angles), max(1, len(angles) // 180))
    n_columns = sinogram.shape[1]

    def score(column: float) -> float:
        twin = 2 * column - np.arange(n_columns)
        seen = (twin >= 0) & (twin <= n_columns - 1)
        fan_rad = _fan_angles(beam, column)[seen]
        back_rad = np.mod(angles[views, None] + np.pi - 2 * fan_rad, 2 * np.pi)
        measured = ~_in_holes(back_rad, holes)
        if seen.sum() < _LEAST_OVERLAP * n_columns or not measured.any():
            return np.inf
        row = np.interp(back_rad, row_rad, np.arange(len(row_rad)))
        places = np.stack([row, np.broadcast_to(twin[seen], row.shape)])
        back = ndimage.map_coordinates(spline, places, order=3, prefilter=False, mode="mirror")
        difference = (sinogram[views][:, seen] - back)[measured]
        return float(np.mean(difference**2))

    return score


@dataclass(eq=False)
class SliceCriteria:
    """The slice itself: a wrong axis doubles edges, spreads values and digs holes below air.

    Scores are kept, so that the three criteria share what was reconstructed.
    """

    scan: ParallelScan | FanScan
    """One row of line integrals, faded out on both sides so that no trial cuts the body off."""
    n_added: int
    """How many columns were added on either side."""
    _known: dict[float, tuple[float, float, float]] = field(default_factory=dict)
    """What was found, by column."""
    _coarser: dict[int, "SliceCriteria"] = field(default_factory=dict)
    """The same with binned columns, by how many."""
    _limits: tuple[float, float] | None = None
    """Of the histogram: those of the first slice, the same for all."""

    @classmethod
    def of(cls, scan: ParallelScan | FanScan, low: float, high: float) -> "SliceCriteria":
        """Return the criteria of a row of line integrals, for columns from `low` to `high`."""
        detector = scan.beam.detector
        middle = (detector.n_columns - 1) / 2
        n = int(np.ceil(2 * max(abs(low - middle), abs(high - middle))))
        faded: AnyArray = np.pad(scan.values, ((0, 0), (0, 0), (n, n)), "linear_ramp")
        values = faded.astype(np.float32)
        wide = replace(
            detector, n_columns=detector.n_columns + 2 * n, center_column=detector.center_column + n
        )
        return cls(replace(scan, values=values, beam=replace(scan.beam, detector=wide)), n)

    def binned(self, factor: int) -> "SliceCriteria":
        """Return the criteria of the same row with `factor` columns averaged into one."""
        if factor not in self._coarser:
            detector = self.scan.beam.detector
            n_added = self.n_added // factor
            start = self.n_added - n_added * factor
            n = (detector.n_columns - start) // factor
            values = self.scan.values[..., start : start + n * factor]
            values = values.reshape(len(values), 1, n, factor).mean(axis=-1)
            pitch_mm = detector.column_spacing_mm * factor
            wide = replace(
                detector, n_columns=n, column_spacing_mm=pitch_mm, center_column=(n - 1) / 2
            )
            beam = replace(self.scan.beam, detector=wide)
            coarse = SliceCriteria(replace(self.scan, values=values, beam=beam), n_added)
            self._coarser[factor] = coarse
        return self._coarser[factor]

    def negativity(self, column: float) -> float:
        """Return the sum of all values below 0, which nothing that attenuates has."""
        return self._scores(column)[0]

    def l1(self, column: float) -> float:
        """Return the sum of all magnitudes: the least for one body in air."""
        return self._scores(column)[1]

    def entropy(self, column: float) -> float:
        """Return the entropy of the histogram: the least when tissues have one value each."""
        return self._scores(column)[2]

    def _scores(self, column: float) -> tuple[float, float, float]:
        column = round(column, 6)
        if column not in self._known:
            self._known[column] = self._judge(self._reconstruct(column))
        return self._known[column]

    def _reconstruct(self, column: float) -> DoubleArray:
        n = self.scan.beam.detector.n_columns - 2 * self.n_added
        detector = replace(self.scan.beam.detector, center_column=column + self.n_added)
        scan = replace(self.scan, beam=replace(self.scan.beam, detector=detector))
        grid = GridOptions(voxel_mm=pitch_at_axis_mm(scan.beam), shape=(1, n, n))
        with unheard():
            image = fbp(scan, grid=grid)
        x = np.arange(n) - (n - 1) / 2
        return image.values[0][np.hypot(x, x[:, None]) < 0.5 * n].astype(np.float64)

    def _judge(self, values: DoubleArray) -> tuple[float, float, float]:
        if self._limits is None:
            middle, spread = float(values.mean()), float(values.std()) or 1.0
            self._limits = middle - 4 * spread, middle + 8 * spread
        counts, _ = np.histogram(np.clip(values, *self._limits), _BINS, self._limits)
        share = counts[counts > 0] / counts.sum()
        entropy = -float((share * np.log(share)).sum())
        return -float(np.minimum(values, 0).sum()), float(np.abs(values).sum()), entropy


def _fan_angles(beam: ParallelBeam | FanBeam, column: float) -> DoubleArray:
    """Return the angle of each column's ray from the central one, were that at `column`."""
    if isinstance(beam, ParallelBeam):
        return np.zeros(beam.detector.n_columns)
    return replace(beam, detector=replace(beam.detector, center_column=column)).fan_rad


def _in_holes(angles_rad: DoubleArray, holes: DoubleArray) -> AnyArray:
    inside = np.zeros(angles_rad.shape, bool)
    for begin, width in holes:
        inside |= np.mod(angles_rad - begin, 2 * np.pi) < width
    return inside
