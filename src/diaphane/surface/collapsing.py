"""Kernels that shorten a mesh edge by edge, those first that matter least.

Each point remembers the planes of the triangles around it, as a quadric: the sum of squared
distances to them, weighted by area, is ``Q(x) = xᵀ A x + 2 bᵀ x + c``. Drawing the two ends of an
edge together at x costs ``Q1(x) + Q2(x)``; x is chosen so that this is least, with a slight pull
to the edge's middle that settles what flat neighborhoods leave open.

An edge is left alone when its ends have other common neighbors than the two across it, for then
the surface would touch itself, or when a triangle would turn over. A closed surface so stays
closed: every edge between exactly two triangles.

Source: M. Garland, P. Heckbert, "Surface simplification using quadric error metrics", SIGGRAPH
1997; the link condition: T. Dey et al., "Topology preserving edge contraction", 1999. Instead of
one queue, the edges are passed through many times, each time those up to a limit: memory is then
read in order.
"""

from typing import NamedTuple

import numpy as np

from diaphane.arrays import ByteArray, DoubleArray, FloatArray, IntArray
from diaphane.simd import kernel

_PULL = 1e-3
"""Weight of the pull to the middle, in parts of the quadric's own."""
_TURN = 0.2
"""Least cosine between a triangle's normal before and after."""


class Mesh(NamedTuple):
    """A mesh whose points know their corners, in arrays that the kernels change."""

    points: DoubleArray
    """Shape (n_points, 3)."""
    quadrics: DoubleArray
    """Shape (n_points, 10): A (xx, xy, xz, yy, yz, zz), b (x, y, z) and c."""
    corners: IntArray
    """The point at each corner, three corners to a triangle; -1 once the triangle is gone."""
    following: IntArray
    """For each corner the next one at the same point, or -1."""
    firsts: IntArray
    """For each point its first corner."""
    lasts: IntArray
    """For each point its last corner."""
    marks: IntArray
    """Working space of the link condition: shape (n_points,)."""
    moved: ByteArray
    """Whether a point was moved in this pass: shape (n_points,)."""


@kernel()
def best_place(
    points: DoubleArray, quadrics: DoubleArray, a: int, b: int, place: DoubleArray
) -> float:
    """Write where two points are best drawn together, and return the cost."""
    q = quadrics
    mx = (points[a, 0] + points[b, 0]) / 2
    my = (points[a, 1] + points[b, 1]) / 2
    mz = (points[a, 2] + points[b, 2]) / 2
    xx, xy, xz = q[a, 0] + q[b, 0], q[a, 1] + q[b, 1], q[a, 2] + q[b, 2]
    yy, yz, zz = q[a, 3] + q[b, 3], q[a, 4] + q[b, 4], q[a, 5] + q[b, 5]
    # the gradient at the middle, from which the step is counted
    gx = xx * mx + xy * my + xz * mz + q[a, 6] + q[b, 6]
    gy = xy * mx + yy * my + yz * mz + q[a, 7] + q[b, 7]
    gz = xz * mx + yz * my + zz * mz + q[a, 8] + q[b, 8]
    at_middle = (
        mx * (gx + q[a, 6] + q[b, 6])
        + my * (gy + q[a, 7] + q[b, 7])
        + mz * (gz + q[a, 8] + q[b, 8])
        + q[a, 9]
        + q[b, 9]
    )
    pull = _PULL * (xx + yy + zz) + 1e-30
    px, py, pz = xx + pull, yy + pull, zz + pull
    c00, c01, c02 = py * pz - yz * yz, xz * yz - xy * pz, xy * yz - xz * py
    c11, c12, c22 = px * pz - xz * xz, xy * xz - px * yz, px * py - xy * xy
    scale = -1 / (px * c00 + xy * c01 + xz * c02)
    dx = scale * (c00 * gx + c01 * gy + c02 * gz)
    dy = scale * (c01 * gx + c11 * gy + c12 * gz)
    dz = scale * (c02 * gx + c12 * gy + c22 * gz)
    place[0], place[1], place[2] = mx + dx, my + dy, mz + dz
    ex, ey, ez = points[a, 0] - mx, points[a, 1] - my, points[a, 2] - mz
    length = pull * (ex * ex + ey * ey + ez * ez)
    return max(0.0, at_middle + gx * dx + gy * dy + gz * dz) + length


@kernel(inline=True)
def _normal(points: DoubleArray, a: int, b: int, c: int, normal: DoubleArray) -> float:
    """Write the normal of a triangle, as long as twice its area, and return that length."""
    ux, uy, uz = (
        points[b, 0] - points[a, 0],
        points[b, 1] - points[a, 1],
        points[b, 2] - points[a, 2],
    )
    vx, vy, vz = (
        points[c, 0] - points[a, 0],
        points[c, 1] - points[a, 1],
        points[c, 2] - points[a, 2],
    )
    normal[0], normal[1], normal[2] = uy * vz - uz * vy, uz * vx - ux * vz, ux * vy - uy * vx
    return np.sqrt(normal[0] ** 2 + normal[1] ** 2 + normal[2] ** 2)


@kernel()
def add_quadrics(triangles: IntArray, points: DoubleArray, quadrics: DoubleArray) -> None:
    """Add the plane of each triangle, by a third of its area, to its three points."""
    normal = np.empty(3)
    for t in range(len(triangles)):
        a, b, c = triangles[t, 0], triangles[t, 1], triangles[t, 2]
        length = _normal(points, a, b, c, normal)
        if length == 0:
            continue
        x, y, z = normal[0] / length, normal[1] / length, normal[2] / length
        d = -(x * points[a, 0] + y * points[a, 1] + z * points[a, 2])
        plane = (x * x, x * y, x * z, y * y, y * z, z * z, x * d, y * d, z * d, d * d)
        for p in (a, b, c):
            for m in range(10):
                quadrics[p, m] += length / 6 * plane[m]


@kernel()
def link(mesh: Mesh) -> None:
    """Tie the corners of each point together."""
    corners, following, firsts, lasts = mesh.corners, mesh.following, mesh.firsts, mesh.lasts
    firsts[:], lasts[:], following[:], mesh.marks[:], mesh.moved[:] = -1, -1, -1, -1, 0
    for corner in range(len(corners)):
        p = corners[corner]
        if firsts[p] < 0:
            firsts[p] = corner
        else:
            following[lasts[p]] = corner
        lasts[p] = corner


@kernel()
def edge_costs(
    first: int,
    last: int,
    points: DoubleArray,
    quadrics: DoubleArray,
    corners: IntArray,
    fixed: ByteArray,
    costs: FloatArray,
) -> None:
    """Write what drawing together the edge after each corner costs.

    Infinite for its twin, and where an end is fixed.
    """
    place = np.empty(3)
    for corner in range(first, last):
        a, b = corners[corner], corners[corner + 1 - 3 * (corner % 3 == 2)]
        costs[corner] = np.inf
        if a < b and not fixed[a] and not fixed[b]:
            costs[corner] = best_place(points, quadrics, a, b, place)


@kernel()
def _may_collapse(mesh: Mesh, a: int, b: int, place: DoubleArray) -> bool:
    """Whether drawing b to a keeps the surface whole and turns no triangle over."""
    corners, following, firsts, marks = mesh.corners, mesh.following, mesh.firsts, mesh.marks
    n_triangles = 0
    corner = firsts[a]
    while corner >= 0:
        t = corner // 3 * 3
        if corners[t] >= 0:
            n_triangles += 1
            marks[corners[t]] = marks[corners[t + 1]] = marks[corners[t + 2]] = a
        corner = following[corner]
    common = 0
    corner = firsts[b]
    while corner >= 0:
        t = corner // 3 * 3
        if corners[t] >= 0:
            n_triangles += 1
            for other in range(t, t + 3):
                p = corners[other]
                if p != a and p != b and marks[p] == a:
                    common += 1
                    marks[p] = -1
        corner = following[corner]
    corner = firsts[a]
    while corner >= 0:
        t = corner // 3 * 3
        if corners[t] >= 0:
            marks[corners[t]] = marks[corners[t + 1]] = marks[corners[t + 2]] = -1
        corner = following[corner]
    is_tetrahedron = n_triangles == 6
    return (
        common == 2
        and not is_tetrahedron
        and not _turns(mesh, a, b, place)
        and not _turns(mesh, b, a, place)
    )


@kernel()
def _turns(mesh: Mesh, moved: int, other: int, place: DoubleArray) -> bool:
    """Whether a triangle at `moved`, but not at `other`, would turn over at the new place."""
    points, corners, following, firsts = mesh.points, mesh.corners, mesh.following, mesh.firsts
    before, after = np.empty(3), np.empty(3)
    old = points[moved, 0], points[moved, 1], points[moved, 2]
    corner = firsts[moved]
    turns = False
    while corner >= 0 and not turns:
        t = corner // 3 * 3
        a, b, c = corners[t], corners[t + 1], corners[t + 2]
        if a >= 0 and a != other and b != other and c != other:
            length = _normal(points, a, b, c, before)
            for x in range(3):
                points[moved, x] = place[x]
            length *= _normal(points, a, b, c, after)
            for x in range(3):
                points[moved, x] = old[x]
            cosine = before[0] * after[0] + before[1] * after[1] + before[2] * after[2]
            turns = cosine < _TURN * length
        corner = following[corner]
    return turns


@kernel()
def _collapse(mesh: Mesh, a: int, b: int, place: DoubleArray) -> int:
    """Draw b to a, at its new place, and return how many triangles that takes away."""
    points, quadrics, corners, following, firsts, lasts, _, moved = mesh
    gone = 0
    corner = firsts[b]
    while corner >= 0:
        t = corner // 3 * 3
        if corners[t] >= 0:
            if corners[t] == a or corners[t + 1] == a or corners[t + 2] == a:
                corners[t] = corners[t + 1] = corners[t + 2] = -1
                gone += 1
            else:
                corners[corner] = a
        corner = following[corner]
    following[lasts[a]] = firsts[b]
    lasts[a] = lasts[b]
    for x in range(3):
        points[a, x] = place[x]
    for m in range(10):
        quadrics[a, m] += quadrics[b, m]
    moved[a] = moved[b] = 1
    return gone


@kernel()
def collapse_cheap(
    mesh: Mesh, costs: FloatArray, limit: float, n_triangles: int, target: int
) -> int:
    """Collapse edges that cost no more than a limit, down to a target of triangles.

    Returns how many triangles there are then. Edges at a point that was moved wait for the next
    pass, since what they cost has changed.
    """
    points, quadrics, corners, moved = mesh.points, mesh.quadrics, mesh.corners, mesh.moved
    place = np.empty(3)
    for corner in range(len(corners)):
        if n_triangles <= target:
            break
        a, b = corners[corner], corners[corner + 1 - 3 * (corner % 3 == 2)]
        if a < 0 or costs[corner] > limit or moved[a] or moved[b]:
            continue
        best_place(points, quadrics, a, b, place)
        if _may_collapse(mesh, a, b, place):
            n_triangles -= _collapse(mesh, a, b, place)
    return n_triangles
