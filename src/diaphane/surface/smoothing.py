"""Smoothing a mesh without shrinking it.

Each pass moves every point toward the mean of its neighbors by a share λ, then away from it by a
slightly larger share μ: waves shorter than a few edges fade, longer ones stay, and with them the
volume.

Source: G. Taubin, "A signal processing approach to fair surface design", SIGGRAPH 1995, with
λ = 0.5 and μ = 0.53, that is a pass band up to 1/λ - 1/μ = 0.11.
"""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray, FloatArray, IntArray
from diaphane.image import Surface
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.simd import kernel
from diaphane.step import step
from diaphane.surface.mesh import directed_edges

_TOWARD = np.float32(0.5)
_AWAY = np.float32(-0.53)


@step(version=1)
def smooth(surface: Surface, *, passes: Annotated[int, Range(1, 100)] = 10) -> Surface:
    """Return the surface without its noise, its size kept.

    Parameters
    ----------
    surface : Surface
        A closed surface; a hole's rim is smoothed as if it went on.
    passes : int
        How often; each pass reaches one edge further.

    Returns
    -------
    Surface
        The same triangles between moved points.
    """
    points = smooth_points(surface.points_mm, surface.triangles, passes=passes, bound=np.inf)
    return Surface(points, surface.triangles)


def smooth_points(
    points: FloatArray, triangles: IntArray, *, passes: int, bound: float
) -> FloatArray:
    """Return smoothed `points`, none farther than `bound` from its place along any axis."""
    starts, ends, _ = directed_edges(triangles, len(points))
    now, then = points.copy(), np.empty_like(points)
    for _ in range(passes):
        for share in (_TOWARD, _AWAY):
            spread(_move, len(points), points, starts, ends, share, np.float32(bound), now, then)
            now, then = then, now
    return now


@kernel()
def _move(
    first: int,
    last: int,
    places: FloatArray,
    starts: AnyArray,
    ends: IntArray,
    share: float,
    bound: float,
    now: FloatArray,
    then: FloatArray,
) -> None:
    """Move each point by a share of its way to the mean of its neighbors."""
    for n in range(first, last):
        n_neighbors = starts[n + 1] - starts[n]
        for axis in range(3):
            mean = np.float32(0)
            for e in range(starts[n], starts[n + 1]):
                mean += now[ends[e], axis]
            moved = now[n, axis]
            if n_neighbors > 0:
                moved += share * (mean / np.float32(n_neighbors) - moved)
            place = places[n, axis]
            then[n, axis] = min(max(moved, place - bound), place + bound)
