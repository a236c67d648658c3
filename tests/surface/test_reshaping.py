"""Smoothing and simplifying: less noise, fewer triangles, the same body."""

import numpy as np
import pytest
from solids import SOLIDS, TURN, euler_number, is_closed, size, sphere, torus

from diaphane import surface
from diaphane.image import Image, Surface


def _noisy(solid, sigma):
    image = solid.image(0.5)
    noise = np.random.default_rng(5).normal(0, sigma, image.values.shape)
    return Image((image.values + noise).astype(np.float32), image.grid, image.quantity)


def test_smoothing_takes_noise_away_and_keeps_the_volume():
    rough = surface.isosurface(_noisy(sphere(), 0.15), level=0)
    smooth = surface.smooth(rough, passes=10)
    np.testing.assert_array_equal(smooth.triangles, rough.triangles)
    distance = [
        np.linalg.norm(s.points_mm - np.array(sphere().center_mm), axis=1).std()
        for s in (rough, smooth)
    ]
    assert distance[1] < 0.75 * distance[0]
    assert size(smooth)[0] == pytest.approx(size(rough)[0], rel=0.002)


@pytest.mark.parametrize("solid", SOLIDS, ids=lambda s: s.name)
@pytest.mark.parametrize("share", [0.5, 0.1, 0.03])
def test_a_simplified_surface_is_closed_and_keeps_its_size(solid, share):
    body = surface.isosurface(solid.image(0.5), level=0)
    wanted = int(share * len(body.triangles))
    simple = surface.simplify(body, triangles=wanted)
    assert wanted - 2 <= len(simple.triangles) <= wanted
    assert is_closed(simple.triangles)
    assert euler_number(simple.triangles) == euler_number(body.triangles)
    assert size(simple)[0] == pytest.approx(size(body)[0], rel=0.025)
    assert size(simple)[1] == pytest.approx(size(body)[1], rel=0.02)


def test_flat_places_give_up_their_triangles_first():
    body = surface.isosurface(SOLIDS[3].image(0.5), level=0)
    simple = surface.simplify(body, triangles=200)
    corners = np.abs((simple.points_mm - np.array(SOLIDS[3].center_mm)) @ TURN)
    half = np.array([5.2, 7.4, 6.3])
    assert np.abs(corners - half).min(axis=1).max() < 0.3
    assert size(simple)[0] == pytest.approx(SOLIDS[3].volume_mm3, rel=0.01)


def test_noise_of_any_kind_stays_closed_down_to_the_last_triangles():
    values = np.random.default_rng(1).normal(size=(12, 13, 14)).astype(np.float32)
    image = sphere().image(1.0)
    noise = Image(values, type(image.grid).centered(values.shape, 1.0), image.quantity)
    body = surface.isosurface(noise, level=0.8)
    simple = surface.simplify(body, triangles=4)
    assert is_closed(simple.triangles)
    assert 4 < len(simple.triangles) < 0.6 * len(body.triangles)
    assert euler_number(simple.triangles) == euler_number(body.triangles)


def test_a_rim_stays_where_it_is():
    body = surface.isosurface(torus().image(0.7), level=0)
    upper = body.triangles[body.points_mm[body.triangles, 2].mean(axis=1) > 0]
    opened = Surface(body.points_mm, upper)
    simple = surface.simplify(opened, triangles=len(upper) // 3)
    assert len(simple.triangles) <= len(upper) // 3
    rim = _rim(opened)
    assert len(rim) > 20
    assert rim <= _rim(simple)


def _rim(mesh):
    """The places of the points at edges that belong to one triangle only."""
    t = mesh.triangles
    edges = {tuple(e) for e in np.concatenate([t[:, [0, 1]], t[:, [1, 2]], t[:, [2, 0]]]).tolist()}
    alone = {p for a, b in edges if (b, a) not in edges for p in (a, b)}
    return {tuple(np.round(mesh.points_mm[p].astype(float), 3)) for p in alone}


def test_a_surface_with_few_triangles_is_returned_as_it_is():
    body = surface.isosurface(sphere().image(2.0), level=0)
    simple = surface.simplify(body, triangles=100_000)
    np.testing.assert_array_equal(simple.triangles, body.triangles)
    assert simple.history is not None
    assert simple.history.step == "surface.simplify"
