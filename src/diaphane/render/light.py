"""Light in the body: how dark it is around a place, and how much of the key light reaches it.

Both are kept on cells of a few voxels: soft on purpose. A place on a surface looks into the cells
above it, near, farther and wide, and is the darker the more there is (ambient occlusion); toward
the key light each cell adds up what stands in the way (soft shadow).
"""

from typing import NamedTuple

import numpy as np
from scipy import ndimage

from diaphane.arrays import AnyArray, DoubleArray, FloatArray
from diaphane.parallel import spread
from diaphane.render.camera import Camera
from diaphane.render.sampling import trilinear
from diaphane.render.transfer import Transfer
from diaphane.render.volume import Volume
from diaphane.simd import kernel

_CELLS_PER_FIELD = 100
"""A cell's edge is this part of what the picture shows."""
_NEAR_CELLS, _WIDE_CELLS = 1.0, 3.2
"""Standard deviations of the two blurs."""
_FEELER_CELLS = 4
"""How far around matter the shadow is worked out."""

_KEY = (-0.6, 0.65, 0.55)
"""Directions to the lamps: right, up, toward the eye."""
_FILL = (0.8, 0.1, 0.6)
_STRENGTHS = (0.22, 0.95, 0.14, 0.10, 0.80)
"""Of ambient, key and fill light, of gloss, and of light without direction."""
_SOFT_HU_PER_MM = 25.0


class Light(NamedTuple):
    """All that the kernel needs to light a place."""

    near: FloatArray
    """How full each cell is, blurred a little: 0…1."""
    wide: FloatArray
    """How full each cell is, blurred much: 0…1."""
    key: FloatArray
    """Share of the key light that reaches each cell."""
    frame: DoubleArray
    """Cells per voxel, and the cell index of voxel 0, along each axis: shape (2, 3)."""
    lamps: DoubleArray
    """Directions in LPS to key and fill light, upward, and to the eye: shape (4, 3)."""
    strengths: DoubleArray
    """Shape (8,). Of ambient, key and fill light, gloss, and light without direction; a cell's
    edge in mm; the change in HU per mm at which a place is lit half as a surface, half as a cloud;
    the square of key direction plus eye direction."""


def light_for(volume: Volume, transfer: Transfer, camera: Camera) -> Light:
    """Return the light that falls into a volume, its lamps fixed to the camera."""
    spacing = np.array(volume.grid.spacing_mm)
    cell_mm = camera.field_mm / _CELLS_PER_FIELD
    factors = np.maximum(1, np.round(cell_mm / spacing)).astype(int)
    factors = np.minimum(factors, np.array(volume.values.shape) // 2)
    opacity = _mean_opacity(volume.values, factors, transfer)
    full = 1 - np.exp(-opacity * cell_mm)
    edges_mm = factors * spacing
    upward, toward = camera.axes[1:]
    lamps = np.array([_unit(_KEY) @ camera.axes, _unit(_FILL) @ camera.axes, upward, toward])
    way = volume.grid.affine.inverse().matrix[:3, :3] @ lamps[0] * cell_mm / factors
    matters = ndimage.binary_dilation(full > 0.05, iterations=_FEELER_CELLS)
    key = np.ones_like(opacity)
    spread(_shadows, len(key), opacity, matters, way, cell_mm, key)
    return Light(
        near=_blur(full, _NEAR_CELLS * cell_mm / edges_mm),
        wide=_blur(full, _WIDE_CELLS * cell_mm / edges_mm),
        key=_blur(key, np.full(3, 0.7)),
        frame=np.array([1 / factors, -(factors - 1) / 2 / factors]),
        lamps=lamps,
        strengths=np.array([*_STRENGTHS, cell_mm, _SOFT_HU_PER_MM, 2 + 2 * lamps[0] @ toward]),
    )


def _mean_opacity(values: AnyArray, factors: AnyArray, transfer: Transfer) -> FloatArray:
    """Return the mean opacity per mm of each cell, from every second voxel of large cells."""
    cells = np.array(values.shape) // factors
    low = int(transfer.bins_hu[0])
    table = np.interp(
        np.arange(low, int(transfer.bins_hu[-1]) + 1), transfer.bins_hu, transfer.opacity_per_mm
    ).astype(np.float32)
    opacity = np.empty(cells, np.float32)
    spread(_average, len(opacity), values, factors, table, low, opacity)
    return opacity


def _blur(cells: AnyArray, sigmas: DoubleArray) -> FloatArray:
    blurred = ndimage.gaussian_filter(cells, sigmas, truncate=2.5, mode="nearest")
    return np.asarray(blurred, dtype=np.float32)


def _unit(vector: tuple[float, float, float]) -> DoubleArray:
    return np.array(vector) / np.linalg.norm(vector)


@kernel()
def _average(
    first: int,
    last: int,
    values: AnyArray,
    factors: AnyArray,
    table: FloatArray,
    low: int,
    opacity: FloatArray,
) -> None:
    step_k, step_j, step_i = (1 + (factors[0] > 3), 1 + (factors[1] > 3), 1 + (factors[2] > 3))
    for ck in range(first, last):
        for cj in range(opacity.shape[1]):
            for ci in range(opacity.shape[2]):
                total, n = 0.0, 0
                for k in range(ck * factors[0], (ck + 1) * factors[0], step_k):
                    for j in range(cj * factors[1], (cj + 1) * factors[1], step_j):
                        for i in range(ci * factors[2], (ci + 1) * factors[2], step_i):
                            place = min(max(int(values[k, j, i]) - low, 0), len(table) - 1)
                            total += table[place]
                            n += 1
                opacity[ck, cj, ci] = total / n


@kernel()
def _shadows(
    first: int,
    last: int,
    opacity: FloatArray,
    matters: AnyArray,
    way: DoubleArray,
    cell_mm: float,
    key: FloatArray,
) -> None:
    """Walk from each cell near matter toward the lamp, adding up what stands in the way."""
    last_k, last_j, last_i = opacity.shape[0] - 1, opacity.shape[1] - 1, opacity.shape[2] - 1
    for ck in range(first, last):
        for cj in range(opacity.shape[1]):
            for ci in range(opacity.shape[2]):
                if not matters[ck, cj, ci]:
                    continue
                k, j, i = ck + way[0] * 1.2, cj + way[1] * 1.2, ci + way[2] * 1.2
                depth = 0.0
                while 0 <= k <= last_k and 0 <= j <= last_j and 0 <= i <= last_i and depth < 5:
                    depth += trilinear(opacity, k, j, i) * cell_mm
                    k, j, i = k + way[0], j + way[1], i + way[2]
                key[ck, cj, ci] = np.exp(-depth)
