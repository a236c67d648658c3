"""The step that draws a surface with fewer triangles."""

from typing import Annotated

import numpy as np

from diaphane.arrays import ByteArray, DoubleArray, IntArray
from diaphane.image import Surface
from diaphane.options import Range
from diaphane.parallel import spread
from diaphane.progress import track
from diaphane.step import step
from diaphane.surface.collapsing import Mesh, add_quadrics, collapse_cheap, edge_costs, link
from diaphane.surface.mesh import directed_edges, rim_points

_SHARE = 0.2
"""Share of the edges that a pass may collapse: the cheapest."""
_MORE = 1.5
"""How many times as many edges are offered as must go, since neighbors wait for one another."""
_MOST_PASSES = 200


@step(version=1)
def simplify(
    surface: Surface, *, triangles: Annotated[int, Range(4, 10_000_000, scale="log")] = 100_000
) -> Surface:
    """Return the surface drawn with fewer triangles, flat places first.

    Edges are drawn together where that moves the surface least. A closed surface stays closed,
    its holes and handles stay, and its volume hardly changes.

    Parameters
    ----------
    surface : Surface
        Any mesh; points on the rim of a hole stay.
    triangles : int
        How many triangles are wanted; a surface that has no more is returned as it is.

    Returns
    -------
    Surface
        With at most that many triangles, or as few as its shape allows.

    Notes
    -----
    Quadric error metrics: see :mod:`diaphane.surface.collapsing`.
    """
    if len(surface.triangles) <= triangles:
        return surface
    center = surface.points_mm.mean(axis=0, dtype=np.float64)
    points = surface.points_mm - center
    quadrics = np.zeros((len(points), 10))
    add_quadrics(surface.triangles, points, quadrics)
    starts, ends, _ = directed_edges(surface.triangles, len(points))
    fixed = rim_points(starts, ends)
    kept, boost = surface.triangles, 1.0
    for _ in track(range(_MOST_PASSES), "surface.simplify"):
        n_before, n_wanted = len(kept), len(kept) - triangles
        # the last passes take few edges, so that all parts of the surface have their turn
        share = min(1.0, boost * min(_SHARE, _MORE * n_wanted / n_before))
        kept = _pass(points, quadrics, fixed, kept, triangles, share)
        n_gone = n_before - len(kept)
        if n_gone >= n_wanted or (n_gone == 0 and share == 1):
            break
        boost = 1.0 if n_gone > n_wanted / 4 else 2 * boost
    used, renamed = np.unique(kept, return_inverse=True)
    moved = (points[used] + center).astype(np.float32)
    return Surface(moved, renamed.reshape(-1, 3).astype(np.int32))


def _pass(
    points: DoubleArray,
    quadrics: DoubleArray,
    fixed: ByteArray,
    triangles: IntArray,
    target: int,
    share: float,
) -> IntArray:
    """Move `points` together along the cheapest edges and return the triangles that are left."""
    corners = triangles.reshape(-1).copy()
    mesh = Mesh(
        points=points,
        quadrics=quadrics,
        corners=corners,
        following=np.empty_like(corners),
        firsts=np.empty(len(points), np.int32),
        lasts=np.empty(len(points), np.int32),
        marks=np.empty(len(points), np.int32),
        moved=np.empty(len(points), np.uint8),
    )
    link(mesh)
    costs = np.empty(len(corners), np.float32)
    spread(edge_costs, len(corners), points, quadrics, corners, fixed, costs)
    costs_once = costs[np.isfinite(costs)]
    if not len(costs_once):
        return triangles
    last = min(len(costs_once) - 1, int(share * len(costs_once)))
    limit = float(np.partition(costs_once, last)[last])
    collapse_cheap(mesh, costs, limit, len(triangles), target)
    left = corners.reshape(-1, 3)
    return left[left[:, 0] >= 0]
