"""Kernels of the geodesic contour: a surface that moves, and the distances to it kept true.

The surface is where φ is 0; φ is about the distance to it in mm, negative inside, and cut off at a
band's width. Only voxels of the band are worked on. Beyond the border of the image everything goes
on as it is at the border.
"""

import numpy as np

from diaphane.arrays import DoubleArray, FloatArray
from diaphane.simd import kernel


@kernel(inline=True)
def _second(before: float, here: float, after: float, mm: float) -> float:
    return (before - 2 * here + after) / (mm * mm)


@kernel(inline=True)
def _uphill(before: float, here: float, after: float, mm: float, sign: float) -> float:
    """Return the squared slope against which a surface moves whose φ falls where sign is +1."""
    back, ahead = sign * (here - before) / mm, sign * (after - here) / mm
    return max(max(back, 0.0) ** 2, min(ahead, 0.0) ** 2)


@kernel(inline=True)
def _carried(speed: float, before: float, here: float, after: float, mm: float) -> float:
    """Return speed times the slope on the side from which that speed brings values."""
    return speed * ((after - here) if speed > 0 else (here - before)) / mm


@kernel()
def advance(
    first: int, last: int, phi: FloatArray, edges: FloatArray, spacing: DoubleArray,
    terms: DoubleArray, result: FloatArray,
) -> None:  # fmt: skip
    """Move the surface by one step of time in slices ``first … last``.

    ∂φ/∂t = g κ |∇φ| + ∇g · ∇φ - g c |∇φ|, κ|∇φ| by central differences, the rest from the side
    that things come from. `edges` is g, `spacing` in mm, `terms` c, the time step in mm², and the
    width of the band in mm.
    """
    n_slices, n_rows, n_columns = phi.shape
    dz, dy, dx = spacing[0], spacing[1], spacing[2]
    balloon, time, band = terms[0], terms[1], terms[2]
    sign = 1.0 if balloon > 0 else -1.0
    for k in range(first, last):
        k0, k1 = max(k - 1, 0), min(k + 1, n_slices - 1)
        for j in range(n_rows):
            j0, j1 = max(j - 1, 0), min(j + 1, n_rows - 1)
            for i in range(n_columns):
                here = phi[k, j, i]
                if abs(here) >= band:
                    result[k, j, i] = here
                    continue
                i0, i1 = max(i - 1, 0), min(i + 1, n_columns - 1)
                z0, z1 = phi[k0, j, i], phi[k1, j, i]
                y0, y1 = phi[k, j0, i], phi[k, j1, i]
                x0, x1 = phi[k, j, i0], phi[k, j, i1]
                pz, py, px = (z1 - z0) / (2 * dz), (y1 - y0) / (2 * dy), (x1 - x0) / (2 * dx)
                zz, yy = _second(z0, here, z1, dz), _second(y0, here, y1, dy)
                xx = _second(x0, here, x1, dx)
                zy = phi[k1, j1, i] - phi[k1, j0, i] - phi[k0, j1, i] + phi[k0, j0, i]
                zx = phi[k1, j, i1] - phi[k1, j, i0] - phi[k0, j, i1] + phi[k0, j, i0]
                yx = phi[k, j1, i1] - phi[k, j1, i0] - phi[k, j0, i1] + phi[k, j0, i0]
                squares = pz * pz + py * py + px * px
                bent = pz * pz * (yy + xx) + py * py * (zz + xx) + px * px * (zz + yy)
                bent -= pz * py * zy / (2 * dz * dy) + pz * px * zx / (2 * dz * dx)
                bent -= py * px * yx / (2 * dy * dx)
                g = edges[k, j, i]
                change = g * bent / max(squares, 1e-12)
                gz = (edges[k1, j, i] - edges[k0, j, i]) / (2 * dz)
                gy = (edges[k, j1, i] - edges[k, j0, i]) / (2 * dy)
                gx = (edges[k, j, i1] - edges[k, j, i0]) / (2 * dx)
                change += _carried(gz, z0, here, z1, dz) + _carried(gy, y0, here, y1, dy)
                change += _carried(gx, x0, here, x1, dx)
                slope = _uphill(z0, here, z1, dz, sign) + _uphill(y0, here, y1, dy, sign)
                slope += _uphill(x0, here, x1, dx, sign)
                change -= g * balloon * np.sqrt(slope)
                result[k, j, i] = here + time * change


@kernel(inline=True)
def _crossed(before: float, here: float, after: float) -> bool:
    return (before <= 0) != (here <= 0) or (after <= 0) != (here <= 0)


@kernel()
def redistance(
    first: int, last: int, phi: FloatArray, spacing: DoubleArray, terms: DoubleArray,
    result: FloatArray,
) -> None:  # fmt: skip
    """Bring φ of slices ``first … last`` nearer to the distance, without moving the surface.

    Beside the surface it stays; elsewhere one step of ∂φ/∂t = ±(1 - |∇φ|), away from the surface.
    """
    n_slices, n_rows, n_columns = phi.shape
    dz, dy, dx = spacing[0], spacing[1], spacing[2]
    band = terms[2]
    time = 0.5 / np.sqrt((n_slices > 1) / dz**2 + (n_rows > 1) / dy**2 + (n_columns > 1) / dx**2)
    for k in range(first, last):
        k0, k1 = max(k - 1, 0), min(k + 1, n_slices - 1)
        for j in range(n_rows):
            j0, j1 = max(j - 1, 0), min(j + 1, n_rows - 1)
            for i in range(n_columns):
                i0, i1 = max(i - 1, 0), min(i + 1, n_columns - 1)
                here = phi[k, j, i]
                z0, z1 = phi[k0, j, i], phi[k1, j, i]
                y0, y1 = phi[k, j0, i], phi[k, j1, i]
                x0, x1 = phi[k, j, i0], phi[k, j, i1]
                true = here
                if not (_crossed(z0, here, z1) or _crossed(y0, here, y1) or _crossed(x0, here, x1)):
                    sign = 1.0 if here > 0 else -1.0
                    slope = _uphill(z0, here, z1, dz, sign) + _uphill(y0, here, y1, dy, sign)
                    slope += _uphill(x0, here, x1, dx, sign)
                    true = here + sign * time * (1 - np.sqrt(slope))
                result[k, j, i] = min(max(true, -band), band)
