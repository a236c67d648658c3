"""Wide strong stripes and columns that do not answer, and all kinds of stripes together."""

from typing import Annotated

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.ct.correct.stripes import Width, over_rows, sort_and_smooth
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.step import step
from diaphane.units import Quantity

_DROPPED = 0.1  # of a sorted column, at either end
_VIEWS_TOGETHER = 10
_MOST_FOUND = 0.3

Sensitivity = Annotated[float, Range(1.1, 20, scale="log")]
"""How far a column must stand out of the noise of the others to be taken for a stripe."""


@step(version=1)
def destripe_large(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    width: Width = 81,
    ratio: Sensitivity = 3.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out wide strong stripes; columns not taken for one stay exactly as they are.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    width : int
        Columns over which the median is taken, at least twice the widest stripe.
    ratio : number
        How far a column must stand out to be taken for a stripe; smaller finds more.

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
    Vo, Atwood and Drakopoulos (2018), algorithm 5 with the detection of algorithm 4. We depart in
    that columns are compared by differences, not ratios (a wrong sensitivity adds to a line
    integral, and air is 0), that a stripe has two edges at which that difference jumps there and
    back, where the body bends it slowly, that its sorted columns are interpolated between those
    beside it, and that all other columns stay exactly as they are. Edges
    of a body that stand still in all views can be taken for stripes.
    """
    return over_rows(scan, lambda s: _without_large(s, width, ratio), width, "ct.destripe_large")


@step(version=1)
def destripe_dead(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    width: Width = 81,
    ratio: Sensitivity = 3.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Interpolate columns that do not answer to the body, or flicker.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    width : int
        Columns over which the median is taken, at least twice the widest gap.
    ratio : number
        How far a column must stand out to be taken for one; smaller finds more.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan; a notice says how many columns were interpolated.

    Raises
    ------
    InputError
        With fewer than 8 views or columns than `width`, or when more than 30 % of the columns
        stand out.

    Notes
    -----
    Vo, Atwood and Drakopoulos (2018), algorithm 6: how much a column changes from view to view is
    compared with its neighbors.
    """
    found = np.zeros((scan.values.shape[1], scan.values.shape[2]), bool)
    rows = iter(found)

    def clean(sinogram: FloatArray) -> FloatArray:
        is_dead = next(rows)
        is_dead[:] = _unresponsive(sinogram, width, ratio)
        return _interpolated(sinogram, is_dead)

    cleaned = over_rows(scan, clean, width, "ct.destripe_dead")
    if found.any():
        notice("ct.columns_interpolated", columns=int(found.sum()), of=found.size)
    return cleaned


@step(version=1)
def destripe(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    width: Width = 21,
    large_width: Width = 61,
    ratio: Sensitivity = 3.0,
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Take out stripes of all kinds: dead columns, then wide strong ones, then narrow ones.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals.
    width : int
        Columns over which the median for narrow stripes is taken.
    large_width : int
        Columns over which the median for wide ones and for dead columns is taken.
    ratio : number
        How far a column must stand out to be taken for wide or dead; smaller finds more.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The same scan with fewer stripes; a notice says how strong they were before and after.

    Raises
    ------
    InputError
        With fewer than 8 views, or columns than either width.

    Notes
    -----
    Vo, Atwood and Drakopoulos (2018): algorithms 6, 5 and 3 one after the other, as they advise.
    The last touches all columns, and can harm a body whose edges hardly move (one
    nearly round about the axis) far more than a ring does: where dead columns are all that
    is wrong, :func:`destripe_dead` alone keeps them sharper.
    """
    widest = max(width, large_width)

    def clean(sinogram: FloatArray) -> FloatArray:
        is_dead = _unresponsive(sinogram, large_width, ratio)
        sinogram = _without_large(_interpolated(sinogram, is_dead), large_width, ratio)
        return sort_and_smooth(sinogram, width)

    return over_rows(scan, clean, widest, "ct.destripe")


def outstanding(deviations: DoubleArray, ratio: float) -> AnyArray:
    """Return which numbers of a list stand out upward from what is usual among them.

    The numbers are sorted, and a line is laid through the middle half of them; its ends say what
    the largest and smallest would be. What exceeds `ratio` times their half distance above the
    middle stands out (Vo, Atwood and Drakopoulos 2018, algorithm 4).

    Examples
    --------
    >>> outstanding(np.array([1.0, 1.1, 0.9, 5.0, 1.0, 1.05, 0.95, 1.0]), 3.0).nonzero()[0]
    array([3])
    """
    n = len(deviations)
    sorted_, x = np.sort(deviations), np.arange(n)
    middle = slice(n // 4, max(n - n // 4, n // 4 + 2))
    slope, _ = np.polyfit(x[middle], sorted_[middle], 1)
    center = float(np.median(deviations))
    usual = max(slope * n / 2, np.finfo(np.float32).eps * max(abs(center), 1e-30))
    return deviations > center + ratio * usual


def _without_large(sinogram: FloatArray, width: int, ratio: float) -> FloatArray:
    order = np.argsort(sinogram, axis=0, kind="stable")
    sorted_ = np.take_along_axis(sinogram, order, axis=0)
    smooth = ndimage.median_filter(sorted_, (1, width), mode="reflect")
    cut = int(_DROPPED * len(sorted_))
    kept = slice(cut, len(sorted_) - cut)
    offset = (sorted_[kept] - smooth[kept]).mean(axis=0, dtype=np.float64)
    stands_out = ndimage.binary_dilation(_between_jumps(offset, width, ratio))
    corrected = _interpolated(sorted_, stands_out)
    clean = np.empty_like(corrected)
    np.put_along_axis(clean, order, corrected, axis=0)
    return clean


def _between_jumps(offset: DoubleArray, width: int, ratio: float) -> AnyArray:
    """Return the columns between a jump up and one down, or down and up, within half the width."""
    jump = np.diff(offset)
    jump -= ndimage.median_filter(jump, 9, mode="nearest")
    size = np.abs(jump)
    around = ndimage.median_filter(size, width, mode="nearest")
    # Beside the body's edges neighbors jump too; in air next to nothing does.
    places = np.flatnonzero(outstanding(size, 2 * ratio) & (size > 4 * ratio * around))
    between = np.zeros(len(offset), bool)
    for k, first in enumerate(places):
        for last in places[k + 1 :]:
            if last - first > width // 2:
                break
            balanced = 0.5 < -jump[first] / jump[last] < 2
            if balanced:
                between[first + 1 : last + 1] = True
                break
    return between


def _unresponsive(sinogram: FloatArray, width: int, ratio: float) -> AnyArray:
    """Return which columns change far less, or far more, from view to view than their neighbors."""
    n_views = len(sinogram)
    slow = ndimage.uniform_filter1d(sinogram, min(_VIEWS_TOGETHER, n_views), axis=0)
    change = np.abs(sinogram - slow).sum(axis=0, dtype=np.float64) + 1e-12
    usual = ndimage.median_filter(change, width, mode="reflect")
    stands_out = outstanding(np.abs(np.log(change / np.maximum(usual, 1e-12))), ratio)
    stands_out &= np.abs(np.log(change / np.maximum(usual, 1e-12))) > np.log(2)
    return ndimage.binary_dilation(stands_out)


def _interpolated(sinogram: FloatArray, is_dead: AnyArray) -> FloatArray:
    if not is_dead.any():
        return sinogram
    if is_dead.mean() > _MOST_FOUND:
        raise InputError(
            f"destriping: {int(is_dead.sum())} of {len(is_dead)} columns stand out, at most "
            f"{_MOST_FOUND:.0%} may: raise ratio"
        )
    columns = np.arange(len(is_dead))
    alive = columns[~is_dead]
    right = np.clip(np.searchsorted(alive, columns), 0, len(alive) - 1)
    left = np.maximum(right - 1, 0)
    span = np.maximum(alive[right] - alive[left], 1)
    part = np.clip((columns - alive[left]) / span, 0, 1).astype(np.float32)
    clean = sinogram.copy()
    a, b = sinogram[:, alive[left]], sinogram[:, alive[right]]
    clean[:, is_dead] = (a + part * (b - a))[:, is_dead]
    return clean
