"""Where the scan really lay: the axis of rotation, and the rows that matter."""

from dataclasses import replace
from typing import Annotated

from diaphane.arrays import AnyArray
from diaphane.ct.acquisition.scan import SomeScan
from diaphane.errors import GeometryError, InputError
from diaphane.options import Range
from diaphane.step import step


@step(version=1)
def shift_center(scan: SomeScan, *, center_column: Annotated[float, Range(0, 16_384)]) -> SomeScan:
    """Say at which column of the detector the axis of rotation is really seen.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        A scan whose axis lies elsewhere than its geometry says, as in most raw data.
    center_column : number
        Index of the column, not rounded, counted from 0 at the center of the first one.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        The same values with the corrected geometry.

    Raises
    ------
    GeometryError
        When the column lies beyond the detector.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> from diaphane.units import Quantity
    >>> beam = ParallelBeam(np.zeros(1), Detector(n_rows=3, n_columns=5, row_spacing_mm=1.0,
    ...                                           column_spacing_mm=1.0))
    >>> scan = ParallelScan(np.ones((1, 3, 5)), beam, Quantity.LINE_INTEGRAL)
    >>> shift_center(scan, center_column=1.5).beam.detector.column_mm.tolist()
    [-1.5, -0.5, 0.5, 1.5, 2.5]
    """
    detector = scan.beam.detector
    if center_column > detector.n_columns - 1:
        raise GeometryError(
            f"center_column must be at most the last column, {detector.n_columns - 1}, "
            f"got {center_column}"
        )
    shifted = replace(detector, center_column=center_column)
    return replace(scan, beam=replace(scan.beam, detector=shifted))


@step(version=1)
def select_rows(
    scan: SomeScan,
    *,
    first_row: Annotated[int, Range(0, 16_383)] = 0,
    n_rows: Annotated[int, Range(1, 16_384, scale="log")] = 1,
) -> SomeScan:
    """Keep some neighboring rows of the detector, as for a quick look at one slice.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        The whole scan.
    first_row : int
        The first row kept.
    n_rows : int
        How many rows are kept.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        The rows, at the heights they had.

    Raises
    ------
    InputError
        When the detector has no such rows.

    Examples
    --------
    >>> import numpy as np
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> from diaphane.units import Quantity
    >>> beam = ParallelBeam(np.zeros(1), Detector(n_rows=3, n_columns=5, row_spacing_mm=1.0,
    ...                                           column_spacing_mm=1.0))
    >>> scan = ParallelScan(np.ones((1, 3, 5)), beam, Quantity.LINE_INTEGRAL)
    >>> select_rows(scan, first_row=1, n_rows=2).beam.detector.row_mm.tolist()
    [0.0, 1.0]
    """
    detector = scan.beam.detector
    rows = slice(first_row, first_row + n_rows)
    if rows.stop > detector.n_rows:
        raise InputError(
            f"rows {rows.start} to {rows.stop - 1} must lie within the detector's "
            f"{detector.n_rows} rows"
        )

    def part(values: AnyArray | None) -> AnyArray | None:
        return None if values is None else values[:, rows]

    kept = replace(detector, n_rows=n_rows, center_row=detector.center_row - first_row)
    return replace(
        scan,
        values=scan.values[:, rows],
        beam=replace(scan.beam, detector=kept),
        flats=part(scan.flats),
        darks=part(scan.darks),
    )
