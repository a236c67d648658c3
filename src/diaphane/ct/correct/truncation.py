"""A body that reaches beyond the detector: what was not seen is guessed so that it fades out."""

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Literal

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct.acquisition.scan import SomeScan
from diaphane.ct.correct.calibration import WATER_PER_MM
from diaphane.errors import InputError
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.step import step
from diaphane.units import Quantity

_EDGE = 5  # columns from which edge value and slope are taken
_CUT_OFF = 0.02  # of the largest line integral: what lies at the edge beyond it was cut off


@step(version=1)
def extend(
    scan: Annotated[SomeScan, Quantity.LINE_INTEGRAL],
    *,
    method: Literal["water", "cosine"] = "water",
    share: Annotated[float, Range(0.05, 2)] = 0.5,
    water_per_mm: Annotated[float, Range(0.001, 1, scale="log", unit="1/mm")] = WATER_PER_MM,
) -> Annotated[SomeScan, Quantity.LINE_INTEGRAL]:
    """Widen the detector on both sides and let views that were cut off fade out there.

    Parameters
    ----------
    scan : ParallelScan, FanScan or ConeScan
        Line integrals of a body that reached beyond the detector.
    method : {"water", "cosine"}
        ``water``: continue as the disc of water that fits value and slope at the edge; ``cosine``:
        from the edge value to 0 along a quarter of a squared cosine.
    share : number
        By which share of its width the detector grows on either side.
    water_per_mm : number
        Attenuation of the disc.

    Returns
    -------
    ParallelScan, FanScan or ConeScan
        A wider scan around the same axis; a notice says in how many views it was guessed. Outside
        of the circle that was measured, the picture stays a guess.

    Raises
    ------
    InputError
        With fewer than 10 columns.

    Notes
    -----
    The disc after J. Hsieh et al., "A novel reconstruction algorithm to extend the CT scan
    field-of-view", Med. Phys. 31 (2004) 2385, equations 5 to 7: value p and slope p' at the edge
    give its middle and radius, ``x = p p' / (4 μ²)``, ``R² = p² / (4 μ²) + x²``. We depart in that
    its profile is scaled where it would end beyond the new edge. Without correction a cut-off view
    ends in a cliff, which the ramp filter turns into a bright rim and a wrong level inside.
    """
    n_views, n_rows, n_columns = scan.values.shape
    if n_columns < 2 * _EDGE:
        raise InputError(f"ct.extend needs at least {2 * _EDGE} columns, got {n_columns}")
    detector = scan.beam.detector
    n_new = max(1, round(share * n_columns))
    water = water_per_mm * _spacing_at_axis_mm(scan)
    profile = _PROFILES[method]
    sides = [
        profile(*_edge(values), n_new, water)
        for values in (scan.values[..., :_EDGE], scan.values[..., : -_EDGE - 1 : -1])
    ]
    limit = _CUT_OFF * float(scan.values.max())
    is_cut = [
        np.abs(values).mean(axis=(1, 2)) > limit
        for values in (scan.values[..., :2], scan.values[..., -2:])
    ]
    notice("ct.extended", views=int((is_cut[0] | is_cut[1]).sum()), columns=n_new)
    values = np.empty((n_views, n_rows, n_columns + 2 * n_new), np.float32)
    values[..., :n_new] = sides[0][..., ::-1]
    values[..., n_new : n_new + n_columns] = scan.values
    values[..., n_new + n_columns :] = sides[1]
    wider = replace(
        detector, n_columns=values.shape[2], center_column=detector.center_column + n_new
    )
    return replace(scan, values=values, beam=replace(scan.beam, detector=wider))


def _spacing_at_axis_mm(scan: SomeScan) -> float:
    spacing_mm = scan.beam.detector.column_spacing_mm
    to_axis = getattr(scan.beam, "source_to_axis_mm", None)
    if to_axis is None:
        return spacing_mm
    return spacing_mm * to_axis / getattr(scan.beam, "source_to_detector_mm", to_axis)


def _edge(values: AnyArray) -> tuple[DoubleArray, DoubleArray]:
    """Return the value at the edge and the slope outward, per column; outermost column first."""
    columns = np.arange(values.shape[-1], dtype=np.float64)
    columns -= columns.mean()
    slope = -(values @ columns) / (columns @ columns)
    value = values.mean(axis=-1, dtype=np.float64) + slope * (values.shape[-1] - 1) / 2
    return np.maximum(value, 0), slope


def _water(value: DoubleArray, slope: DoubleArray, n: int, water: float) -> DoubleArray:
    """Continue as a disc of water: shape (..., n), nearest column first."""
    chord = value / (2 * water)
    middle = chord * slope / (2 * water)  # positive: the disc's middle lies beyond the edge
    radius = np.sqrt(chord**2 + middle**2)
    end = np.maximum(middle + radius, 1e-9)
    stretch = np.maximum(end / n, 1)[..., None]
    x = np.arange(1, n + 1) * stretch - middle[..., None]
    return 2 * water * np.sqrt(np.maximum(radius[..., None] ** 2 - x**2, 0))


def _cosine(value: DoubleArray, slope: DoubleArray, n: int, water: float) -> DoubleArray:
    """Fade out along a squared cosine: shape (..., n), nearest column first."""
    del slope, water
    return value[..., None] * np.cos(np.pi / 2 * np.arange(1, n + 1) / (n + 1)) ** 2


_PROFILES: dict[str, Callable[[DoubleArray, DoubleArray, int, float], DoubleArray]] = {
    "water": _water,
    "cosine": _cosine,
}
