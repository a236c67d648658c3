import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from diaphane.ct.acquisition.views import arcs_and_holes, truncated_views, view_weights
from diaphane.errors import GeometryError
from diaphane.notices import collect_notices


@given(st.lists(st.floats(0, 2 * np.pi), min_size=1, max_size=40), st.randoms())
def test_arcs_and_holes_share_the_whole_circle(angles, random):
    arcs, holes = arcs_and_holes(angles)
    assert (arcs >= 0).all()
    if not len(holes):
        assert arcs.sum() == pytest.approx(2 * np.pi)
    else:
        assert arcs.sum() + holes[:, 1].sum() >= 2 * np.pi - 1e-9
    order = random.sample(range(len(angles)), len(angles))
    if len(set(angles)) == len(angles) and not len(holes):
        np.testing.assert_allclose(view_weights(np.array(angles)[order]), arcs[order], atol=1e-9)


def test_views_at_one_angle_share_its_arc():
    np.testing.assert_allclose(view_weights([0, 1, 1, 2, 3], 4).sum(), 4)
    np.testing.assert_allclose(view_weights([0, 1, 1, 2, 3], 4), [1, 0.5, 0.5, 1, 1])


def test_sparse_opposite_views_that_nearly_coincide_leave_no_hole():
    angles = np.arange(60) * np.pi / 30 + np.random.default_rng(0).uniform(0, 1e-4, 60)
    with collect_notices() as notices:
        arcs = view_weights(angles, np.pi)
    assert notices == []
    assert arcs.sum() == pytest.approx(np.pi)


def test_a_hole_belongs_to_no_view():
    angles = np.deg2rad(np.arange(90, 300))
    with collect_notices() as notices:
        arcs = view_weights(angles)
    np.testing.assert_allclose(arcs, np.deg2rad(1.0))
    assert notices[0].values == {"holes": 1, "missing_deg": 151.0}


def test_a_single_direction_misses_all_others():
    for angles in ([0.3], [0.3, 0.3]):
        with collect_notices() as notices:
            arcs = view_weights(angles, np.pi)
        assert arcs.sum() == pytest.approx(np.pi)
        assert notices[0].values == {"holes": 1, "missing_deg": 180.0}


def test_angles_in_degrees_are_refused():
    with pytest.raises(GeometryError, match=r"must be in radians .* got 0 to 359: give degrees"):
        view_weights(np.arange(360))


def test_views_in_which_the_body_reaches_the_edge_are_counted():
    values = np.zeros((5, 9, 20))
    values[:, :, 8:12] = 1.0
    assert truncated_views(values) == 0
    values[1, :, 19] = values[3, :, 0] = 0.5
    assert truncated_views(values) == 2


def test_radians_taken_for_degrees_are_told():
    with collect_notices() as notices:
        view_weights(np.deg2rad(np.arange(300) * 2 * np.pi / 300))
    assert notices[0].code == "ct.angles_tiny"
    assert notices[0].values == {"span_deg": 6.3}
