"""Reconstruction of a cone-beam scan."""

from typing import Annotated

import numpy as np

from diaphane.arrays import FloatArray
from diaphane.ct.beam import ConeBeam
from diaphane.ct.cone_field import ConeField, fitting_cone_grid
from diaphane.ct.field import step_rad
from diaphane.ct.offset_detector import widen, with_both_sides
from diaphane.ct.ramp import Cutoff, Window, filter_block, row_response
from diaphane.ct.redundancy import ray_weights
from diaphane.ct.scan import ConeScan
from diaphane.ct.views import truncated_views
from diaphane.image import Image
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity


@step(version=1, simd=True)
def fdk(
    scan: Annotated[ConeScan, Quantity.LINE_INTEGRAL],
    *,
    grid: GridOptions | None = None,
    window: Window = "hann",
    cutoff: Cutoff = 1.0,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct a volume from the line integrals of a cone-beam scan around a circle.

    Parameters
    ----------
    scan : ConeScan
        Line integrals of shape (n_views, n_rows, n_columns), from half a turn and the fan up to a
        full turn. View angles may be uneven and in any order; each view counts by the arc it
        stands for. A detector that stands to one side needs the full turn.
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
        When a detector stands to one side and views are missing, when the axis of rotation is
        not seen, or when no voxel of the grid is seen by every view.

    Notes
    -----
    L. A. Feldkamp, L. C. Davis and J. W. Kress, "Practical cone-beam algorithm", J. Opt. Soc. Am.
    A 1 (1984) 612, equations 28 to 30, on a detector scaled to the axis of rotation::

        f(r) = 1/2 ∫ (R / depth)² [ (cosine of the ray's angle · p) * ramp ] (column, row) dβ

    with ``R / far`` for ``R / depth`` and the ramp times ``(γ / sin γ)²`` on a curved detector
    (Kak and Slaney, chapter 3, equation 134). We depart in that the integral over the view angle is
    a sum weighted by the arc of each view, and in that rays that were measured twice, once or never
    count as in the plane of the source (:func:`~diaphane.ct.redundancy.ray_weights`).
    The answer is exact in the plane of the source; above and below, bodies that change along the
    axis come out blurred and too weak the more, the steeper the rays (the cone-angle error).

    Examples
    --------
    A ball of 12 mm and 0.02/mm around the point 10 mm left of the axis and 5 mm above the source:

    >>> import numpy as np
    >>> from diaphane.ct import ConeBeam, ConeScan, Detector, fdk, rays
    >>> from diaphane.phantom import Body, Ellipsoid
    >>> from diaphane.units import Quantity
    >>> ball = Body((Ellipsoid((10.0, 0.0, 5.0), (12.0, 12.0, 12.0), 0.02),))
    >>> beam = ConeBeam(np.arange(90) * 2 * np.pi / 90, Detector(32, 48, 2.0, 2.0), 500, 750)
    >>> row, column = np.indices((32, 48)).reshape(2, -1)
    >>> lines = rays(beam, np.arange(90), rows=row, columns=column)
    >>> integrals = ball.line_integrals(lines.origins_mm, lines.directions).reshape(90, 32, 48)
    >>> image = fdk(ConeScan(integrals, beam, Quantity.LINE_INTEGRAL), window="ram-lak")
    >>> z, y, x = np.round(image.grid.to_index((10.0, 0.0, 5.0))).astype(int)
    >>> bool(abs(image.values[z, y, x] - 0.02) < 0.0005)
    True
    """
    from diaphane.ct.cone_volume import ConeVolume  # imports Numba: a third of a second

    beam, added = with_both_sides(scan.beam)
    target = fitting_cone_grid(beam, grid)
    field = ConeField.of(beam, target)
    weights = ray_weights(scan.beam)
    is_even = bool((weights == weights[:, :1]).all())
    arcs = weights[:, 0] if is_even else np.ones(beam.n_views, np.float32)
    _say_what_is_missing(scan, field, added)
    volume = ConeVolume(beam, field)
    response = row_response(
        beam.detector.n_columns,
        beam.detector.column_spacing_mm / beam.magnification,
        window=window,
        cutoff=cutoff,
        step_rad=step_rad(beam),
    )
    cosines = _cosines(scan.beam)
    for block in track(volume.blocks(), "ct.fdk"):
        weighted = scan.values[block] * cosines
        if not is_even:
            weighted *= weights[block, None]
        filtered = filter_block(widen(weighted, added), response)
        volume.add(block, filtered, arcs[block])
    return Image(volume.slices(), target, Quantity.ATTENUATION)


def _cosines(beam: ConeBeam) -> FloatArray:
    """Return the cosine between each pixel's ray and the central one: shape (n_rows, n_columns)."""
    steepness = beam.detector.row_mm[:, None] / beam.source_to_detector_mm
    if beam.detector.shape == "curved":
        cosines = np.cos(beam.fan_rad) / np.sqrt(1 + steepness**2)
    else:
        cosines = 1 / np.sqrt(1 + np.tan(beam.fan_rad) ** 2 + steepness**2)
    return cosines.astype(np.float32)


def _say_what_is_missing(scan: ConeScan, field: ConeField, added: tuple[int, int]) -> None:
    if field.share_seen < 1:
        notice("ct.not_seen_by_all", percent=round(100 * (1 - field.share_seen), 1))
    truncated = truncated_views(scan.values, added)
    if truncated:
        notice("ct.truncated", views=truncated)
