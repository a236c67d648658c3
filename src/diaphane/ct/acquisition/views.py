"""How much each view counts, and whether it saw the whole body."""

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.errors import GeometryError
from diaphane.notices import notice

_TURNS = 2
_MANY_VIEWS = 30
_TINY_RAD = np.deg2rad(7.0)  # 2π "degrees" are 0.11 rad
_SAME_RAD = 1e-9
_HOLE_GAPS = 10
_HOLE_RAD = np.deg2rad(5.0)
_EDGE_COLUMNS = 2
_EDGE_ROWS = 8
_EDGE_SHARE = 0.05


def view_weights(angles_rad: ArrayLike, span_rad: float = 2 * np.pi) -> DoubleArray:
    """Return the arc that each view stands for: half the way to its two neighbors on the circle.

    Angles come in any order, evenly spaced or not, and are taken modulo `span_rad`; views at one
    and the same angle share its arc. A hole in the circle (wider than 10 usual gaps and than 5°)
    belongs to no view: those at its rim count as if a usual gap followed, and a notice says so.

    Parameters
    ----------
    angles_rad : (n_views,) numbers
        View angles.
    span_rad : float
        The circle on which neighbors are sought: 2π for a full turn of a fan or a cone, π for
        parallel rays, where opposite views measure the same.

    Returns
    -------
    (n_views,) float64
        Arcs in rad; their sum is `span_rad`, less the holes.

    Raises
    ------
    GeometryError
        When the angles span more than two turns, as angles in degrees do.
    """
    arcs, holes = arcs_and_holes(angles_rad, span_rad)
    if len(holes):
        missing_deg = round(float(np.rad2deg(holes[:, 1].sum())), 1)
        notice("ct.angles_missing", holes=len(holes), missing_deg=missing_deg)
    return arcs


def arcs_and_holes(
    angles_rad: ArrayLike, span_rad: float = 2 * np.pi
) -> tuple[DoubleArray, DoubleArray]:
    """Return the arc of each view as :func:`view_weights` does, and the holes, untold.

    Parameters
    ----------
    angles_rad : (n_views,) numbers
        View angles.
    span_rad : float
        The circle on which neighbors are sought.

    Returns
    -------
    arcs : (n_views,) float64
        Arcs in rad.
    holes : (n_holes, 2) float64
        Where each hole begins, in rad, and how wide it is, from view to view.
    """
    angles = np.asarray(angles_rad, dtype=np.float64)
    check_radians(angles)
    angles = np.mod(angles, span_rad)
    order = np.argsort(angles, kind="stable")
    gaps = np.diff(angles[order], append=angles[order[0]] + span_rad)
    usual = _usual_gap(gaps)
    is_hole = gaps > max(_HOLE_GAPS * usual, _HOLE_RAD)
    if np.count_nonzero(gaps > _SAME_RAD) == 1:  # a single direction: all others are missing
        is_hole = gaps > _SAME_RAD
    holes = np.stack([angles[order][is_hole], gaps[is_hole]], axis=1)
    gaps[is_hole] = usual
    arcs = np.empty_like(gaps)
    arcs[order] = (gaps + np.roll(gaps, 1)) / 2
    return arcs, holes


def check_radians(angles_rad: DoubleArray) -> None:
    """Refuse angles in degrees, and say where radians look as if taken for degrees.

    Raises
    ------
    GeometryError
        When the angles span more than two turns.
    """
    if np.ptp(angles_rad) > _TURNS * 2 * np.pi:
        raise GeometryError(
            f"angles_rad must be in radians and span at most {_TURNS} turns, got "
            f"{angles_rad.min():.6g} to {angles_rad.max():.6g}: give degrees through numpy.deg2rad"
        )
    if _looks_like_turned_twice(angles_rad):
        notice("ct.angles_tiny", span_deg=round(float(np.rad2deg(np.ptp(angles_rad))), 1))


def _looks_like_turned_twice(angles_rad: DoubleArray) -> bool:
    """Whether many views lie within a few degrees: as when radians were taken for degrees."""
    return len(angles_rad) >= _MANY_VIEWS and bool(np.ptp(angles_rad) < _TINY_RAD)


def _usual_gap(gaps: DoubleArray) -> float:
    """Return the gap that three quarters of the gaps do not exceed.

    Not the median: of opposite views that nearly coincide, every second gap is next to nothing.
    """
    apart = gaps[gaps > _SAME_RAD]
    return float(np.quantile(apart, 0.75, method="lower")) if len(apart) else float(gaps.sum())


def truncated_views(line_integrals: AnyArray, added: tuple[int, int] = (0, 0)) -> int:
    """Return in how many views the body reaches beyond the first or the last column.

    A view counts when, somewhere along its two outermost columns, the mean of 8 rows exceeds
    5 % of the largest line integral of the scan.

    Parameters
    ----------
    line_integrals : (n_views, n_rows, n_columns) array
        The scan's values.
    added : two int
        Columns that other views measure, before the first and behind the last: where there are
        any, the body may reach beyond.
    """
    n_views, n_rows, n_columns = line_integrals.shape
    width = min(_EDGE_COLUMNS, n_columns)
    first, last = line_integrals[..., :width], line_integrals[..., n_columns - width :]
    outer = np.stack([first if not added[0] else last, last if not added[1] else first])
    profile = outer.mean(axis=-1, dtype=np.float64)
    height = min(_EDGE_ROWS, n_rows)
    blocks = profile[..., : n_rows // height * height].reshape(2, n_views, -1, height).mean(-1)
    limit = _EDGE_SHARE * float(line_integrals.max())
    return int((blocks > limit).any(axis=(0, 2)).sum()) if limit > 0 else 0
