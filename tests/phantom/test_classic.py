import numpy as np
import pytest

from diaphane import phantom
from diaphane.errors import OptionError


def brightness(body, point):
    """The attenuation in units of water, at a point in the table's lengths."""
    return float(body.attenuation_at(np.asarray(point, dtype=float) * 100)) / phantom.WATER_PER_MM


@pytest.mark.parametrize(
    ("point", "kak", "toft"),
    [
        ((0, 0.9, 0), 2.0, 1.0),  # skull
        ((0.4, 0.5, 0), 1.02, 0.2),  # brain
        ((-0.22, 0, -0.25), 1.0, 0.0),  # the patient's right ventricle
        ((0.22, 0, -0.25), 1.0, 0.0),
        ((0, -0.5, -0.25), 1.04, 0.4),  # toward the forehead: y turned over
        ((0, 0.5, -0.25), 1.02, 0.2),
        ((-0.08, 0.65, -0.25), 1.03, 0.3),
        ((0, 0, 0.95), 0.0, 0.0),
    ],
)
def test_shepp_and_logan_has_the_values_of_its_table(point, kak, toft):
    assert brightness(phantom.shepp_logan(contrast="kak"), point) == pytest.approx(kak)
    assert brightness(phantom.shepp_logan(), point) == pytest.approx(toft, abs=1e-12)


def test_the_right_ventricle_is_larger_and_both_spread_apart_in_front():
    body = phantom.shepp_logan()
    assert brightness(body, (-0.33, -0.3, -0.25)) == pytest.approx(0)
    assert brightness(body, (0.33, -0.3, -0.25)) == pytest.approx(0.2)
    assert brightness(body, (0.3, -0.25, -0.25)) == pytest.approx(0)
    assert brightness(body, (0.3, 0.25, -0.25)) == pytest.approx(0.2)


def test_shepp_and_logan_grows_with_its_half_size():
    small, large = phantom.shepp_logan(half_size_mm=50.0), phantom.shepp_logan()
    line = (0.0, -500.0, 0.0), (0, 1, 0)
    assert small.line_integrals(*line) == pytest.approx(large.line_integrals(*line) / 2)


def test_the_rods_stand_where_they_should_and_hold_what_they_say():
    body = phantom.water_cylinder(radius_mm=80.0)
    for rod in phantom.INSERTS:
        angle = np.deg2rad(rod.angle_deg)
        center = 48 * np.array([np.cos(angle), np.sin(angle), 0])
        found = 1000 * (body.attenuation_at(center) / phantom.WATER_PER_MM - 1)
        assert found == pytest.approx(phantom.HOUNSFIELD[rod.material], abs=1e-9)
        beside = body.attenuation_at(center + np.array([0, 0, 99.9]))
        assert beside == body.attenuation_at(center)
    assert body.attenuation_at((0.0, 0.0, 0.0)) == phantom.WATER_PER_MM
    assert body.attenuation_at((0.0, 0.0, 100.1)) == 0
    assert len(phantom.water_cylinder(inserts="none").parts) == 1


def test_materials_follow_from_nist_mass_attenuation():
    # NISTIR 5632, tables 2 and 4: cm²/g at 60 keV, and densities in g/cm³
    for name, mass_attenuation, density in [
        ("fat", 0.1974, 0.95),
        ("soft tissue", 0.2048, 1.06),
        ("brain", 0.2058, 1.04),
        ("blood", 0.2057, 1.06),
        ("cortical bone", 0.3148, 1.92),
    ]:
        expected = mass_attenuation * density / 10
        assert phantom.attenuation_of(name) == pytest.approx(expected, rel=1e-3)


def test_a_body_says_how_it_was_made():
    history = phantom.water_cylinder(radius_mm=50.0).history
    assert history is not None
    assert history.step == "phantom.water_cylinder"
    assert history.options["radius_mm"] == 50
    with pytest.raises(OptionError, match="radius_mm"):
        phantom.water_cylinder(radius_mm=-3.0)
