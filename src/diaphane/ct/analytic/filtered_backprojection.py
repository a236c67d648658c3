"""Filtered backprojection of parallel and of fan-beam scans, slice by slice."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray
from diaphane.ct.acquisition.beam import FanBeam, ParallelBeam
from diaphane.ct.acquisition.field import (
    axes_mm,
    fitting_grid,
    pitch_at_axis_mm,
    rows_of_slices,
    step_rad,
)
from diaphane.ct.acquisition.scan import FanScan, ParallelScan
from diaphane.ct.acquisition.views import truncated_views
from diaphane.ct.analytic.offset_detector import with_both_sides
from diaphane.ct.analytic.plane import Plane
from diaphane.ct.analytic.plane_kernels import weigh
from diaphane.ct.analytic.ramp import Cutoff, filter_padded, row_response
from diaphane.ct.analytic.redundancy import ray_weights
from diaphane.ct.analytic.windows import Window
from diaphane.ct.memory import check_memory
from diaphane.image import Image
from diaphane.notices import notice
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.space import GridOptions
from diaphane.step import step
from diaphane.units import Quantity

_SLAB = 64  # slices reconstructed together: a column of them is four cache lines
_VIEWS = 96  # views between two words of progress: a multiple of 4


@step(version=1, simd=True)
def fbp(
    scan: Annotated[ParallelScan | FanScan, Quantity.LINE_INTEGRAL],
    *,
    grid: GridOptions | None = None,
    window: Window = "hann",
    cutoff: Cutoff = 1.0,
) -> Annotated[Image, Quantity.ATTENUATION]:
    """Reconstruct slices from parallel or fan-beam views by filtered backprojection.

    Parameters
    ----------
    scan : ParallelScan or FanScan
        Line integrals. Parallel views should span half a turn or more, fan views half a turn and
        the fan; they may be uneven, and each counts by the arc it stands for. Each row of the
        detector is a slice at its own height.
    grid : GridOptions, optional
        Where to reconstruct; what is left out fits the detector: voxels as wide as a column
        scaled to the axis of rotation and as high as a row, around the axis.
    window : str
        How high frequencies are damped, from sharp and noisy to smooth.
    cutoff : number
        Highest frequency kept, as a fraction of the detector's Nyquist frequency.

    Returns
    -------
    Image
        Attenuation in 1/mm; 0 outside of the circle that every view saw.

    Raises
    ------
    GeometryError
        When the axis of rotation is not seen, or when the angles look like degrees.
    InputError
        When there is not enough memory for the grid.

    Notes
    -----
    Kak and Slaney, *Principles of Computerized Tomographic Imaging*, sections 3.3 (parallel rays),
    3.4.1 (a fan onto a curved detector, at equal angles, the ramp multiplied by ``(γ / sin γ)²``)
    and 3.4.2 (a fan onto equally spaced collinear detectors, scaled to the axis). We depart in
    that each view has its own weight, half the arc between its neighbors: taken modulo π for
    parallel rays, where opposite views measure the same; shared between the two rays of a fan that
    run the same way forth and back (:func:`~diaphane.ct.analytic.redundancy.ray_weights`), so that
    a short scan, holes that other views fill, and a detector to one side are right. Between
    columns, and between rows where a slice lies between two, values are interpolated linearly.

    Examples
    --------
    A disc of radius 20 mm and 0.02/mm, off the axis by 10 mm to the left:

    >>> import numpy as np
    >>> from diaphane.ct import Detector, ParallelBeam, ParallelScan
    >>> beam = ParallelBeam(np.arange(180) * np.pi / 180, Detector(1, 101, 1.0, 1.0))
    >>> t = beam.detector.column_mm - 10 * np.cos(beam.angles_rad)[:, None]
    >>> chords = 2 * np.sqrt(np.maximum(20**2 - t**2, 0))
    >>> scan = ParallelScan(0.02 * chords[:, None, :], beam, Quantity.LINE_INTEGRAL)
    >>> image = fbp(scan, window="ram-lak")
    >>> bool(abs(image.values[0, 50, 60] - 0.02) < 0.0002)
    True
    """
    beam, added = with_both_sides(scan.beam)
    target = fitting_grid(beam, grid)
    check_memory("ct.fbp", target, copies=1 + min(1, _SLAB / target.shape[0]))
    plane = Plane.of(beam, target)
    below, upper_part, is_seen = rows_of_slices(beam.detector, axes_mm(target)[0])
    _tell_what_was_not_seen(scan, plane, is_seen, added)
    n_columns, pitch_mm = beam.detector.n_columns, pitch_at_axis_mm(beam)
    response = row_response(
        n_columns, pitch_mm, window=window, cutoff=cutoff, step_rad=step_rad(beam)
    )
    weights = _weights(scan.beam)
    values, sums = np.zeros(target.shape, np.float32), np.zeros((0, 0, 0), np.float32)
    for slab, views in track(_parts(len(below), beam.n_views), "ct.fbp"):
        if views.start == 0:
            sums = plane.empty_sums(len(below[slab]))
        lowest, highest = int(below[slab].min()), int(below[slab].max()) + 1
        measured = scan.values[views, lowest : highest + 1]
        rows = np.empty((*measured.shape[:2], 2 * (len(response) - 1)), np.float32)
        spread(weigh, len(rows), measured, weights[views], added[0], rows)
        filtered = filter_padded(rows, response)
        plane.add(filtered, below[slab] - np.int32(lowest), upper_part[slab], views.start, sums)
        if views.stop >= beam.n_views:
            plane.write(sums, values[slab])
    values[~is_seen] = 0
    return Image(values, target, Quantity.ATTENUATION)


def _parts(n_slices: int, n_views: int) -> list[tuple[slice, slice]]:
    """Return the blocks of slices and views in which the work is done."""
    return [
        (slice(z, min(z + _SLAB, n_slices)), slice(view, min(view + _VIEWS, n_views)))
        for z in range(0, n_slices, _SLAB)
        for view in range(0, n_views, _VIEWS)
    ]


def _weights(beam: ParallelBeam | FanBeam) -> FloatArray:
    """Return what the rays (n_views, n_columns) are multiplied by before the filter."""
    if isinstance(beam, ParallelBeam):
        return ray_weights(beam)
    return ray_weights(beam) * np.cos(beam.fan_rad).astype(np.float32)


def _tell_what_was_not_seen(
    scan: ParallelScan | FanScan, plane: Plane, is_seen: AnyArray, added: tuple[int, int]
) -> None:
    corner_mm = np.hypot(np.abs(plane.x_mm).max(), np.abs(plane.y_mm).max())
    if corner_mm > plane.radius_mm:
        notice("ct.field_of_view", radius_mm=round(plane.radius_mm, 1))
    if not is_seen.all():
        notice("ct.slices_not_seen", slices=int((~is_seen).sum()), of=len(is_seen))
    views = truncated_views(scan.values, added)
    if views:
        notice("ct.truncated", views=views)
