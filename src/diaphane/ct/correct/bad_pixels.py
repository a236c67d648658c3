"""Pixels that lie: found by how they differ from their neighbors, mended from those that do not."""

from dataclasses import dataclass, replace
from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.step import step
from diaphane.units import Quantity

_MOST_BAD = 0.05
_AROUND = 2  # pixels to each side with which one is compared
_REACH = 8  # pixels within which good neighbors are sought
_LEAST_SPREAD = 1e-6
_BEYOND_BEND = 3.0  # times as far as the row itself bends, in a line detector

Index = Annotated[int, Range(0, 16_383)]


@step(version=1)
def mend_pixels(
    scan: AnyScan,
    *,
    deviations: Annotated[float, Range(3, 1000, scale="log")] | None = 12.0,
    pixels: list[tuple[Index, Index]] | None = None,
) -> AnyScan:
    """Find dead, hot and flickering pixels and put the mean of their good neighbors in their place.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts, whose flats and darks are mended too, or line integrals.
    deviations : number, optional
        How many (robust) standard deviations of all pixels one must differ from its neighbors, in
        its mean over the views or in how much it changes from view to view. ``None`` looks for
        none.
    pixels : list of (row, column), optional
        Pixels known to be bad.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The mended scan; a notice says how many pixels were found and given.

    Raises
    ------
    InputError
        When a given pixel is not on the detector, more than 5 % stand out, or a bad pixel has no
        good one within 8 pixels.

    Notes
    -----
    Good neighbors in a square as small as holds at least two are averaged with weights 1 over
    their distance, which in a single row is linear interpolation. In a single row, one must stand
    out in three of four views, by more than the noise there and three times what the row bends; a
    thin wall around the axis, whose edges stand still, can still be taken for bad pixels.
    What is only a little off is left to the methods against stripes
    (:mod:`diaphane.ct.correct.stripes`).

    Examples
    --------
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> beam = ParallelBeam(np.zeros(1), Detector(1, 3, 1.0, 1.0))
    >>> scan = ParallelScan(np.array([[[1.0, 9.0, 3.0]]]), beam, Quantity.LINE_INTEGRAL)
    >>> mend_pixels(scan, deviations=None, pixels=[(0, 1)]).values.tolist()
    [[[1.0, 2.0, 3.0]]]
    """
    given = _given(pixels or [], scan.values.shape[1:])
    found = np.zeros_like(given) if deviations is None else _found(scan, deviations)
    bad = given | found
    if not bad.any():
        return scan
    if found.mean() > _MOST_BAD:
        raise InputError(
            f"ct.mend_pixels: {int(found.sum())} of {bad.size} pixels stand out, at most "
            f"{_MOST_BAD:.0%} may: raise deviations, now {deviations}"
        )
    patch = _Patch.of(bad)
    notice("ct.pixels_mended", found=int(found.sum()), given=int(given.sum()), of=bad.size)
    flats = None if scan.flats is None else patch.mend(scan.flats)
    darks = None if scan.darks is None else patch.mend(scan.darks)
    return replace(scan, values=patch.mend(scan.values), flats=flats, darks=darks)


def _given(pixels: list[tuple[int, int]], shape: tuple[int, ...]) -> AnyArray:
    given = np.zeros(shape, bool)
    for row, column in pixels:
        if row >= shape[0] or column >= shape[1]:
            raise InputError(
                f"ct.mend_pixels: pixels must lie on the detector of {shape[0]} rows and "
                f"{shape[1]} columns, got ({row}, {column})"
            )
        given[row, column] = True
    return given


def _found(scan: AnyScan, deviations: float) -> AnyArray:
    """Return the pixels whose level, or whose change from view to view, is not their neighbors'."""
    if scan.values.shape[1] == 1 and len(scan.values) > 2:
        return _found_in_line(scan, deviations)
    level = scan.values.mean(axis=0, dtype=np.float64)
    change = np.zeros(level.shape)
    for before, after in zip(scan.values[:-1], scan.values[1:]):
        change += np.abs(np.subtract(after, before, dtype=np.float64))
    bad = np.zeros(level.shape, bool)
    gain, dark, is_deaf = _gain(scan)
    bad |= is_deaf
    level, change = (level - dark) / gain, change / gain
    floor = _LEAST_SPREAD * max(float(np.abs(level).max()), 1e-30)
    bad |= _stands_out(level, deviations, floor)
    if len(scan.values) > 2:
        typical = np.median(change[change > 0]) if (change > 0).any() else 1.0
        bad |= _stands_out(np.log(change + 1e-3 * typical), deviations, 0.05)
    return bad


def _gain(scan: AnyScan) -> tuple[AnyArray, AnyArray, AnyArray]:
    """Return what the open beam adds, what is there without it, and what hardly answers."""
    shape = scan.values.shape[1:]
    if scan.quantity is not Quantity.COUNTS or scan.flats is None:
        return np.ones(shape), np.zeros(shape), np.zeros(shape, bool)
    flat = scan.flats.mean(axis=0, dtype=np.float64)
    dark = np.zeros(shape) if scan.darks is None else scan.darks.mean(axis=0, dtype=np.float64)
    gain = flat - dark
    least = 0.1 * float(np.median(gain))
    return np.maximum(gain, max(least, 1e-30)), dark, gain <= least


def _found_in_line(scan: AnyScan, deviations: float) -> AnyArray:
    """Return the pixels of a single row that stand out in three of four views, or flicker.

    Most of a smooth row rises or falls, where a median over neighbors returns the pixel itself:
    their spread must come from the views. Where the body's edges stand still, the row is bent
    beside a pixel too; it must stand out beyond that.
    """
    gain, dark, is_deaf = _gain(scan)
    row = ((scan.values - dark) / gain)[:, 0].astype(np.float64)
    bad = is_deaf[0]
    while True:  # what stands out most first: it bends the medians beside it
        new = _strongest(_bridged(row, bad), deviations) & ~bad
        if not new.any():
            return bad[None]
        bad |= new


def _strongest(row: DoubleArray, deviations: float) -> AnyArray:
    """Return which columns of rows (n_views, n_columns) stand out, and most of those around."""
    width = 4 * _AROUND + 1
    rest = row - ndimage.median_filter(row, (1, width), mode="nearest")
    steady, most = np.quantile(np.abs(rest), (0.25, 0.9), axis=0)
    flicker = np.median(np.abs(np.diff(rest, axis=0)), axis=0)
    usual = ndimage.median_filter(most, 3 * width, mode="nearest") / 1.645
    usual = np.maximum(usual, _LEAST_SPREAD * max(float(np.abs(row).max()), 1e-30))
    is_far = np.maximum(steady, flicker) > deviations * usual
    level = _bridged(row.mean(axis=0, keepdims=True), is_far)[0]
    bend = np.abs(np.convolve(np.pad(level, 1, mode="edge"), (1, -2, 1), mode="valid"))
    bend = ndimage.maximum_filter(bend, 2 * width - 1, mode="nearest")
    is_far &= (flicker > deviations * usual) | (steady > _BEYOND_BEND * bend)
    far = np.where(is_far, np.maximum(steady, flicker), 0)
    return is_far & (far > 0.5 * ndimage.maximum_filter(far, width, mode="nearest"))


def _bridged(rows: DoubleArray, is_bad: AnyArray) -> DoubleArray:
    """Return rows (n, n_columns) with bad columns interpolated between the good ones."""
    good = np.flatnonzero(~is_bad)
    if not is_bad.any() or not len(good):
        return rows
    columns = np.arange(len(is_bad))
    return np.stack([np.interp(columns, good, row[good]) for row in rows])


def _stands_out(values: DoubleArray, deviations: float, floor: float) -> AnyArray:
    """Return which values lie far from the median of their neighbors, for the usual distance."""
    high = 2 * _AROUND + 1
    size = (high if len(values) >= high else 1, 2 * high - 1 if len(values) < high else high)
    rest = np.abs(values - ndimage.median_filter(values, size, mode="nearest"))
    # Near edges of the body all pixels differ from their neighbors: each is held against those.
    around = 1.4826 * ndimage.median_filter(rest, (size[0], 3 * size[1]), mode="nearest")
    spread = np.maximum(np.maximum(around, 1.4826 * np.median(rest)), floor)
    return rest > deviations * spread


@dataclass(frozen=True, eq=False)
class _Patch:
    """Bad pixels, each with its good neighbors and how much they count."""

    bad: AnyArray
    parts: tuple[tuple[AnyArray, FloatArray], ...]

    @classmethod
    def of(cls, bad: AnyArray) -> "_Patch":
        parts = tuple(_neighbors(bad, int(r), int(c)) for r, c in np.argwhere(bad))
        return cls(np.flatnonzero(bad), parts)

    def mend(self, values: AnyArray) -> FloatArray:
        """Return frames (n, n_rows, n_columns) with the bad pixels mended."""
        mended = values.astype(np.float32)
        frames = mended.reshape(len(mended), -1)
        for pixel, (neighbors, weights) in zip(self.bad, self.parts):
            frames[:, pixel] = frames[:, neighbors] @ weights
        return mended


def _neighbors(bad: AnyArray, row: int, column: int) -> tuple[AnyArray, FloatArray]:
    """Return the flat indices of the nearest good pixels around one, and their weights."""
    n_rows, n_columns = bad.shape
    for reach in range(1, _REACH + 1):
        rows = np.arange(max(row - reach, 0), min(row + reach + 1, n_rows))
        columns = np.arange(max(column - reach, 0), min(column + reach + 1, n_columns))
        r, c = (x.ravel() for x in np.meshgrid(rows, columns, indexing="ij"))
        is_good = ~bad[r, c]
        at_edge = not 0 < column < n_columns - 1
        is_around = at_edge or (c[is_good].min(initial=column) < column < c[is_good].max(initial=0))
        if is_good.sum() >= (1 if at_edge else 2) and is_around:
            weights = 1 / np.hypot(r - row, c - column)[is_good]
            flat = r[is_good] * n_columns + c[is_good]
            return flat, (weights / weights.sum()).astype(np.float32)
    raise InputError(
        f"ct.mend_pixels: no good pixels on both sides within {_REACH} of the bad one at "
        f"({row}, {column}): such a gap cannot be interpolated"
    )
