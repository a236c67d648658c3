"""The 256 ways in which a surface can pass through a cell, derived from one rule.

A cell has eight voxels at its corners, each inside (above the level) or outside. The surface
crosses the edges whose ends differ. On each face the crossings are joined two by two: walking
round the face, each step from inside to outside is joined to the next step back inside. Where the
inside corners of a face stand on a diagonal, they are thereby *joined*, so that thin plates of
bone do not fall apart. The segments of the six faces close to loops, and each loop is filled with
triangles.

Two cells that share a face see the same four corners, hence the same segments, walked in opposite
directions: the surface has no hole. No triangle has an inner side between two points of one face,
where the neighbor might have the same side: each side belongs to exactly two triangles.

Corner ``4 a + 2 b + c`` stands ``a`` slices, ``b`` rows and ``c`` columns from the cell's first
voxel. Edge ``4 axis + 2 p + q`` runs along axis 0 (slices), 1 (rows) or 2 (columns); ``p`` and
``q`` are its offsets along the two other axes, in their order.

Source: W. E. Lorensen, H. E. Cline, "Marching cubes", SIGGRAPH 1987, whose table has holes on
such faces; here the table is computed, and the rule above closes them.
"""

from functools import cache
from itertools import product

import numpy as np

from diaphane.arrays import ByteArray

_Loop = tuple[int, ...]
_Triangle = tuple[int, int, int]

MOST_TRIANGLES = 5
"""No case needs more triangles; the tests count them."""


@cache
def case_tables() -> tuple[ByteArray, ByteArray, ByteArray]:
    """Return what belongs to each case; bit c of a case is set where corner c is inside.

    Returns
    -------
    counts : (256,) uint8
        How many triangles it has.
    edges : (256, 5, 3) uint8
        The three edges of each triangle. With (slice, row, column) drawn as right-handed axes,
        corners run counterclockwise seen from outside.
    crossed : (256, 12) uint8
        1 for each edge that the surface crosses.
    """
    counts = np.zeros(256, np.uint8)
    edges = np.zeros((256, MOST_TRIANGLES, 3), np.uint8)
    crossed = np.zeros((256, 12), np.uint8)
    for case in range(256):
        crossed[case] = [case >> a & 1 != case >> b & 1 for a, b in map(edge_corners, range(12))]
        triangles = [t for loop in _loops(case) for t in _fill(loop)]
        counts[case] = len(triangles)
        edges[case, : len(triangles)] = np.reshape(triangles, (-1, 3))
    return counts, edges, crossed


def edge_corners(edge: int) -> tuple[int, int]:
    """Return the two corners that an edge joins, the nearer to the cell's first voxel first."""
    axis, p, q = edge // 4, edge // 2 % 2, edge % 2
    offsets = [p, q]
    offsets.insert(axis, 0)
    first = 4 * offsets[0] + 2 * offsets[1] + offsets[2]
    return first, first + (4, 2, 1)[axis]


def _faces() -> list[tuple[int, ...]]:
    """Return the corners of each face, counterclockwise seen from outside."""
    faces = []
    for axis, side in product(range(3), range(2)):
        along = [(4, 2, 1)[(axis + 1) % 3], (4, 2, 1)[(axis + 2) % 3]]
        if side == 0:
            along.reverse()
        near = side * (4, 2, 1)[axis]
        faces.append((near, near + along[0], near + along[0] + along[1], near + along[1]))
    return faces


_EDGE_OF = {frozenset(edge_corners(e)): e for e in range(12)}
_FACES = _faces()
_FACES_OF_EDGE = [
    {f for f, face in enumerate(_FACES) if set(edge_corners(e)) <= set(face)} for e in range(12)
]


def _loops(case: int) -> list[_Loop]:
    """Return the closed loops in which the surface of `case` crosses the faces of its cell."""
    follows: dict[int, int] = {}
    for face in _FACES:
        inside = [case >> corner & 1 for corner in face]
        sides = [_EDGE_OF[frozenset((face[i], face[(i + 1) % 4]))] for i in range(4)]
        crossed = [i for i in range(4) if inside[i] != inside[(i + 1) % 4]]
        for n, i in enumerate(crossed):
            if inside[i]:  # from inside to outside: joined to the next crossing, back inside
                follows[sides[crossed[(n + 1) % len(crossed)]]] = sides[i]
    loops = []
    while follows:
        loop = [next(iter(follows))]
        while (following := follows.pop(loop[-1])) != loop[0]:
            loop.append(following)
        loops.append(tuple(loop))
    return loops


def _fill(loop: _Loop) -> list[_Triangle]:
    """Return triangles that fill `loop` without an inner side between two points of one face.

    There are some for each loop of the 256 cases; the tests go through them.
    """
    return _try_to_fill(loop) or []


def _try_to_fill(loop: _Loop) -> list[_Triangle] | None:
    if len(loop) < 3:
        return []
    first, last = loop[0], loop[-1]
    for i in range(1, len(loop) - 1):
        if _is_forbidden(first, loop[i], i == 1) or _is_forbidden(
            loop[i], last, i == len(loop) - 2
        ):
            continue
        left, right = _try_to_fill(loop[: i + 1]), _try_to_fill(loop[i:])
        if left is not None and right is not None:
            return [(first, loop[i], last), *left, *right]
    return None


def _is_forbidden(a: int, b: int, is_side_of_loop: bool) -> bool:
    return not is_side_of_loop and bool(_FACES_OF_EDGE[a] & _FACES_OF_EDGE[b])
