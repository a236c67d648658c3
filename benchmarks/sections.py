"""Sections through a head: views of them, their truth, and how wrong a picture is."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

HALF_SIZE_MM = 240.0
WATER_PER_MM = 0.0195


def grid_of(n_pixels: int, n_slices: int = 1) -> Any:
    """Return pixels of 1 mm around the axis of rotation."""
    from diaphane.space import Grid

    return Grid.centered((n_slices, n_pixels, n_pixels), 1.0)


def options_of(n_pixels: int, n_slices: int = 1) -> Any:
    """Return the same as options of a step."""
    from diaphane.space import GridOptions

    return GridOptions(voxel_mm=1.0, shape=(n_slices, n_pixels, n_pixels))


def head(shrink: int) -> Any:
    """Return Shepp and Logan's head, whose contrasts are 1 %."""
    from diaphane.phantom import shepp_logan

    return shepp_logan(contrast="kak", half_size_mm=HALF_SIZE_MM / shrink)


def sinogram(body: Any, beam: Any) -> NDArray[np.float32]:
    """Return exact line integrals (n_views, n_columns) in the plane of rotation."""
    from diaphane.ct import rays

    columns = np.arange(beam.detector.n_columns, dtype=np.float64)
    rows = np.zeros_like(columns)
    lines = rays(beam, np.arange(beam.n_views), rows=rows, columns=columns)
    return body.line_integrals(lines.origins_mm, lines.directions).astype(np.float32)


def truth_of(body: Any, n_pixels: int) -> NDArray[np.float32]:
    """Return the mean attenuation of each pixel of the section in the plane of rotation."""
    from diaphane.phantom import voxelize

    thin = grid_of(n_pixels)
    return voxelize(body, thin, subvoxels=4).values[0]


def wrong_by(picture: NDArray[np.floating], truth: NDArray[np.float32]) -> dict[str, float]:
    """Return the root mean square of the error within a circle around the head, in HU."""
    n = len(truth)
    place = np.arange(n) - (n - 1) / 2
    inside = np.hypot(place, place[:, None]) < 0.445 * n
    wrong = 1000 / WATER_PER_MM * (picture.astype(np.float64) - truth)
    return {"RMSE, HU": float(np.sqrt(np.mean(wrong[..., inside] ** 2)))}
