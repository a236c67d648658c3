"""What a detector counts without the body, and without the beam."""

from typing import Literal

import numpy as np

from diaphane.arrays import DoubleArray
from diaphane.ct.acquisition.scan import PoseScan, Scan
from diaphane.errors import InputError
from diaphane.notices import notice


def dark_and_open_beam(
    name: str,
    scan: Scan | PoseScan,
    average: Literal["mean", "median"],
    open_beam_counts: float | None,
) -> tuple[DoubleArray, DoubleArray]:
    """Return the dark level of each pixel, and what it counts beyond it without the body.

    Parameters
    ----------
    name : str
        Of the step, for the sentence.
    scan : ParallelScan, FanScan, ConeScan or PoseScan
        Counts, with flats and darks.
    average : {"mean", "median"}
        How several frames become one.
    open_beam_counts : number, optional
        Counts without the body, for a scan without flats.

    Raises
    ------
    InputError
        When there are neither flats nor `open_beam_counts`, or both.
    """
    shape = scan.values.shape[1:]
    if scan.flats is None and open_beam_counts is None:
        raise InputError(
            f"{name} needs flats (counts without the body), the scan has none: give it "
            f"flats, or the option open_beam_counts"
        )
    if scan.flats is not None and open_beam_counts is not None:
        raise InputError(
            f"{name}: the scan has flats, got open_beam_counts = {open_beam_counts} "
            f"too; leave the option out"
        )
    if scan.darks is None:
        notice("ct.no_darks")
    of = np.mean if average == "mean" else np.median
    dark = np.zeros(shape) if scan.darks is None else np.asarray(of(scan.darks, axis=0), np.float64)
    if scan.flats is not None:
        return dark, np.asarray(of(scan.flats, axis=0), np.float64) - dark
    counts = float(open_beam_counts or 0)
    notice("ct.open_beam_assumed", counts=counts)
    return dark, counts - dark
