"""Where the detector sees the axis of rotation: several criteria, and whether they agree."""

from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.beam import FanBeam
from diaphane.ct.acquisition.scan import ConeScan, FanScan, ParallelScan, Scan, SomeScan
from diaphane.ct.acquisition.views import arcs_and_holes
from diaphane.ct.correct.alignment import shift_center
from diaphane.ct.correct.center_criteria import (
    Criterion,
    SliceCriteria,
    double_wedge,
    mirror,
    opposite_pairs,
    opposite_rays,
)
from diaphane.errors import GeometryError, InputError
from diaphane.image import Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.step import step
from diaphane.units import Quantity

Method = Literal["mirror", "fourier", "opposite", "negativity", "l1", "entropy"]
"""One criterion, by name."""

_PAIR_RAD = np.deg2rad(3.0)  # farther from half a turn apart, two views are not mirror images
_TELL_PAIR_DEG = 0.05
_COARSE_COLUMNS = 128
_AGREE_COLUMNS = 1.0
_EVEN = 0.2  # of a gap: how unevenly views may lie for a Fourier transform along them

Row = Annotated[int, Range(0, 16_383)]
Columns = Annotated[float, Range(1, 4096, scale="log", unit="columns")]


@step(version=1)
def find_center(
    scan: Annotated[ParallelScan | FanScan | ConeScan, Quantity.LINE_INTEGRAL],
    *,
    method: Literal[
        "agreed", "mirror", "fourier", "opposite", "negativity", "l1", "entropy"
    ] = "agreed",
    row: Row | None = None,
    search_columns: Columns | None = None,
) -> Measurement:
    """Find the column of the detector at which the axis of rotation is seen.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals.
    method : {"agreed", "mirror", "fourier", "opposite", "negativity", "l1", "entropy"}
        ``mirror``: parallel views half a turn apart are mirror images; ``fourier``: the double
        wedge of half a turn of parallel views (Vo 2014); ``opposite``: the rays of a full turn
        that run the same way back; ``negativity``, ``l1``, ``entropy``: of the slice, the first
        two for half a turn (over a full turn a wrong axis only blurs, which digs no holes);
        ``agreed``: the median of all that suit the scan.
    row : int, optional
        Which row of the detector; by default the middle one, for a cone that of the source.
    search_columns : number, optional
        How far to either side of where the geometry says; by default a tenth of the columns.

    Returns
    -------
    Measurement
        The column, not rounded, counted from 0. For ``agreed`` the interval reaches from the
        least to the greatest answer: it is no 95 % interval. One criterion has none.

    Raises
    ------
    InputError
        When the row does not exist, or the method does not suit the scan.
    GeometryError
        When the axis would have to be sought beyond the detector.

    Notes
    -----
    Sources: N. T. Vo et al., Optics Express 22 (2014) 19078 (``fourier``); T. Donath et al.,
    "Toward optimum tomographic reconstruction: center-of-rotation", J. Opt. Soc. Am. A 23 (2006)
    1048 (slices); ``opposite`` after the redundancy of fan rays. All are least at the answer, are
    searched from coarse to fine down to an eighth of a column and interpolated by a parabola.
    """
    answers = _answers(scan, None if method == "agreed" else method, row, search_columns)
    values = list(answers.values())
    interval = (min(values), max(values)) if method == "agreed" else None
    return Measurement(float(np.median(values)), "columns", interval, "center of rotation")


@step(version=1)
def center(
    scan: Annotated[SomeScan, Quantity.LINE_INTEGRAL],
    *,
    row: Row | None = None,
    search_columns: Columns | None = None,
) -> Annotated[SomeScan, Quantity.LINE_INTEGRAL]:
    """Find the axis of rotation by all criteria that suit the scan, and correct the geometry.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals.
    row : int, optional
        Which row of the detector; by default the middle one, for a cone that of the source.
    search_columns : number, optional
        How far to either side of where the geometry says; by default a tenth of the columns.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        The same values with the axis at the median of the answers; a notice gives each of them,
        another says when they differ by more than a column.

    Raises
    ------
    InputError
        When the row does not exist, or no criterion suits the scan.
    """
    found = _answers(scan, None, row, search_columns)
    column = float(np.median(list(found.values())))
    told = {name: round(value, 2) for name, value in found.items()}
    notice(
        "ct.center_found",
        column=round(column, 2),
        mirror=told.get("mirror", "–"),
        fourier=told.get("fourier", "–"),
        opposite=told.get("opposite", "–"),
        negativity=told.get("negativity", "–"),
        l1=told.get("l1", "–"),
        entropy=told.get("entropy", "–"),
    )
    spread = float(np.ptp(list(found.values())))
    if spread > _AGREE_COLUMNS:
        notice("ct.center_disagreement", columns=round(spread, 2))
    return shift_center(scan, center_column=column)


def _answers(
    scan: Scan, method: Method | None, row: int | None, search_columns: float | None
) -> Mapping[str, float]:
    """Return what each criterion that suits the scan answers, or one of them."""
    line = _one_row(scan, row)
    detector = line.beam.detector
    reach = search_columns or max(detector.n_columns / 10, 4)
    low, high = detector.center_column - reach, detector.center_column + reach
    low, high = max(low, 2.0), min(high, detector.n_columns - 3.0)
    if low >= high:
        raise GeometryError(
            f"center_column must lie on the detector of {detector.n_columns} columns to be sought "
            f"from, got {detector.center_column}: set it with ct.shift_center"
        )
    suited = _suited(line, method)
    if not suited:
        raise InputError(
            f"no way to find the center by {method or 'any criterion'} suits this scan: mirror and "
            f"fourier take parallel rays, opposite a full turn, negativity and l1 half a turn"
        )
    slices = SliceCriteria.of(line, low, high)
    answers: dict[str, float] = {}
    for name in track(suited, "ct.find_center"):
        if name == "opposite":
            answers[name] = _least(opposite_rays(line), low, high, (2.0, 0.5, 0.125))
        elif name in ("mirror", "fourier") and isinstance(line, ParallelScan):
            of = mirror if name == "mirror" else double_wedge
            answers[name] = _least(of(line), low, high, (2.0, 0.5, 0.125))
        else:
            answers[name] = _search(slices, name, low, high)
    return answers


def _suited(line: ParallelScan | FanScan, method: Method | None) -> list[str]:
    names = [method] if method else ["mirror", "fourier", "opposite", "negativity", "l1", "entropy"]
    angles = line.beam.angles_rad
    arcs, holes = arcs_and_holes(angles)
    is_full = bool(arcs.sum() > 2 * np.pi * 0.9)
    suited = []
    for name in names:
        if name == "mirror":
            fits = isinstance(line, ParallelScan) and len(angles) > 1
            if fits:
                _, gap = opposite_pairs(angles)
                fits = gap < _PAIR_RAD
                if fits and np.rad2deg(gap) > _TELL_PAIR_DEG:
                    notice("ct.mirror_apart", off_deg=round(float(np.rad2deg(gap)), 2))
        elif name == "fourier":
            fits = isinstance(line, ParallelScan) and not is_full and _is_half_turn(angles)
        elif name == "opposite":
            fits = is_full and not (len(holes) and holes[:, 1].sum() > np.pi / 2)
        else:
            fits = name == "entropy" or not is_full
        if fits:
            suited.append(name)
    return suited


def _is_half_turn(angles_rad: DoubleArray) -> bool:
    gaps = np.diff(np.sort(angles_rad))
    usual = float(np.median(gaps))
    even = bool((np.abs(gaps - usual) < _EVEN * usual).all())
    return even and abs(float(np.ptp(angles_rad)) + usual - np.pi) < 2.5 * usual


def _search(fine: SliceCriteria, name: str, low: float, high: float) -> float:
    """Return the column at which a criterion of the slice is least: on binned columns first."""
    factor = max(1, fine.scan.beam.detector.n_columns // _COARSE_COLUMNS)
    if factor > 1:
        coarse = fine.binned(factor)
        first, last = (_to_binned(c, factor) for c in (low, high))
        found = _least(getattr(coarse, name), first, last, (1.0,))
        middle = factor * found + (factor - 1) / 2
        low, high = max(low, middle - factor), min(high, middle + factor)
    return _least(getattr(fine, name), low, high, (1.0, 0.25))


def _least(score: Criterion, low: float, high: float, steps: tuple[float, ...]) -> float:
    """Return where a function is least: on ever finer grids, then by a parabola."""
    grid = np.arange(np.ceil(low / steps[0]), np.floor(high / steps[0]) + 1) * steps[0]
    if len(grid) < 3:
        grid = np.linspace(low, high, 5)
    best = float(grid[int(np.argmin([score(float(c)) for c in grid]))])
    for before, finer in pairwise(steps):
        grid = np.arange(best - before, best + before + finer / 2, finer)
        grid = grid[(grid >= low) & (grid <= high)]
        best = float(grid[int(np.argmin([score(float(c)) for c in grid]))])
    around = best - steps[-1], best + steps[-1]
    if around[0] < low or around[1] > high:
        return best
    before, here, after = score(around[0]), score(best), score(around[1])
    bend = before - 2 * here + after
    return best + steps[-1] * 0.5 * (before - after) / bend if bend > 0 else best


def _one_row(scan: Scan, row: int | None) -> ParallelScan | FanScan:
    """Return one row of a scan; of a cone that in the plane of the source, where it is a fan."""
    detector = scan.beam.detector
    if row is not None and row >= detector.n_rows:
        raise InputError(f"row must be one of the detector's {detector.n_rows} rows, got {row}")
    if row is None:
        middle = detector.center_row if isinstance(scan, ConeScan) else detector.n_rows // 2
        row = int(np.clip(round(middle), 0, detector.n_rows - 1))
    one = replace(detector, n_rows=1, center_row=0.0)
    values = scan.values[:, row : row + 1]
    if isinstance(scan, ParallelScan):
        return ParallelScan(values, replace(scan.beam, detector=one), scan.quantity)
    beam = scan.beam
    fan = FanBeam(beam.angles_rad, one, beam.source_to_axis_mm, beam.source_to_detector_mm)
    return FanScan(values, fan, scan.quantity)


def _to_binned(column: float, factor: int) -> float:
    return (column - (factor - 1) / 2) / factor
