"""How much each ray counts, where some are measured twice, some once, some never."""

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.acquisition.beam import Beam, ParallelBeam
from diaphane.ct.acquisition.field import angle_at
from diaphane.ct.acquisition.views import arcs_and_holes, view_weights
from diaphane.ct.analytic.offset_detector import is_offset, near_edge_mm
from diaphane.errors import GeometryError
from diaphane.notices import notice

_FADE_RAD = np.deg2rad(10.0)
_SHORT_SCAN_RAD = np.deg2rad(300.0)
_LEAST = 1e-3
_WORTH_TELLING = 0.001


def ray_weights(beam: Beam) -> FloatArray:
    """Return how much each ray counts: the arc of its view, shared with the ray that runs back.

    The ray of view β at the angle γ from the central ray runs back along that of view
    β + π - 2γ at the angle -γ; the weights of the two add up to one arc. In a full turn both are
    measured and count half. Where views are missing, what is left counts whole; between, the share
    changes smoothly, or the ramp filter would answer with streaks. Where the detector stands to
    one side, only rays near the axis are measured both ways. A notice tells how many rays were
    measured from neither side. Rays of a cone count like those of the same column in the plane of
    the source.

    Parameters
    ----------
    beam : ParallelBeam, FanBeam or ConeBeam
        The rays, with a full turn of views, a short scan, or a turn with holes.

    Returns
    -------
    (n_views, n_columns) float32
        Weights in rad, to be applied before the ramp filter.

    Raises
    ------
    GeometryError
        When the detector stands to one side and views are missing.

    Notes
    -----
    One hole and less than 300° of views: D. L. Parker, *Optimal short scan convolution
    reconstruction for fanbeam CT*, Med. Phys. 9 (1982) 254, for any overscan as in M. D. Silver,
    Med. Phys. 27 (2000) 773. Other holes: F. Noo, M. Defrise, R. Clackdoyle and H. Kudo, *Image
    reconstruction from fan-beam projections on less than a short scan*, Phys. Med. Biol. 47
    (2002): each ray is weighted by how present its view is, over the sum with the ray that runs
    back; views fade over 10° at the rim of a hole. We depart in that there may be several holes
    and that the ramp filter follows, which is exact only where every ray was measured from one
    side at least. A detector to one side: G. Wang, Med. Phys. 29 (2002) 1634.
    """
    if is_offset(beam):
        return _offset_weights(beam)
    if isinstance(beam, ParallelBeam):
        arcs = view_weights(beam.angles_rad, np.pi).astype(np.float32)
        return np.repeat(arcs[:, None], beam.detector.n_columns, axis=1)
    arcs, holes = arcs_and_holes(beam.angles_rad)
    return (arcs[:, None] * shares_of(beam.angles_rad, beam.fan_rad, holes)).astype(np.float32)


def shares_of(angles_rad: DoubleArray, fan_rad: DoubleArray, holes: DoubleArray) -> DoubleArray:
    """Return the share of its arc (n_views, n_columns) that each ray of a fan counts.

    Parameters
    ----------
    angles_rad : (n_views,) float64
        View angles of the source.
    fan_rad : (n_columns,) or (n_views, n_columns) float64
        The angle between each ray and the one through the axis of rotation.
    holes : (n_holes, 2) float64
        From :func:`~diaphane.ct.acquisition.views.arcs_and_holes`.
    """
    shape = np.broadcast_shapes((len(angles_rad), 1), fan_rad.shape)
    if not len(holes):
        return np.full(shape, 0.5)
    _tell_missing_rays(holes, fan_rad if fan_rad.ndim == 1 else fan_rad.mean(axis=0))
    scanned_rad = 2 * np.pi - holes[0, 1]
    is_short = len(holes) == 1 and scanned_rad <= _SHORT_SCAN_RAD
    if is_short and scanned_rad >= np.pi + 2 * np.abs(fan_rad).max():
        return _short_scan_shares(angles_rad, fan_rad, holes[0])
    own = _presence(angles_rad, holes)[:, None]
    back = _presence(angles_rad[:, None] + np.pi - 2 * fan_rad, holes)
    return own / (own + back)


def _offset_weights(beam: Beam) -> FloatArray:
    """Return weights that fall to 0 at the nearer edge of the detector: Wang's, in each ray's t."""
    arcs, holes = arcs_and_holes(beam.angles_rad)
    where = f"center_column {beam.detector.center_column:g} of {beam.detector.n_columns}"
    refuse_missing_views(holes, where)
    near_mm, far_side = near_edge_mm(beam.detector)
    if isinstance(beam, ParallelBeam):
        place = beam.detector.column_mm / near_mm
    else:
        place = beam.fan_rad / angle_at(beam, near_mm)
    return np.outer(arcs, offset_shares(far_side * place)).astype(np.float32)


def refuse_missing_views(holes: DoubleArray, where: str) -> None:
    """Refuse holes in the circle of a detector that stands to one side, which `where` names."""
    if len(holes):
        scanned_deg = 360 - np.rad2deg(holes[:, 1].sum())
        raise GeometryError(
            f"a detector that stands to one side ({where}) needs views around the full circle, got "
            f"{scanned_deg:.0f}°: rays beyond its nearer edge were never measured"
        )


def offset_shares(place: DoubleArray) -> DoubleArray:
    """Return what rays count at a place, -1 at the nearer edge and 1 as far on the other side.

    The shares at a place and at its opposite add up to 1.
    """
    return np.sin(np.pi / 4 * (1 + np.clip(place, -1, 1))) ** 2


def _short_scan_shares(
    angles_rad: DoubleArray, fan_rad: DoubleArray, hole: DoubleArray
) -> DoubleArray:
    """Return Parker's weights (n_views, n_columns) of one arc of views, at least a short scan."""
    scanned = 2 * np.pi - hole[1]
    after_first = np.mod(angles_rad - hole[0] - hole[1] + 1e-9, 2 * np.pi)[:, None] - 1e-9
    over = (scanned - np.pi) / 2
    tiny = 1e-9
    rising = np.clip(after_first / np.maximum(over + fan_rad, tiny) / 2, 0, 1)
    falling = np.clip((scanned - after_first) / np.maximum(over - fan_rad, tiny) / 2, 0, 1)
    return (np.sin(np.pi / 2 * rising) * np.sin(np.pi / 2 * falling)) ** 2


def _presence(angles_rad: DoubleArray, holes: DoubleArray) -> DoubleArray:
    """Return 1 at angles far from the holes, next to nothing within them, smooth between."""
    to_hole = np.full(angles_rad.shape, np.inf)
    for begin, width in holes:
        after_middle = np.mod(angles_rad - begin - width / 2 + np.pi, 2 * np.pi) - np.pi
        to_hole = np.minimum(to_hole, np.abs(after_middle) - width / 2)
    x = np.clip(to_hole / _FADE_RAD, 0, 1)
    return np.maximum(x * x * (3 - 2 * x), _LEAST * (to_hole > -_LEAST))


def _tell_missing_rays(holes: DoubleArray, fan_rad: DoubleArray) -> None:
    """Say which share of all rays was measured neither this way nor back."""
    circle = np.linspace(0, 2 * np.pi, 3600, endpoint=False)[:, None]
    is_measured = _presence(circle, holes) > 0
    is_measured_back = _presence(circle + np.pi - 2 * fan_rad[::8], holes) > 0
    missing = 1 - np.mean(is_measured | is_measured_back)
    if missing > _WORTH_TELLING:
        notice("ct.rays_missing", percent=round(100 * float(missing), 1))
