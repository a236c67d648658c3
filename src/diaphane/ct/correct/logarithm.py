"""From counts to line integrals: open beam, transmission, negative logarithm."""

from dataclasses import dataclass, replace
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray, IntArray
from diaphane.ct.acquisition.open_beam import dark_and_open_beam
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

_LEAST_COUNTS = 0.5  # what stands for a ray that nothing came through
_LEAST_FRACTION = 1e-6  # the same, where values are fractions of the open beam
_FEW_COUNTS = 20  # where the logarithm's bias, 1 / (2 N), reaches 0.025
_MOST_DEAD = 0.05  # share of dead pixels beyond which something else must be wrong
_BLOCK = 2**22  # samples worked on at a time


@step(version=1)
def line_integrals(
    scan: Annotated[AnyScan, Quantity.COUNTS],
    *,
    average: Literal["mean", "median"] = "mean",
    open_beam_counts: Annotated[float, Range(1, 1e9, scale="log")] | None = None,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Turn counts into line integrals of the attenuation: how much lies on each ray.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts, with flats (counts without the body) and darks (counts without the beam). Without
        darks they are taken as 0.
    average : {"mean", "median"}
        How several flats, and several darks, become one. The mean has the least noise, the median
        withstands a stray bright or failed frame.
    open_beam_counts : number, optional
        Counts of a ray without the body, the same for all pixels, for a scan without flats.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        ``-log((counts - dark) / (flat - dark))``, float32, without flats and darks.

    Raises
    ------
    InputError
        When there are neither flats nor `open_beam_counts`, or both, or when the flats are no
        brighter than the darks.

    Notes
    -----
    Nothing is clipped before the average or the difference: noise below the dark level stays what
    it is. Only what is at most half a count when the logarithm is taken becomes half a count.

    The logarithm of noisy counts is biased: for N Poisson counts the expectation of ``-log`` is
    too high by about ``1 / (2 N)``. It is not corrected; a notice says how many rays kept fewer
    than 20 counts, where it exceeds 0.025. Where the open beam itself has fewer, values are taken
    for fractions of it, as of a simulation without noise: what a ray keeps is at least a
    millionth, and a notice says that few counts cannot be told.

    A pixel whose flat is no brighter than its dark is dead: its line integrals are interpolated
    between the nearest living pixels of its row, and a notice says so.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> beam = ParallelBeam(np.zeros(1), Detector(1, 3, 1.0, 1.0))
    >>> counts = np.array([[[1000.0, 500.0, 250.0]]])
    >>> flats, darks = np.full((1, 1, 3), 1000.0), np.zeros((1, 1, 3))
    >>> scan = ParallelScan(counts, beam, Quantity.COUNTS, flats, darks)
    >>> (line_integrals(scan).values / np.log(2)).round(4).tolist()
    [[[0.0, 1.0, 2.0]]]
    """
    dark, open_beam = dark_and_open_beam("ct.line_integrals", scan, average, open_beam_counts)
    least, few_counts = _limits(open_beam)
    dead = _dead_pixels(open_beam < least)
    log_open_beam = np.log(np.maximum(open_beam, least)).astype(np.float32)
    dark = dark.astype(np.float32)
    values = np.empty(scan.values.shape, np.float32)
    lost = few = 0
    size = max(1, _BLOCK // max(1, dark.size))
    for start in track(range(0, len(values), size), "ct.line_integrals"):
        views = slice(start, start + size)
        counts = scan.values[views].astype(np.float32) - dark
        counts[:, dead.row, dead.column] = np.inf
        lost += int(np.count_nonzero(counts < least))
        few += int(np.count_nonzero(counts < few_counts))
        values[views] = log_open_beam - np.log(np.maximum(counts, np.float32(least)))
        dead.mend(values[views])
    _tell_low_counts(lost, few, values.size, least)
    quantity = Quantity.LINE_INTEGRAL
    return replace(scan, values=values, quantity=quantity, flats=None, darks=None)


@dataclass(frozen=True, eq=False)
class _DeadPixels:
    """Pixels that see nothing, and the living ones to their left and right."""

    row: IntArray
    column: IntArray
    left: IntArray
    right: IntArray
    right_part: FloatArray

    def mend(self, values: FloatArray) -> None:
        """Interpolate the dead pixels of views (n, n_rows, n_columns), in place."""
        if len(self.row):
            left, right = values[:, self.row, self.left], values[:, self.row, self.right]
            values[:, self.row, self.column] = left + self.right_part * (right - left)


def _limits(open_beam: DoubleArray) -> tuple[float, float]:
    """Return the least that a ray is taken to keep, and below what it keeps few counts."""
    usual = float(np.median(open_beam))
    if not 0 < usual < _FEW_COUNTS:
        return _LEAST_COUNTS, _FEW_COUNTS
    notice("ct.fractions", open_beam=usual)
    return _LEAST_FRACTION * usual, 0.0


def _dead_pixels(is_dead: AnyArray) -> _DeadPixels:
    """Return the dead pixels with the living ones beside them, and say how many there are."""
    row, column = (x.astype(np.int32) for x in np.nonzero(is_dead))
    if len(row) > _MOST_DEAD * is_dead.size or is_dead.all(axis=1).any():
        raise InputError(
            f"flats must be brighter than darks, they are not in {len(row)} of {is_dead.size} "
            f"pixels: check that flats and darks are not swapped"
        )
    if len(row):
        notice("ct.dead_pixels", pixels=len(row), of=is_dead.size)
    columns = np.arange(is_dead.shape[1], dtype=np.int32)
    nearest_left = np.maximum.accumulate(np.where(is_dead, -1, columns), axis=1)[row, column]
    backward = np.where(is_dead, len(columns), columns)[:, ::-1]
    nearest_right = np.minimum.accumulate(backward, axis=1)[:, ::-1][row, column]
    left = np.where(nearest_left < 0, nearest_right, nearest_left).astype(np.int32)
    right = np.where(nearest_right == len(columns), left, nearest_right).astype(np.int32)
    part = (column - left) / np.maximum(right - left, 1)
    return _DeadPixels(row, column, left, right, part.astype(np.float32))


def _tell_low_counts(lost: int, few: int, n_rays: int, least: float) -> None:
    if lost == n_rays:
        raise InputError(
            "ct.line_integrals needs counts beyond the dark level, no ray has any: check that the "
            "beam was on and that projections and darks are not swapped"
        )
    if few:
        notice(
            "ct.low_counts",
            rays=few,
            percent=_percent(few, n_rays),
            counts=_FEW_COUNTS,
            bias=1 / (2 * _FEW_COUNTS),
        )
    if lost:
        notice("ct.no_counts", rays=lost, percent=_percent(lost, n_rays), counts=least)


def _percent(part: int, whole: int) -> float:
    return float(f"{100 * part / whole:.2g}")
