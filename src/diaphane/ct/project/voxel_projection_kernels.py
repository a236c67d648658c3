# ruff: noqa: ANN001, ANN201, ANN202
"""What voxels give to the four nearest pixels, and the exact adjoint.

Forward, views are shared out among the threads; backward lines of voxels are, so that no two add
to one number. Pixels beyond the detector are left out. Nothing here checks ranges.
"""

import numpy as np

from diaphane.simd import kernel

_NEAREST = 1e-3  # of the distance to the detector: voxels nearer to the source are not seen


@kernel(inline=True)
def _seen(sights, view, k, j, i):
    """Return the column and the row, not rounded, where a voxel is seen, and how much."""
    m = sights.axes[view]
    u = m[0, 0] * k + m[0, 1] * j + m[0, 2] * i + m[0, 3]
    v = m[1, 0] * k + m[1, 1] * j + m[1, 2] * i + m[1, 3]
    s = m[2, 0] * k + m[2, 1] * j + m[2, 2] * i + m[2, 3]
    a, b, weight = u, v, sights.voxel_mm
    if sights.has_source:
        reach = sights.reach_mm[view]
        if s < _NEAREST * reach:
            return 0.0, 0.0, np.float32(0)
        nearness = reach / s
        a, flat = u * nearness, u * nearness
        if sights.is_curved:
            nearness = reach / np.hypot(u, s)
            a, flat = reach * np.arctan2(u, s), 0.0
        weight *= nearness
        height = 0.0
        if sights.has_cone:
            b = v * nearness
            weight *= nearness
            height = b
        weight *= np.sqrt(reach * reach + flat * flat + height * height) / reach
    column = a / sights.spacing_mm[0] + sights.zeros[view, 0]
    row = b / sights.spacing_mm[1] + sights.zeros[view, 1]
    return column, row, np.float32(weight)


@kernel(inline=True)
def _shares(place, size):
    """Return the pixel before a place, and the shares of it and the next; 0 beyond the detector."""
    place = min(max(place, -2.0), size + 1.0)
    before = int(place + 2) - 2
    near = np.float32(place - before)
    one, zero = np.float32(1), np.float32(0)
    low = one - near if 0 <= before < size else zero
    high = near if 0 <= before + 1 < size else zero
    return min(max(before, 0), size - 1), min(max(before + 1, 0), size - 1), low, high


@kernel()
def project_voxels(view0, view1, sights, volume, views):
    """Add what the voxels give to views ``view0 … view1``.

    Parameters
    ----------
    view0, view1 : int
        Which views.
    sights : Sights
        Where they see the voxels.
    volume : (nz, ny, nx) float32
        The attenuation.
    views : (n_views, n_rows, n_columns) float32
        What is added to.
    """
    nz, ny, nx = volume.shape
    for view in range(view0, view1):
        seen = views[view]
        for k in range(nz):
            for j in range(ny):
                for i in range(nx):
                    column, row, weight = _seen(sights, view, k, j, i)
                    c0, c1, left, right = _shares(column, seen.shape[1])
                    r0, r1, below, above = _shares(row, seen.shape[0])
                    value = weight * volume[k, j, i]
                    seen[r0, c0] += below * left * value
                    seen[r0, c1] += below * right * value
                    seen[r1, c0] += above * left * value
                    seen[r1, c1] += above * right * value


@kernel()
def backproject_voxels(line0, line1, sights, views, volume):
    """Fill the lines ``line0 … line1`` of voxels with what the pixels give back.

    Parameters
    ----------
    line0, line1 : int
        Which lines along the last axis, slice by slice.
    sights, views, volume
        As for :func:`project_voxels`; `volume` is filled.
    """
    ny, nx = volume.shape[1:]
    for line in range(line0, line1):
        k, j = line // ny, line % ny
        volume[k, j] = 0
        for view in range(len(views)):
            seen = views[view]
            for i in range(nx):
                column, row, weight = _seen(sights, view, k, j, i)
                c0, c1, left, right = _shares(column, seen.shape[1])
                r0, r1, below, above = _shares(row, seen.shape[0])
                lower = left * seen[r0, c0] + right * seen[r0, c1]
                upper = left * seen[r1, c0] + right * seen[r1, c1]
                volume[k, j, i] += weight * (below * lower + above * upper)
