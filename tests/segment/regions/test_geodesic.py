"""The geodesic contour: balls shrink and grow as in closed form, and stop at edges."""

import numpy as np
import pytest
from skimage.segmentation import inverse_gaussian_gradient, morphological_geodesic_active_contour

from diaphane import segment
from diaphane.errors import GeometryError, InputError
from diaphane.image import Image, Labels
from diaphane.segment.regions.geodesic import moved, signed_start, stopping_edges, terms_of
from diaphane.space import Grid
from diaphane.units import Quantity

VOLUME = (30, 40, 50), (2.0, 1.0, 0.8), (14.3, 19.6, 25.2)
SLICE = (1, 60, 71), (1.0, 0.5, 0.6), (0.0, 29.3, 33.7)


def away_mm(shape, spacing_mm, center):
    z, y, x = ((n - c) * mm for n, c, mm in zip(np.indices(shape), center, spacing_mm, strict=True))
    return np.sqrt(z**2 + y**2 + x**2)


def radius_after(place, radius_mm, balloon_per_mm, time_mm2):
    """Let a ball move where there is no edge, and return its radius."""
    shape, spacing_mm, _ = place
    spacing = np.array(spacing_mm)
    phi = signed_start(away_mm(*place) < radius_mm, spacing)
    edges = np.ones(shape, np.float32)
    terms = terms_of(edges, spacing, balloon_per_mm)
    n_steps = int(np.ceil(time_mm2 / terms[1]))
    terms[1] = time_mm2 / n_steps
    for _ in range(n_steps):
        phi = moved(phi, edges, spacing, terms)
    size = (phi <= 0).sum() * spacing.prod()
    return (size * 3 / 4 / np.pi) ** (1 / 3) if shape[0] > 1 else np.sqrt(size / np.pi)


@pytest.mark.parametrize(("place", "n"), [(VOLUME, 2), (SLICE, 1)])
def test_where_no_edge_is_a_ball_shrinks_with_its_curvature(place, n):
    """DR/dt = -n/R, n the number of curvatures."""
    radius = radius_after(place, 13.0, 0.0, 15.0)
    assert radius == pytest.approx(np.sqrt(13.0**2 - 2 * n * 15.0), rel=0.02)


@pytest.mark.parametrize(("place", "n"), [(VOLUME, 2), (SLICE, 1)])
def test_the_balloon_that_balances_its_curvature_holds_a_ball(place, n):
    assert radius_after(place, 11.0, n / 11.0, 6.0) == pytest.approx(11.0, rel=0.02)
    assert radius_after(place, 9.0, n / 9.0 + 0.5, 5.0) > 10.5
    assert radius_after(place, 11.0, -0.5, 5.0) < 8.5


@pytest.mark.parametrize(("place", "n"), [(VOLUME, 2), (SLICE, 1)])
@pytest.mark.parametrize("balloon", [0.4, -0.2])
def test_it_rests_where_the_edge_balances_balloon_and_curvature(place, n, balloon):
    """In a ball whose g depends on the radius alone: g (c - n/R) = dg/dR.

    Within a third of a voxel: what carries the surface to edges is of first order.
    """
    radii = np.linspace(8, 13, 5001)
    speed = 1 - 0.9 * np.exp(-((radii - 10.5) ** 2) / 8)
    net = speed * (balloon - n / radii) - np.gradient(speed, radii)
    truth = radii[:-1][(net[:-1] > 0) & (net[1:] <= 0)]
    away, spacing = away_mm(*place), np.array(place[1])
    edges = (1 - 0.9 * np.exp(-((away - 10.5) ** 2) / 8)).astype(np.float32)
    terms = terms_of(edges, spacing, balloon)
    phi = signed_start(away < 9.5, spacing)
    for _ in range(400 if n == 2 else 1500):
        phi = moved(phi, edges, spacing, terms)
    size = (phi <= 0).sum() * spacing.prod()
    radius = (size * 3 / 4 / np.pi) ** (1 / 3) if n == 2 else np.sqrt(size / np.pi)
    assert radius == pytest.approx(truth.item(), abs=0.3 * spacing[0 if n == 2 else 1 :].max())


def test_a_step_of_the_contrast_halves_the_speed():
    values = np.zeros((1, 3, 81), np.float32)
    values[:, :, 40:] = 7.0
    speed = stopping_edges(values, np.array([1.0, 1.0, 0.25]), 1.5, 7.0)
    assert speed.min() == pytest.approx(0.5, abs=0.01)
    assert speed[0, 1, 10] == speed[0, 1, 70] == 1


def ball(place, radius_mm, noise=0.15):
    shape, spacing_mm, _ = place
    inside = away_mm(*place) < radius_mm
    values = 100 * (inside + np.random.default_rng(3).normal(0, noise, shape))
    image = Image(values.astype(np.float32), Grid.centered(shape, spacing_mm), Quantity.HOUNSFIELD)
    return image, inside


def dice(a, b):
    return 2 * (a & b).sum() / (a.sum() + b.sum())


@pytest.mark.parametrize("place", [VOLUME, SLICE])
@pytest.mark.parametrize(("first_mm", "balloon"), [(6.0, 0.5), (14.5, -0.1)])
def test_it_comes_to_rest_on_the_edge_from_within_and_from_outside(place, first_mm, balloon):
    image, inside = ball(place, 11.0)
    start = Labels((away_mm(*place) < first_mm).astype(np.uint8), image.grid)
    found = segment.geodesic_contour(
        image, start, balloon_per_mm=balloon, contrast=15.0, blur_mm=1.0, structure="ball"
    )
    assert dice(found.values > 0, inside) > 0.93
    assert dict(found.names) == {1: "ball"}
    assert not found.history.notices


def test_one_slice_agrees_with_the_morphological_contour_of_scikit_image():
    place = (1, 80, 90), (1.0, 1.0, 1.0), (0.0, 38.2, 47.0)
    image, inside = ball(place, 21.0)
    first = away_mm(*place) < 8
    edges = inverse_gaussian_gradient(image.values[0] / 100, alpha=100, sigma=2)
    theirs = morphological_geodesic_active_contour(
        edges, 100, init_level_set=first[0], smoothing=1, balloon=1, threshold=0.4
    )
    ours = segment.geodesic_contour(
        image,
        Labels(first.astype(np.uint8), image.grid),
        balloon_per_mm=0.3,
        contrast=15.0,
        blur_mm=1.5,
    )
    assert dice(ours.values[0] > 0, inside[0]) > 0.97
    assert dice(ours.values[0] > 0, inside[0]) >= dice(theirs > 0, inside[0]) - 0.005


def test_too_few_passes_and_a_contrast_of_its_own_are_said():
    image, _ = ball(SLICE, 11.0)
    start = Labels((away_mm(*SLICE) < 5).astype(np.uint8), image.grid)
    found = segment.geodesic_contour(image, start, balloon_per_mm=1.0, passes=25)
    said = {notice.code: notice.values for notice in found.history.notices}
    assert said["segment.contrast_chosen"]["unit"] == "HU"
    assert said["segment.not_at_rest"]["passes"] == 25


def test_a_start_that_is_none_is_refused():
    image, inside = ball(SLICE, 11.0)
    empty = Labels(np.zeros(inside.shape, np.uint8), image.grid)
    with pytest.raises(InputError, match="start must cover a part of the image, got nothing"):
        segment.geodesic_contour(image, empty)
    moved_away = Labels(
        inside.astype(np.uint8), Grid.centered(inside.shape, (1, 0.5, 0.6), (9, 0, 0))
    )
    with pytest.raises(GeometryError, match="a start on the image's grid"):
        segment.geodesic_contour(image, moved_away)
