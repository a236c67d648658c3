"""Reconstruction of a cone-beam scan."""

from typing import Annotated

from diaphane.ct.acquisition.scan import ConeScan, PoseScan
from diaphane.ct.analytic.cone_views import CircularViews
from diaphane.ct.analytic.ramp import Cutoff, filter_block, row_response
from diaphane.ct.analytic.windows import Window
from diaphane.ct.memory import check_memory
from diaphane.image import Image
from diaphane.notices import notice
from diaphane.progress import track
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity


@step(version=1, simd=True)
def fdk(
    scan: Annotated[ConeScan | PoseScan, Quantity.LINE_INTEGRAL],
    *,
    grid: GridOptions | None = None,
    window: Window = "hann",
    cutoff: Cutoff = 1.0,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct a volume from the line integrals of a cone-beam scan around a circle.

    Parameters
    ----------
    scan : ConeScan or PoseScan
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

    InputError
        When there is not enough memory for the grid.

    Notes
    -----
    L. A. Feldkamp, L. C. Davis and J. W. Kress, "Practical cone-beam algorithm", J. Opt. Soc. Am.
    A 1 (1984) 612, equations 28 to 30, on a detector scaled to the axis of rotation::

        f(r) = 1/2 ∫ (R / depth)² [ (cosine of the ray's angle · p) * ramp ] (column, row) dβ

    with ``R / far`` for ``R / depth`` and the ramp times ``(γ / sin γ)²`` on a curved detector
    (Kak and Slaney, chapter 3, equation 134). We depart in that the integral over the view angle is
    a sum weighted by the arc of each view, and in that rays that were measured twice, once or never
    count as in the plane of the source (:func:`~diaphane.ct.analytic.redundancy.ray_weights`).
    The answer is exact in the plane of the source; above and below, bodies that change along the
    axis come out blurred and too weak the more, the steeper the rays (the cone-angle error).

    A full circle of evenly spaced views, four or a multiple, with an angle of 0 among them or half
    a step from it, on a centered detector and for a square grid centered on the axis and on the
    plane of the source, takes kernels that use the symmetry; the answer is the same within 2e-5 of
    its largest value.

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
    from diaphane.ct.analytic.cone_symmetric_volume import (
        fitting_volume,
    )  # imports Numba: a third of a second
    from diaphane.ct.analytic.pose_views import PosedViews

    views = PosedViews.of(scan) if isinstance(scan, PoseScan) else CircularViews.of(scan)
    target = views.grid(grid)
    check_memory("ct.fdk", target, copies=2)
    field = views.field(target)
    if field.share_seen < 1:
        notice("ct.not_seen_by_all", percent=round(100 * (1 - field.share_seen), 1))
    volume = fitting_volume(views, field)
    response = row_response(
        views.detector.n_columns,
        views.spacing_mm,
        window=window,
        cutoff=cutoff,
        step_rad=views.step_rad,
    )
    for block in track(volume.blocks(), "ct.fdk"):
        filtered = filter_block(views.weighted(block), response)
        volume.add(block, filtered, views.arcs[block])
    return Image(volume.slices(), target, Quantity.ATTENUATION)
