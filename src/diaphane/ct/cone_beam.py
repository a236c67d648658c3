"""Reconstruction of a cone-beam scan over the full circle."""

from typing import Annotated

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.ct.beam import ConeBeam
from diaphane.ct.cone_field import ConeField, fitting_cone_grid
from diaphane.ct.ramp import Cutoff, Window, filter_block, row_response
from diaphane.ct.scan import ConeScan
from diaphane.ct.views import truncated_views, view_weights
from diaphane.errors import GeometryError
from diaphane.image import Image
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity

_LEAST_COVERED = 0.75  # of the circle


@step(version=1, simd=True)
def fdk(
    scan: Annotated[ConeScan, Quantity.LINE_INTEGRAL],
    *,
    grid: GridOptions | None = None,
    window: Window = "hann",
    cutoff: Cutoff = 1.0,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct a volume from the line integrals of a cone-beam scan over the full circle.

    Parameters
    ----------
    scan : ConeScan
        Line integrals of shape (n_views, n_rows, n_columns). View angles may be uneven and in any
        order; each view counts by the arc it stands for.
    grid : GridOptions, optional
        The upright grid to reconstruct; what is left out covers the field of view with voxels as
        large as the detector's pixels seen at the axis of rotation.
    window : str
        How the ramp filter is tamed toward the cutoff, from sharp and noisy (``ram-lak``) to
        smooth (``hann``).
    cutoff : float
        Highest frequency kept, as a fraction of the Nyquist frequency of the detector's columns.

    Returns
    -------
    Image
        Attenuation in 1/mm, float32. Voxels that not every view saw are 0, and a notice says how
        many.

    Raises
    ------
    GeometryError
        When the views cover less than three quarters of the circle, when the axis of rotation is
        not seen, or when no voxel of the grid is seen by every view.

    Notes
    -----
    L. A. Feldkamp, L. C. Davis and J. W. Kress, "Practical cone-beam algorithm", J. Opt. Soc. Am.
    A 1 (1984) 612, equations 28 to 30, on a detector scaled to the axis of rotation::

        f(r) = 1/2 ∫ (R / depth)² [ (cosine of the ray's angle · p) * ramp ] (column, row) dβ

    We depart in that the integral over the view angle is a sum weighted by the arc of each view.
    The answer is exact in the plane of the source; above and below, bodies that change along the
    axis come out blurred and too weak the more, the steeper the rays (the cone-angle error).
    """
    from diaphane.ct.cone_volume import ConeVolume  # imports Numba: a third of a second

    beam = scan.beam
    target = fitting_cone_grid(beam, grid)
    field = ConeField.of(beam, target)
    weights = _weights(beam)
    _say_what_is_missing(scan, field)
    volume = ConeVolume(beam, field)
    response = row_response(
        beam.detector.n_columns,
        beam.detector.column_spacing_mm / beam.magnification,
        window=window,
        cutoff=cutoff,
    )
    cosines = _cosines(beam)
    for block in track(volume.blocks(), "ct.fdk"):
        filtered = filter_block(scan.values[block] * cosines, response)
        volume.add(block, filtered, weights[block])
    return Image(volume.slices(), target, Quantity.ATTENUATION)


def _weights(beam: ConeBeam) -> FloatArray:
    """Return half the arc of each view in rad, since a full circle measures each ray twice."""
    arcs = view_weights(beam.angles_rad)
    if arcs.sum() < _LEAST_COVERED * 2 * np.pi:
        raise GeometryError(
            f"ct.fdk needs views around the full circle, got {np.rad2deg(arcs.sum()):.0f}°: "
            f"a short scan needs another method"
        )
    return (arcs / 2).astype(np.float32)


def _cosines(beam: ConeBeam) -> FloatArray:
    """Return the cosine between each pixel's ray and the central one: shape (n_rows, n_columns)."""
    u, v = beam.detector.column_mm, beam.detector.row_mm[:, None]
    distance = beam.source_to_detector_mm
    return (distance / np.sqrt(distance**2 + u**2 + v**2)).astype(np.float32)


def _say_what_is_missing(scan: ConeScan, field: ConeField) -> None:
    if field.share_seen < 1:
        notice("ct.not_seen_by_all", percent=round(100 * (1 - field.share_seen), 1))
    truncated = truncated_views(scan.values)
    if truncated:
        notice("ct.truncated", views=truncated)
