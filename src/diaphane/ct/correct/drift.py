"""The tube and the detector drift from view to view: air beside the body tells by how much."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.scan import AnyScan
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.step import step
from diaphane.units import Quantity

_MOST_NOT_AIR = 0.1


@step(version=1)
def normalize_air(
    scan: Annotated[AnyScan, Quantity.LINE_INTEGRAL],
    *,
    columns: Annotated[int, Range(1, 1000, scale="log", unit="columns")] = 8,
    sides: Literal["both", "first", "last"] = "both",
) -> Annotated[AnyScan, Quantity.LINE_INTEGRAL]:
    """Set the air beside the body to 0 in every view, and all else of the view with it.

    Parameters
    ----------
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Line integrals of a body that leaves air at the edge of the detector in every view.
    columns : int
        How many columns at the edge see only air.
    sides : {"both", "first", "last"}
        On which side: with ``both``, what is subtracted runs linearly from one to the other.

    Returns
    -------
    ParallelScan, FanScan, ConeScan or PoseScan
        The scan without drift; a notice says how large it was.

    Raises
    ------
    InputError
        When there are not so many columns, or the body reaches into them: their median differs
        from view to view by more than 10 % of the largest line integral.

    Notes
    -----
    A beam that is brighter by a factor adds its negative logarithm to every line integral of the
    view. The median over all rows and edge columns is taken, which withstands some bad pixels.
    """
    n_columns = scan.values.shape[2]
    if 2 * columns > n_columns:
        raise InputError(
            f"ct.normalize_air: columns must be at most {n_columns // 2}, half of the detector's, "
            f"got {columns}"
        )
    first = np.median(scan.values[:, :, :columns], axis=(1, 2)).astype(np.float64)
    last = np.median(scan.values[:, :, n_columns - columns :], axis=(1, 2)).astype(np.float64)
    first, last = (last if sides == "last" else first), (first if sides == "first" else last)
    _check_air(first, last, float(scan.values.max()))
    middle = (columns - 1) / 2
    part = np.clip((np.arange(n_columns) - middle) / (n_columns - 1 - 2 * middle), 0, 1)
    offset = first[:, None] + (last - first)[:, None] * part
    drift = (first + last) / 2
    notice("ct.drift", percent=float(f"{100 * np.ptp(np.exp(-drift)):.2g}"))
    values = (scan.values - offset[:, None, :]).astype(np.float32)
    return replace(scan, values=values)


def _check_air(first: DoubleArray, last: DoubleArray, largest: float) -> None:
    for side, air in (("first", first), ("last", last)):
        if np.ptp(air) > _MOST_NOT_AIR * largest:
            view = int(np.abs(air - np.median(air)).argmax())
            raise InputError(
                f"ct.normalize_air: the {side} columns must see only air, in view {view} they see "
                f"{air[view]:.3g} instead of {np.median(air):.3g}: choose fewer columns, or the "
                f"other side"
            )
