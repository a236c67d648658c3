# ruff: noqa: ANN001, ANN201, ANN202
"""Line integrals along single rays, and their exact adjoint.

In each slab a ray takes the value between the four nearest voxels, beyond the outermost centers
that of the outermost voxels. Forward, rays are shared out among the threads; backward slabs are,
so that no two threads add to one voxel. Nothing here checks ranges.
"""

import numpy as np

from diaphane.simd import kernel


@kernel(inline=True)
def _nearest(crossings, ray, k, shape, strides):
    """Return the place of the first of four voxels, the steps to the others, and how near they are.

    `shape` and `strides` are those of the slabs' own axis and the two others.
    """
    b = crossings.places[ray, 0] + crossings.places[ray, 1] * k
    c = crossings.places[ray, 2] + crossings.places[ray, 3] * k
    b, c = min(max(b, 0.0), shape[1] - 1.0), min(max(c, 0.0), shape[2] - 1.0)
    i, j = int(b), int(c)
    next_b = strides[1] if i + 1 < shape[1] else 0
    next_c = strides[2] if j + 1 < shape[2] else 0
    place = k * strides[0] + i * strides[1] + j * strides[2]
    return place, next_b, next_c, np.float32(b - i), np.float32(c - j)


@kernel()
def project_rays(ray0, ray1, crossings, shapes, strides, volume, seen):
    """Fill what rays ``ray0 … ray1`` see.

    Parameters
    ----------
    ray0, ray1 : int
        Which rays.
    crossings : Crossings
        Where they run.
    shapes, strides : (3, 3) int64
        Voxels along, and from voxel to voxel, for slabs along each axis: that axis first.
    volume : (n_voxels,) float32
        The attenuation.
    seen : (n_rays,) float32
        What is filled.
    """
    one = np.float32(1)
    for ray in range(ray0, ray1):
        shape, stride = shapes[crossings.axis[ray]], strides[crossings.axis[ray]]
        total = 0.0
        for k in range(crossings.first[ray], crossings.stop[ray]):
            at, up, on, p, q = _nearest(crossings, ray, k, shape, stride)
            total += (one - p) * ((one - q) * volume[at] + q * volume[at + on]) + p * (
                (one - q) * volume[at + up] + q * volume[at + up + on]
            )
        seen[ray] = total * crossings.lengths_mm[ray]


@kernel()
def backproject_rays(slab0, slab1, crossings, which, axis, shapes, strides, seen, volume):
    """Add what rays give back to slabs ``slab0 … slab1``.

    Parameters
    ----------
    slab0, slab1 : int
        Which slabs.
    crossings, shapes, strides
        As for :func:`project_rays`.
    which : (n,) int64
        The rays that cross slabs along `axis`.
    axis : int
        The slabs' axis.
    seen : (n_rays,) float32
        What the rays hold.
    volume : (n_voxels,) float32
        What is added to.
    """
    shape, stride = shapes[axis], strides[axis]
    one = np.float32(1)
    for ray in which:
        value = seen[ray] * crossings.lengths_mm[ray]
        first, stop = max(crossings.first[ray], slab0), min(crossings.stop[ray], slab1)
        for k in range(first, stop):
            at, up, on, p, q = _nearest(crossings, ray, k, shape, stride)
            volume[at] += (one - p) * (one - q) * value
            volume[at + on] += (one - p) * q * value
            volume[at + up] += p * (one - q) * value
            volume[at + up + on] += p * q * value
