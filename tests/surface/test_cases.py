"""The 256 cases: complete, closed, and without sides that a neighbor might share."""

import itertools

import numpy as np
import pytest

from diaphane.surface import cases


def _sides(case):
    counts, edges, _ = cases.case_tables()
    for triangle in edges[case, : counts[case]].tolist():
        for n in range(3):
            yield triangle[n], triangle[(n + 1) % 3]


def test_each_crossed_edge_is_used_and_no_other():
    for case in range(256):
        ends = [cases.edge_corners(e) for e in range(12)]
        crossed = {e for e, (a, b) in enumerate(ends) if (case >> a & 1) != (case >> b & 1)}
        assert {a for a, _ in _sides(case)} == crossed, case
        assert set(np.flatnonzero(cases.case_tables()[2][case])) == crossed, case


def test_inner_sides_are_paired_and_never_lie_in_a_face():
    for case in range(256):
        sides = list(_sides(case))
        assert len(set(sides)) == len(sides), case
        for a, b in sides:
            lies_in_a_face = bool(cases._FACES_OF_EDGE[a] & cases._FACES_OF_EDGE[b])
            assert lies_in_a_face == ((b, a) not in sides), case


@pytest.mark.parametrize("axis", range(3))
def test_two_cells_cross_their_common_face_in_opposite_directions(axis):
    bit = (4, 2, 1)[axis]
    near = [c for c in range(8) if not c & bit]
    for inside in itertools.product((0, 1), repeat=4):
        low = sum(1 << c for c, i in zip(near, inside) if i)
        high = sum(1 << (c | bit) for c, i in zip(near, inside) if i)
        assert _on_face(high, axis, 1) == {(b, a) for a, b in _on_face(low, axis, 0)}


def _on_face(case, axis, side):
    """The sides of a case's triangles that lie in a face, edges named as on the near face."""
    face = 2 * axis + side
    shift = {}
    for edge in range(12):
        a, b = cases.edge_corners(edge)
        bit = (4, 2, 1)[axis]
        if (a & bit > 0) == (b & bit > 0) == (side == 1):
            shift[edge] = cases._EDGE_OF[frozenset((a & ~bit, b & ~bit))]
    return {
        (shift[a], shift[b])
        for a, b in _sides(case)
        if face in cases._FACES_OF_EDGE[a] & cases._FACES_OF_EDGE[b]
    }


def test_a_corner_alone_gives_one_triangle_that_faces_away_from_it():
    counts, edges, _ = cases.case_tables()
    for corner in range(8):
        assert counts[1 << corner] == 1
        points = np.array([_middle(e) for e in edges[1 << corner, 0].tolist()])
        normal = np.cross(points[1] - points[0], points[2] - points[0])
        away = points.mean(axis=0) - np.array([corner >> 2, corner >> 1 & 1, corner & 1])
        assert normal @ away > 0


def _middle(edge):
    ends = [(c >> 2, c >> 1 & 1, c & 1) for c in cases.edge_corners(edge)]
    return np.mean(ends, axis=0)
