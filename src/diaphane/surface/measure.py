"""How large a surface is, and how well that is known.

A mesh is drawn where a level was crossed between voxels, and nobody knows within a voxel where
the body really ends. Both intervals therefore let the *whole* surface stand off the true border,
inward or outward, by a distance d: half the mean edge of the mesh unless told otherwise. On a mesh
from a grid that is about 0.4 of a voxel. With M the integral of the mean curvature, Steiner's
formula gives what that does::

    V(d) = V + A d + M d²          A(d) = A + 2 M d

A rough mesh has more area than the body it wraps: the lower bound of the area is also lowered by
what smoothing takes away.
"""

from dataclasses import dataclass
from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, DoubleArray, FloatArray, IntArray
from diaphane.errors import InputError
from diaphane.image import Measurement, Surface
from diaphane.options import Range
from diaphane.simd import kernel
from diaphane.step import step
from diaphane.surface.mesh import count_unpaired, directed_edges
from diaphane.surface.smoothing import smooth_points

_PASSES = 10
_MM2_PER_CM2 = 100
_MM3_PER_ML = 1000

Distance = Annotated[float, Range(0, 10, unit="mm")]


@step(version=1)
def volume(surface: Surface, *, border_mm: Distance | None = None) -> Measurement:
    """Return the volume that a closed surface holds.

    Parameters
    ----------
    surface : Surface
        Closed: every edge between exactly two triangles.
    border_mm : float, optional
        How far the whole surface may stand off the true border; by default half its mean edge.

    Returns
    -------
    Measurement
        In mL; hollows count as outside.

    Raises
    ------
    InputError
        When the surface is empty or not closed.
    """
    size = _Size.of(surface)
    d = size.mean_edge_mm / 2 if border_mm is None else border_mm
    inner = size.volume_mm3 - size.area_mm2 * d + size.curvature_mm * d**2
    outer = size.volume_mm3 + size.area_mm2 * d + size.curvature_mm * d**2
    low, high = min(inner, size.volume_mm3), max(outer, size.volume_mm3)
    interval = (max(0.0, low) / _MM3_PER_ML, high / _MM3_PER_ML)
    return Measurement(size.volume_mm3 / _MM3_PER_ML, "mL", interval, name="volume")


@step(version=1)
def area(surface: Surface, *, border_mm: Distance | None = None) -> Measurement:
    """Return the area of a closed surface, hollows within it included.

    Parameters
    ----------
    surface : Surface
        Closed: every edge between exactly two triangles.
    border_mm : float, optional
        How far the whole surface may stand off the true border; by default half its mean edge.

    Returns
    -------
    Measurement
        In cm².

    Raises
    ------
    InputError
        When the surface is empty or not closed.
    """
    size = _Size.of(surface)
    d = size.mean_edge_mm / 2 if border_mm is None else border_mm
    change = 2 * abs(size.curvature_mm) * d
    smooth = smooth_points(surface.points_mm, surface.triangles, passes=_PASSES, bound=np.inf)
    rough = max(0.0, size.area_mm2 - _Size.of(Surface(smooth, surface.triangles)).area_mm2)
    low, high = max(0.0, size.area_mm2 - rough - change), size.area_mm2 + change
    interval = (low / _MM2_PER_CM2, high / _MM2_PER_CM2)
    return Measurement(size.area_mm2 / _MM2_PER_CM2, "cm²", interval, name="area")


@dataclass(frozen=True)
class _Size:
    """What the formulas need of a closed surface."""

    volume_mm3: float
    area_mm2: float
    curvature_mm: float
    """The integral of the mean curvature: half the sum of edge length times outer angle."""
    mean_edge_mm: float

    @classmethod
    def of(cls, surface: Surface) -> "_Size":
        if not len(surface.triangles):
            raise InputError("the surface is empty: it has no triangles to measure")
        starts, ends, owners = directed_edges(surface.triangles, len(surface.points_mm))
        unpaired = count_unpaired(starts, ends)
        if unpaired:
            raise InputError(
                f"only a closed surface can be measured, got {unpaired} edges without exactly one "
                "neighbor; surface.isosurface and surface.of_labels give closed ones"
            )
        points = surface.points_mm - surface.points_mm.mean(axis=0, dtype=np.float64)
        normals = np.empty((len(surface.triangles), 3))
        volume_mm3, area_mm2 = _volume_and_area(points, surface.triangles, normals)
        curvature_mm, edges_mm = _curvature_and_edges(points, starts, ends, owners, normals)
        mean_edge_mm = edges_mm / (len(ends) / 2)
        return cls(volume_mm3, area_mm2, curvature_mm, mean_edge_mm)


@kernel()
def _volume_and_area(
    points: FloatArray, triangles: IntArray, normals: DoubleArray
) -> tuple[float, float]:
    """Return both, and write the normal of each triangle, of length 1 (0 where it has no area)."""
    volume, area = 0.0, 0.0
    for t in range(len(triangles)):
        a, b, c = points[triangles[t, 0]], points[triangles[t, 1]], points[triangles[t, 2]]
        n0 = (b[1] - a[1]) * (c[2] - a[2]) - (b[2] - a[2]) * (c[1] - a[1])
        n1 = (b[2] - a[2]) * (c[0] - a[0]) - (b[0] - a[0]) * (c[2] - a[2])
        n2 = (b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0])
        length = np.sqrt(n0 * n0 + n1 * n1 + n2 * n2)
        volume += (a[0] * n0 + a[1] * n1 + a[2] * n2) / 6
        area += length / 2
        scale = 1 / length if length > 0 else 0.0
        normals[t, 0], normals[t, 1], normals[t, 2] = n0 * scale, n1 * scale, n2 * scale
    return volume, area


@kernel()
def _curvature_and_edges(
    points: FloatArray, starts: AnyArray, ends: IntArray, owners: IntArray, normals: DoubleArray
) -> tuple[float, float]:
    """Return half the sum of edge length times outer angle, and the sum of edge lengths."""
    curvature, lengths = 0.0, 0.0
    for a in range(len(starts) - 1):
        for e in range(starts[a], starts[a + 1]):
            b = ends[e]
            if b < a:
                continue
            twin = starts[b]
            while ends[twin] != a:
                twin += 1
            edge = points[b] - points[a]
            m, n = normals[owners[e]], normals[owners[twin]]
            cosine = m[0] * n[0] + m[1] * n[1] + m[2] * n[2]
            turn0 = m[1] * n[2] - m[2] * n[1]
            turn1 = m[2] * n[0] - m[0] * n[2]
            turn2 = m[0] * n[1] - m[1] * n[0]
            sine_times_length = edge[0] * turn0 + edge[1] * turn1 + edge[2] * turn2
            length = np.sqrt(edge[0] ** 2 + edge[1] ** 2 + edge[2] ** 2)
            if length > 0:
                curvature += length * np.arctan2(sine_times_length / length, cosine) / 2
            lengths += length
    return curvature, lengths
