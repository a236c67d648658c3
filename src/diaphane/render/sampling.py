"""Kernels shared by planes, projections and ray casting: values between voxels, and rays.

Places and directions are arrays of three floats, in indices (slice, row, column) not rounded; a
direction is the step per mm.
"""

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray
from diaphane.simd import kernel

BRICK = 8
"""Voxels along the edge of a brick, the unit in which empty space is skipped."""


@kernel(inline=True)
def trilinear(values: AnyArray, k: float, j: float, i: float) -> np.float32:
    """Return the value at an index between 0 and n - 1 along each axis, both included."""
    k0, j0, i0 = int(k), int(j), int(i)
    k1 = min(k0 + 1, values.shape[0] - 1)
    j1 = min(j0 + 1, values.shape[1] - 1)
    i1 = min(i0 + 1, values.shape[2] - 1)
    a, b, c = np.float32(k - k0), np.float32(j - j0), np.float32(i - i0)
    v000, v001 = np.float32(values[k0, j0, i0]), np.float32(values[k0, j0, i1])
    v010, v011 = np.float32(values[k0, j1, i0]), np.float32(values[k0, j1, i1])
    v100, v101 = np.float32(values[k1, j0, i0]), np.float32(values[k1, j0, i1])
    v110, v111 = np.float32(values[k1, j1, i0]), np.float32(values[k1, j1, i1])
    v00, v01 = v000 + (v001 - v000) * c, v010 + (v011 - v010) * c
    v10, v11 = v100 + (v101 - v100) * c, v110 + (v111 - v110) * c
    v0, v1 = v00 + (v01 - v00) * b, v10 + (v11 - v10) * b
    return v0 + (v1 - v0) * a


@kernel()
def sample(values: AnyArray, k: float, j: float, i: float) -> np.float32:
    """Return the value at an index, or at the nearest one within the volume."""
    last_k, last_j, last_i = values.shape[0] - 1.0, values.shape[1] - 1.0, values.shape[2] - 1.0
    return trilinear(
        values, min(max(k, 0.0), last_k), min(max(j, 0.0), last_j), min(max(i, 0.0), last_i)
    )


@kernel(inline=True)
def start_ray(
    sight: DoubleArray,
    to_index: DoubleArray,
    px: int,
    py: int,
    origin: DoubleArray,
    direction: DoubleArray,
) -> None:
    """Write where a pixel's ray starts and its step per mm, in indices.

    The rows of `sight` (4, 4), in LPS mm: the eye, and 1 where it is a step from each pixel
    instead; the first pixel; the step to the next pixel; the step to the next row. The rows of
    `to_index` (3, 4) map LPS mm to indices.
    """
    length = 0.0
    for x in range(3):
        pixel = sight[1, x] + px * sight[2, x] + py * sight[3, x]
        origin[x] = sight[0, x] + sight[0, 3] * pixel
        direction[x] = pixel - origin[x]
        length += direction[x] ** 2
    length = np.sqrt(length)
    x, y, z = origin[0], origin[1], origin[2]
    dx, dy, dz = direction[0] / length, direction[1] / length, direction[2] / length
    for a in range(3):
        origin[a] = to_index[a, 3] + to_index[a, 0] * x + to_index[a, 1] * y + to_index[a, 2] * z
        direction[a] = to_index[a, 0] * dx + to_index[a, 1] * dy + to_index[a, 2] * dz


@kernel(inline=True)
def go(origin: DoubleArray, direction: DoubleArray, s: float, place: AnyArray) -> None:
    """Write where a ray is after `s` mm."""
    for a in range(3):
        place[a] = origin[a] + direction[a] * s


@kernel(inline=True)
def within(values: AnyArray, origin: DoubleArray, direction: DoubleArray) -> tuple[float, float]:
    """Return where a ray enters and leaves the box of voxel centers, in mm from its origin."""
    near, far = 0.0, 1e30
    for a in range(3):
        end = values.shape[a] - 1.0
        if abs(direction[a]) > 1e-12:
            first, last = -origin[a] / direction[a], (end - origin[a]) / direction[a]
            near, far = max(near, min(first, last)), min(far, max(first, last))
        elif origin[a] < 0 or origin[a] > end:
            far = -1.0
    return near, far


@kernel(inline=True)
def brick_of(bricks: AnyArray, place: AnyArray) -> float:
    """Return what is known of the brick that a place lies in."""
    return bricks[int(place[0]) // BRICK, int(place[1]) // BRICK, int(place[2]) // BRICK]


@kernel(inline=True)
def to_brick_end(place: AnyArray, direction: DoubleArray) -> float:
    """Return how many mm a ray still runs within its brick."""
    end = 1e30
    for a in range(3):
        brick = int(place[a]) // BRICK
        if direction[a] > 1e-12:
            end = min(end, ((brick + 1) * BRICK - place[a]) / direction[a])
        elif direction[a] < -1e-12:
            end = min(end, (brick * BRICK - place[a]) / direction[a])
    return end
