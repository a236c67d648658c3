"""Where every ray of a scan runs: all beams turned into one common quantity, lines in the world.

Whoever follows rays (a simulator, a projector) needs no branch for the kind of beam. With the
axes u, v, s of :mod:`diaphane.ct.acquisition.beam`, the ray of detector place (a, b), in mm along
u and v, is

=========  ==================================  ==========================================
beam       origin                              direction, before it gets unit length
=========  ==================================  ==========================================
parallel   ``a u + b v``                       ``-s``
fan        ``R s + b v`` + spot                ``a u - D s`` - spot
cone       ``R s`` + spot                      ``a u + b v - D s`` - spot
=========  ==================================  ==========================================

A pose of a :class:`~diaphane.ct.acquisition.pose.PoseBeam` names source, detector center, u and v
itself. On a curved detector ``D (sin γ u - cos γ s)`` with ``γ = a / D`` stands for ``a u - D s``.
Here R is ``source_to_axis_mm``, D ``source_to_detector_mm``, and the spot ``p u + q v`` is where
in the focal spot the ray starts. A parallel ray starts on the plane through the axis of rotation:
it is a whole line, and reaches to both sides of its origin.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.ct.acquisition.beam import Beam, FanBeam, ParallelBeam
from diaphane.ct.acquisition.pose import PoseBeam
from diaphane.errors import GeometryError, InputError


@dataclass(frozen=True, eq=False)
class Rays:
    """Lines in the world: each a point and a direction of unit length."""

    origins_mm: DoubleArray
    """Shape (..., 3): a point of each ray in LPS mm; the source where there is one."""
    directions: DoubleArray
    """Shape (..., 3): unit vectors from the source toward the detector."""


def rays(
    beam: Beam | PoseBeam,
    views: ArrayLike,
    *,
    rows: ArrayLike | None = None,
    columns: ArrayLike | None = None,
    spot_mm: tuple[ArrayLike, ArrayLike] = (0.0, 0.0),
) -> Rays:
    """Return the rays that reach given places of the detector in given views.

    Parameters
    ----------
    beam : ParallelBeam, FanBeam, ConeBeam or PoseBeam
        The geometry of the scan.
    views : integer or array of integers
        Which views; the shape of `views` leads the shape of the result.
    rows, columns : arrays of numbers, optional
        Places on the detector as indices, whole at pixel centers; they are broadcast against each
        other. By default every pixel's center, shape (n_rows, n_columns).
    spot_mm : two numbers or arrays
        Where in the focal spot the rays start, along u and v, broadcast against the places.

    Returns
    -------
    Rays
        Of shape ``views.shape + places.shape + (3,)``.

    Raises
    ------
    GeometryError
        When a view does not exist.
    InputError
        When a parallel beam is given a focal spot.

    Examples
    --------
    >>> from diaphane.ct import ConeBeam, Detector, rays
    >>> beam = ConeBeam([0.0], Detector(3, 5, 1.0, 1.0), 400.0, 600.0)
    >>> rays(beam, 0).origins_mm[1, 2].tolist()
    [0.0, -400.0, 0.0]
    """
    views = np.asarray(views)
    if views.dtype.kind not in "iu" or (
        views.size and not 0 <= views.min() <= views.max() < beam.n_views
    ):
        raise GeometryError(f"views must be whole numbers in 0…{beam.n_views - 1}, got {views}")
    detector = beam.detector
    rows = np.arange(detector.n_rows)[:, None] if rows is None else np.asarray(rows)
    columns = np.arange(detector.n_columns) if columns is None else np.asarray(columns)
    a, b, p, q = np.broadcast_arrays(
        (columns - detector.center_column) * detector.column_spacing_mm,
        (rows - detector.center_row) * detector.row_spacing_mm,
        *(np.asarray(x, dtype=np.float64) for x in spot_mm),
    )
    if isinstance(beam, PoseBeam):
        return _posed(beam, views, (a, b, p, q))
    origins, directions = _in_own_axes(beam, a.ravel(), b.ravel(), p.ravel(), q.ravel())
    angles, shape = beam.angles_rad[views.reshape(-1, 1)], (*views.shape, *a.shape, 3)
    return Rays(
        _in_world(angles, *origins).reshape(shape), _in_world(angles, *directions).reshape(shape)
    )


def _posed(beam: PoseBeam, views: AnyArray, places: tuple[DoubleArray, ...]) -> Rays:
    """Return rays between points of the world that the poses name."""
    shape = (*views.shape, *places[0].shape, 3)
    views = views.reshape(-1, 1)
    u, v = beam.column_axes[views], beam.row_axes[views]
    a, b, p, q = (x.ravel()[:, None] for x in places)
    sources = beam.sources_mm[views] + p * u + q * v
    toward = beam.centers_mm[views] + a * u + b * v - sources
    toward /= np.linalg.norm(toward, axis=-1, keepdims=True)
    return Rays(sources.reshape(shape), toward.reshape(shape))


_Components = tuple[DoubleArray, DoubleArray, DoubleArray]


def _in_own_axes(
    beam: Beam, a: DoubleArray, b: DoubleArray, p: DoubleArray, q: DoubleArray
) -> tuple[_Components, _Components]:
    """Return origins and unit directions of a list of rays as components along u, v and s."""
    if isinstance(beam, ParallelBeam):
        if p.any() or q.any():
            raise InputError("spot_mm must be 0 for a parallel beam, which has no focal spot")
        return (a, b, np.zeros_like(a)), (np.zeros_like(a), np.zeros_like(a), -np.ones_like(a))
    height = b + q if isinstance(beam, FanBeam) else q
    distance_mm = beam.source_to_detector_mm
    if beam.detector.shape == "curved":
        along_u, along_s = distance_mm * np.sin(a / distance_mm), np.cos(a / distance_mm)
        along_u, along_v, along_s = along_u - p, b - height, -distance_mm * along_s
    else:
        along_u, along_v, along_s = a - p, b - height, np.full_like(a, -distance_mm)
    length = np.sqrt(along_u**2 + along_v**2 + along_s**2)
    origins = (p, height, np.full_like(a, beam.source_to_axis_mm))
    return origins, (along_u / length, along_v / length, along_s / length)


def _in_world(
    angles_rad: DoubleArray, along_u: DoubleArray, along_v: DoubleArray, along_s: DoubleArray
) -> DoubleArray:
    """Return the vectors ``along_u u + along_v v + along_s s`` at angles of shape (views, 1)."""
    sine, cosine = np.sin(angles_rad), np.cos(angles_rad)
    vectors = np.empty((len(angles_rad), len(along_u), 3))
    vectors[..., 0] = along_u * cosine + along_s * sine
    vectors[..., 1] = along_u * sine - along_s * cosine
    vectors[..., 2] = along_v
    return vectors
