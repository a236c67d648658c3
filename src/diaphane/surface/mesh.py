"""Who is whose neighbor in a mesh: the directed edges, sorted by where they start."""

import numpy as np

from diaphane.arrays import AnyArray, ByteArray, IntArray
from diaphane.simd import kernel


def directed_edges(triangles: IntArray, n_points: int) -> tuple[AnyArray, IntArray, IntArray]:
    """Return the directed edges a → b of all triangles, sorted by a.

    Returns
    -------
    starts : (n_points + 1,) int64
        The edges that leave point a are those from ``starts[a]`` up to ``starts[a + 1]``.
    ends : (3 n_triangles,) int32
        Where each edge goes.
    owners : (3 n_triangles,) int32
        The triangle that each edge is a side of.
    """
    counts = np.bincount(triangles.reshape(-1), minlength=n_points)
    starts = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    ends = np.empty(triangles.size, np.int32)
    owners = np.empty(triangles.size, np.int32)
    _sort_edges(triangles, starts[:-1].copy(), ends, owners)
    return starts, ends, owners


def count_unpaired(starts: AnyArray, ends: IntArray) -> int:
    """Return how many directed edges lack their one twin in the other direction.

    0 means that the surface is closed: every edge belongs to exactly two triangles, which walk it
    in opposite directions.
    """
    return int(_find_unpaired(starts, ends, np.zeros(len(starts) - 1, np.uint8)))


def rim_points(starts: AnyArray, ends: IntArray) -> ByteArray:
    """Return 1 for each point at an edge without its one twin: on the rim of a hole, or a seam."""
    on_rim = np.zeros(len(starts) - 1, np.uint8)
    _find_unpaired(starts, ends, on_rim)
    return on_rim


@kernel()
def _sort_edges(triangles: IntArray, place: AnyArray, ends: IntArray, owners: IntArray) -> None:
    for t in range(len(triangles)):
        for c in range(3):
            a = triangles[t, c]
            ends[place[a]] = triangles[t, (c + 1) % 3]
            owners[place[a]] = t
            place[a] += 1


@kernel()
def _find_unpaired(starts: AnyArray, ends: IntArray, at_unpaired: ByteArray) -> int:
    """Mark the ends of edges without their one twin, and return how many such edges there are."""
    unpaired = 0
    for a in range(len(starts) - 1):
        for e in range(starts[a], starts[a + 1]):
            b = ends[e]
            same = 0
            for other in range(starts[a], starts[a + 1]):
                same += ends[other] == b
            twins = 0
            for other in range(starts[b], starts[b + 1]):
                twins += ends[other] == a
            if same != 1 or twins != 1:
                unpaired += 1
                at_unpaired[a] = at_unpaired[b] = 1
    return unpaired
