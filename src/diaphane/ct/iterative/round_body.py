"""The outline of a round body, from the edges of its shadows."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct.acquisition.field import axes_mm, fitting_grid
from diaphane.ct.acquisition.ray_geometry import rays
from diaphane.ct.acquisition.scan import FanScan, ParallelScan
from diaphane.errors import InputError
from diaphane.image import Labels
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity


@step(version=1)
def disc(
    scan: Annotated[ParallelScan | FanScan, Quantity.LINE_INTEGRAL],
    *,
    material_per_mm: Annotated[float, Range(1e-4, 10, scale="log", unit="1/mm")],
    grid: GridOptions | None = None,
    rim_mm: Annotated[float, Range(0, 100, unit="mm")] = 0.0,
    chord_mm: Annotated[float, Range(0.1, 1000, scale="log", unit="mm")] = 10.0,
) -> Labels:
    """Find where a round body lies from the edges of its shadows, be they of a few views only.

    Parameters
    ----------
    scan : ParallelScan or FanScan
        Line integrals; the body, a disc in every slice, ends within the detector.
    material_per_mm : number
        Attenuation of the material at its rim.
    grid : GridOptions, optional
        Where the outline is drawn; what is left out fits the detector.
    rim_mm : number
        How wide a rim is known to be filled, without holes; at 0 none is.
    chord_mm : number
        The edge of the shadow is taken where this length of material is seen; less than the rim
        alone would show.

    Returns
    -------
    Labels
        0 outside, 1 inside, 2 within the rim. A notice gives middle and radius.

    Raises
    ------
    InputError
        When a view does not show both edges.

    Notes
    -----
    Rays at both edges are tangent to a circle around the middle: least squares for its middle and
    radius, which a short arc of views fixes just as well as a full one.
    """
    chord_per_mm = material_per_mm * chord_mm
    profile = scan.values.mean(axis=1, dtype=np.float64)
    columns, sides = _edges(profile, chord_per_mm)
    x_mm, y_mm, radius_mm = _circle(scan, columns, sides, chord_mm)
    target = fitting_grid(scan.beam, grid)
    _, y, x = axes_mm(target)
    radius = np.hypot(x - x_mm, y[:, None] - y_mm)
    edge_mm = target.spacing_mm[2]
    values = (radius < radius_mm + edge_mm / 2).astype(np.uint8)
    values[(radius > radius_mm - rim_mm) & (radius < radius_mm - edge_mm)] = 2
    notice("ct.disc_found", x_mm=round(x_mm, 2), y_mm=round(y_mm, 2), radius_mm=round(radius_mm, 2))
    names = {1: "inside", 2: "rim"}
    return Labels(np.repeat(values[None], target.shape[0], axis=0), target, names)


def _edges(profile: DoubleArray, level: float) -> tuple[DoubleArray, DoubleArray]:
    """Return the columns, not rounded, where each view's shadow begins and ends, and the sides."""
    is_dark = profile > level
    if not is_dark.any(axis=1).all() or is_dark[:, [0, -1]].any():
        raise InputError(
            f"ct.disc: every view must show both edges of the body, where line integrals rise over "
            f"{level:.3g}: give another chord_mm, or extend the views"
        )
    first = is_dark.argmax(axis=1)
    last = profile.shape[1] - 1 - is_dark[:, ::-1].argmax(axis=1)
    begin = first - 1 + _rise(profile, first - 1, first, level)
    end = last + 1 - _rise(profile, last + 1, last, level)
    sides = np.repeat([1.0, -1.0], len(profile))
    return np.concatenate([begin, end]), sides


def _rise(profile: DoubleArray, low: AnyArray, high: AnyArray, level: float) -> DoubleArray:
    views = np.arange(len(profile))
    below, above = profile[views, low], profile[views, high]
    return (level - below) / (above - below)


def _circle(
    scan: ParallelScan | FanScan, columns: DoubleArray, sides: DoubleArray, chord_mm: float
) -> tuple[float, float, float]:
    """Return middle and radius of the circle whose chords along the edges' rays have a length."""
    middle = scan.beam.detector.center_row
    views = np.tile(np.arange(scan.beam.n_views), 2)
    found = [rays(scan.beam, view, rows=middle, columns=c) for view, c in zip(views, columns)]
    origins = np.array([ray.origins_mm for ray in found]).reshape(-1, 3)
    toward = np.array([ray.directions for ray in found]).reshape(-1, 3)
    aside = np.stack([toward[:, 1], -toward[:, 0], -sides], axis=1)
    offset = origins[:, 0] * toward[:, 1] - origins[:, 1] * toward[:, 0]
    x_mm, y_mm, distance = np.linalg.lstsq(aside, offset, rcond=None)[0]
    return float(x_mm), float(y_mm), float(np.hypot(distance, chord_mm / 2))
