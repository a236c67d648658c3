"""Cone-beam scans of a head: input and errors of the tasks ``ct.fdk…``, and we ourselves."""

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.task import Arrays, Contender

AXIS_MM, DETECTOR_MM = 1000.0, 1500.0
"""From the source to the axis, and to the detector."""
_PITCH_MM, _VOXEL_MM = 1.5, 1.0
_VIEWS, _PIXELS, _VOXELS = 360, 384, 256
_HALF_SIZE_MM = 128.0


def pitch_mm_of(n_pixels: int) -> float:
    """Return the width of a pixel of a detector with so many along each side."""
    return _PITCH_MM * _PIXELS / n_pixels


def voxel_mm_of(n_voxels: int) -> float:
    """Return the width of a voxel of a grid with so many along each axis."""
    return _VOXEL_MM * _VOXELS / n_voxels


def _beam(angles_rad: NDArray[np.float64], n_pixels: int) -> Any:
    from diaphane.ct import ConeBeam, Detector

    pitch_mm = pitch_mm_of(n_pixels)
    return ConeBeam(
        angles_rad, Detector(n_pixels, n_pixels, pitch_mm, pitch_mm), AXIS_MM, DETECTOR_MM
    )


def _grid(n_voxels: int) -> Any:
    from diaphane.space import Grid

    return Grid.centered((n_voxels,) * 3, voxel_mm_of(n_voxels))


def head_scan(shrink: int, *, start: float) -> Arrays:
    """Return exact line integrals of Shepp and Logan's head, and its attenuation in each voxel.

    Parameters
    ----------
    shrink : int
        By which factor views, pixels and voxels are fewer.
    start : number
        Where the first view stands, in steps from view to view.
    """
    from diaphane.ct import rays
    from diaphane.ct.acquisition.cone_field import ConeField
    from diaphane.phantom import shepp_logan, voxelize

    n_views, n_pixels, n_voxels = (n // shrink for n in (_VIEWS, _PIXELS, _VOXELS))
    body = shepp_logan(contrast="kak", half_size_mm=_HALF_SIZE_MM)
    angles = (np.arange(n_views) + start) * 2 * np.pi / n_views
    beam, grid = _beam(angles, n_pixels), _grid(n_voxels)
    row, column = np.indices((n_pixels, n_pixels), dtype=np.float64).reshape(2, -1)
    integrals = np.empty((n_views, n_pixels, n_pixels), np.float32)
    for view in range(n_views):
        lines = rays(beam, np.array([view]), rows=row, columns=column)
        along = body.line_integrals(lines.origins_mm, lines.directions)
        integrals[view] = along.reshape(n_pixels, n_pixels)
    truth = voxelize(body, grid, subvoxels=2).values
    field = ConeField.of(beam, grid)
    z = np.arange(n_voxels)[:, None, None]
    seen = (field.first <= z) & (z < field.stop)
    flat = _flat(truth) & seen
    return {"integrals": integrals, "angles": angles, "truth": truth, "seen": seen, "flat": flat}


def _flat(truth: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Return the voxels of the head with the same attenuation 3 mm around, or one voxel around."""
    from scipy.ndimage import maximum_filter, minimum_filter

    width = max(1 + 6 * len(truth) // _VOXELS, 3)
    alike = maximum_filter(truth, width) - minimum_filter(truth, width) < 1e-6
    return alike & (truth > 0)


def errors(result: NDArray[np.float32], arrays: Arrays) -> dict[str, float]:
    """Return root mean squares of the error, in HU, over voxels that every view saw."""
    from diaphane.phantom import WATER_PER_MM

    wrong = 1000 / WATER_PER_MM * (result.astype(np.float64) - arrays["truth"])
    seen, flat, middle = arrays["seen"], arrays["flat"], len(result) // 2
    plane = slice(middle - 1, middle + 1)
    return {
        "RMSE, mid-plane, HU": _rms(wrong[plane][seen[plane]]),
        "RMSE, all, HU": _rms(wrong[seen]),
        "RMSE, mid-plane, away from edges, HU": _rms(wrong[plane][flat[plane]]),
    }


def _rms(values: NDArray[np.float64]) -> float:
    return float(np.sqrt(np.mean(values**2)))


def _prepare_ours(arrays: Arrays, threads: int) -> Callable[[], Any]:
    from diaphane.ct import ConeScan, fdk
    from diaphane.space import GridOptions
    from diaphane.units import Quantity

    integrals = arrays["integrals"]
    n_voxels = len(arrays["truth"])
    scan = ConeScan(integrals, _beam(arrays["angles"], integrals.shape[1]), Quantity.LINE_INTEGRAL)
    grid = GridOptions(voxel_mm=voxel_mm_of(n_voxels), shape=(n_voxels, n_voxels, n_voxels))
    return lambda: fdk(scan, grid=grid, window="ram-lak").values


OURS = Contender("diaphane", "diaphane", _prepare_ours, np.asarray)
"""Diaphane."""


CONDITIONS = (
    "Shepp and Logan's head (contrasts of 1 %), exact line integrals: 360 views of 384 × 384 "
    "pixels of 1.5 mm over the full circle, 1000 mm from source to axis and 1500 mm to the "
    "detector; 256³ voxels of 1 mm, the pixels' size at the axis. Every view sees every voxel, so "
    "that all contenders fill the same ones. Ramp filter without window. The time holds all from "
    "line integrals in memory to the volume in memory: weights, filter, backprojection, and our "
    "transposition to slices. plastimatch is a program: its time also holds reading the views, "
    "which lie as files in memory (at most 1.4 CPU-s), and writing the volume there. It always "
    "rolls the ramp off, takes the nearest pixel, and knows neither the weights by the cosine nor "
    "zeros beside the views; with both given to it beforehand its errors are 70, 60 and 33 HU, and "
    "its filter takes longer. Errors are taken over all voxels, against the mean attenuation of "
    "each."
)
"""What all tasks have in common."""
