"""How much each ray of a fan counts, where some are measured twice, some once, some never."""

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.ct.beam import FanBeam
from diaphane.ct.views import arcs_and_holes
from diaphane.notices import notice

_FADE_RAD = np.deg2rad(10.0)
_LEAST = 1e-3
_WORTH_TELLING = 0.001


def fan_weights(beam: FanBeam) -> FloatArray:
    """Return how much each ray counts: the arc of its view, shared with the ray that runs back.

    The ray of view β at the angle γ from the central ray runs back along that of view
    β + π - 2γ at the angle -γ. In a full turn both are measured and count half. Where views are
    missing, what is left counts whole; between, the share changes smoothly, or the ramp filter
    would answer with streaks. A notice tells how many rays were measured from neither side.

    Parameters
    ----------
    beam : FanBeam
        The fan, with a full turn of views, a short scan, or a turn with holes.

    Returns
    -------
    (n_views, n_columns) float32
        Weights in rad, to be applied before the ramp filter.

    Notes
    -----
    F. Noo, M. Defrise, R. Clackdoyle and H. Kudo, *Image reconstruction from fan-beam projections
    on less than a short scan*, Phys. Med. Biol. 47 (2002): each ray is weighted by how present its
    view is, over the sum with the ray that runs back; views fade over 10° at the rim of a hole. We
    depart in that there may be several holes and that the ramp filter follows, which is exact only
    where every ray was measured from one side at least.
    """
    arcs, holes = arcs_and_holes(beam.angles_rad)
    if not len(holes):
        return np.repeat(arcs[:, None] / 2, beam.detector.n_columns, axis=1).astype(np.float32)
    fan_rad = np.arctan(beam.detector.column_mm / beam.source_to_detector_mm)
    _tell_missing_rays(holes, fan_rad)
    own = _presence(beam.angles_rad, holes)[:, None]
    back = _presence(beam.angles_rad[:, None] + np.pi - 2 * fan_rad, holes)
    return (arcs[:, None] * own / (own + back)).astype(np.float32)


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
