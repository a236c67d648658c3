"""The tube and the detector drift from view to view: air beside the body tells by how much."""

from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
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
        When there are not so many columns, or the body reaches into them: their inner half differs
        from the outer, or one side's from the other's in a way that changes with the view, by more
        than 10 % of the largest line integral.

    Notes
    -----
    A beam that is brighter by a factor adds its negative logarithm to every line integral of the
    view, however large: only what differs between columns tells that they do not see air (so a
    single column on one side is believed). The median over all rows and edge columns is taken,
    which withstands some bad pixels.
    """
    n_columns = scan.values.shape[2]
    if 2 * columns > n_columns:
        raise InputError(
            f"ct.normalize_air: columns must be at most {n_columns // 2}, half of the detector's, "
            f"got {columns}"
        )
    _check_air(scan, columns, sides)
    first = _medians(scan.values[:, :, :columns])
    last = _medians(scan.values[:, :, n_columns - columns :])
    first, last = (last if sides == "last" else first), (first if sides == "first" else last)
    middle = (columns - 1) / 2
    part = np.clip((np.arange(n_columns) - middle) / (n_columns - 1 - 2 * middle), 0, 1)
    offset = first[:, None] + (last - first)[:, None] * part
    drift = (first + last) / 2
    notice("ct.drift", percent=float(f"{100 * np.ptp(np.exp(-drift)):.2g}"))
    values = (scan.values - offset[:, None, :]).astype(np.float32)
    return replace(scan, values=values)


def _check_air(scan: AnyScan, columns: int, sides: str) -> None:
    """Refuse when edge columns differ from each other: a brighter beam lifts all of them alike."""
    most = _MOST_NOT_AIR * float(scan.values.max())
    edges = {"first": scan.values[:, :, :columns], "last": scan.values[:, :, ::-1][:, :, :columns]}
    half = columns // 2
    for side, air in edges.items():
        if half == 0 or sides not in ("both", side):
            continue
        rise = _medians(air[:, :, columns - half :]) - _medians(air[:, :, :half])
        view = int(np.abs(rise).argmax())
        if abs(rise[view]) > most:
            raise InputError(
                f"ct.normalize_air: the {side} columns must see only air, in view {view} the inner "
                f"half of them differs from the outer by {rise[view]:.3g}: choose fewer columns, "
                f"or the other side"
            )
    apart = _medians(edges["first"]) - _medians(edges["last"])
    if sides == "both" and np.ptp(apart) > most:
        view = int(np.abs(apart - np.median(apart)).argmax())
        raise InputError(
            f"ct.normalize_air: the first and the last columns must see only air, in view {view} "
            f"they differ by {apart[view]:.3g} instead of {np.median(apart):.3g}: choose fewer "
            f"columns, or one side"
        )


def _medians(values: AnyArray) -> DoubleArray:
    return np.median(values, axis=(1, 2)).astype(np.float64)
