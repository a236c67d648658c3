"""The head: everything in its place, on its side, the right way up."""

import numpy as np
import pytest

from diaphane import phantom
from diaphane.ct import ConeBeam, Detector, rays
from diaphane.phantom.head_body import TO_MIDDLE
from diaphane.space import Grid


@pytest.fixture(scope="module")
def head():
    return phantom.head()


def hounsfield_at(body, *points):
    """Hounsfield numbers at points given from the plane of ear canals and orbits."""
    values = body.attenuation_at(np.array(points) + TO_MIDDLE)
    return 1000 * (values / phantom.WATER_PER_MM - 1)


def test_the_head_fills_its_box_and_stands_in_its_middle(head):
    image = phantom.voxelize(head, Grid.centered((62, 62, 62), 4.0), subvoxels=1)
    inside = np.argwhere(image.values > 0.005)
    low, high = image.grid.to_mm(inside.min(0)), image.grid.to_mm(inside.max(0))
    np.testing.assert_allclose(high - low, (178, 216, 226), atol=9)
    np.testing.assert_allclose((high + low) / 2, 0, atol=5)


@pytest.mark.parametrize(
    ("point", "material"),
    [
        ((0, 8, 113.5), "spongy bone"),  # crown, between the tables of the vault
        ((0, 8, 116.2), "bone"),
        ((0, 8, 119.5), "soft tissue"),
        ((0, 8, 125), "air"),
        ((30, 60, 60), "brain"),
        ((9, -30, 52), "cerebrospinal fluid"),  # front horn of the left ventricle
        ((32, -74.5, 20), "vitreous"),  # left eye
        ((28, -58, -15), "air"),  # maxillary sinuses
        ((-28, -58, -15), "air"),
        ((0, -108, -9), "soft tissue"),  # tip of the nose
        ((0, 14, -49), "spongy bone"),  # body of the second vertebra
        ((0, -12, -60), "air"),  # throat
        ((65.5, -26, 0.5), "bone"),  # left cheek arch
        ((-65.5, -26, 0.5), "bone"),
        ((0, -88, -83), "bone"),  # chin
        ((0, 30, -104.5), "air"),  # below the end of the neck
    ],
)
def test_what_belongs_somewhere_is_there(head, point, material):
    assert hounsfield_at(head, point)[0] == pytest.approx(phantom.HOUNSFIELD[material], abs=1e-6)


def test_the_burr_hole_is_in_the_left_parietal_bone(head):
    left, right = hounsfield_at(head, (44, 24.8, 98.8), (-44, 24.8, 98.8))
    assert left == pytest.approx(phantom.HOUNSFIELD["soft tissue"])
    assert right > 300


def test_the_left_lower_first_molar_is_missing_and_the_right_upper_one_is_filled(head):
    teeth = [p for p in head.parts if "molar" in p.name or "incisor" in p.name]
    names = {p.name for p in teeth}
    assert "left lower first molar" not in names
    assert {"right lower first molar", "left lower second molar"} <= names
    assert (
        len({p.name for p in head.parts if p.name.endswith(("molar", "incisor", "canine"))}) == 31
    )
    for part in teeth:
        x, _, z = np.array(part.center_mm) - TO_MIDDLE
        assert (x > 0) == part.name.startswith("left")
        assert (z > -51.5) == ("upper" in part.name), part
    (filling,) = [
        p
        for p in head.parts
        if p.attenuation_per_mm == max(q.attenuation_per_mm for q in head.parts)
    ]
    assert filling.name == "right upper first molar"


def test_the_aneurysm_is_on_the_left_and_the_larger_frontal_sinus_on_the_right(head):
    medium = phantom.HOUNSFIELD["contrast medium"]
    left, right = hounsfield_at(head, (39.5, -18.5, 37.5), (-39.5, -18.5, 37.5))
    assert left == pytest.approx(medium)
    assert right < 60
    left, right = hounsfield_at(head, (19, -82.5, 37), (-19, -82.5, 37))
    assert right == -1000
    assert left > -200


def test_arteries_stand_out_from_the_brain_but_not_from_bone():
    assert 200 < phantom.HOUNSFIELD["contrast medium"] < 300 < phantom.HOUNSFIELD["spongy bone"]


def test_seen_from_in_front_the_burr_hole_is_toward_high_columns_and_rows(head):
    # At view 0 the source stands in front: columns run to the patient's left, rows to the head.
    beam = ConeBeam(np.zeros(1), Detector(121, 121, 2.0, 2.0), 5000.0, 5100.0)
    lines = rays(beam, 0)
    closed = phantom.Body(tuple(p for p in head.parts if p.name != "burr hole"))
    missing = closed.line_integrals(lines.origins_mm, lines.directions) - head.line_integrals(
        lines.origins_mm, lines.directions
    )
    row, column = np.unravel_index(missing.argmax(), missing.shape)
    x, _, z = np.array((42.5, 24.3, 96.7)) + TO_MIDDLE
    assert missing.max() > 0.2
    assert beam.detector.column_mm[column] == pytest.approx(x * 1.02, abs=6)
    assert beam.detector.row_mm[row] == pytest.approx(z * 1.02, abs=6)


def test_the_integrals_through_the_head_agree_with_many_points(head):
    rng = np.random.default_rng(3)
    aims = rng.uniform(-80, 80, (12, 3))
    directions = rng.normal(size=(12, 3))
    directions /= np.linalg.norm(directions, axis=1, keepdims=True)
    t = (np.arange(6000) + 0.5) / 6000 * 400 - 200
    points = aims[:, None] + t[:, None] * directions[:, None]
    expected = head.attenuation_at(points).sum(1) * 400 / 6000
    assert expected.max() > 4
    np.testing.assert_allclose(head.line_integrals(aims, directions), expected, atol=0.02)
