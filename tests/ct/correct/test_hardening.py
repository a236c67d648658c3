"""Beam hardening: simulated with a spectrum, undone for water and for bone."""

import numpy as np
import pytest

from diaphane import ct, phantom
from diaphane.ct.correct.spectrum import Spectrum, attenuation
from diaphane.errors import InputError
from diaphane.space import GridOptions

WATER, BONE = 0.02059, 0.06044
BEAM = ct.FanBeam(np.arange(240) * np.pi / 120, ct.Detector(1, 180, 1.0, 1.6), 500.0, 700.0)
GRID = GridOptions(voxel_mm=1.0, shape=(1, 220, 220))
SPECTRUM = ct.tube_spectrum(peak_kv=120.0, aluminum_mm=6.0)


def cylinder(x_mm, radius_mm, per_mm):
    return phantom.Cylinder((x_mm, 0.0, 0.0), (radius_mm, radius_mm), 200.0, per_mm)


def lines(body, spectrum=None):
    return ct.line_integrals(phantom.scan(body, BEAM, spectrum, subrays=1))


def hounsfield_at(image, *places_mm):
    rows = [image.values[0, 110 + y - 4 : 110 + y + 4, 110 + x - 4 : 110 + x + 4].mean()
            for x, y in places_mm]  # fmt: skip
    return np.array(rows) / WATER * 1000 - 1000


def test_water_is_a_cup_before_and_flat_within_a_hounsfield_unit_after():
    scan = lines(phantom.Body((cylinder(0, 100, WATER),)), SPECTRUM)
    places = (0, 0), (50, 0), (0, -85)
    cup = hounsfield_at(ct.fbp(scan, grid=GRID), *places)
    assert cup[2] - cup[0] > 25
    mended = ct.linearize_water(scan, SPECTRUM)
    flat = hounsfield_at(ct.fbp(mended, grid=GRID), *places)
    assert np.abs(flat).max() < 1
    (said,) = mended.history.notices
    assert said.values["after"] > said.values["before"]


def test_bands_between_bones_go_when_bone_is_told_from_water():
    body = phantom.Body((cylinder(0, 90, WATER), cylinder(-45, 15, BONE), cylinder(45, 15, BONE)))
    places = (0, 0), (-45, 0), (0, 60)
    mono = hounsfield_at(ct.fbp(lines(body), grid=GRID), *places)
    scan = lines(body, SPECTRUM)
    watery = ct.fbp(ct.linearize_water(scan, SPECTRUM), grid=GRID)
    before = hounsfield_at(watery, *places) - mono
    assert before[0] < -40  # the dark band
    assert before[1] < -300  # bone far too weak
    first = ct.fbp(ct.correct_bone(scan, watery, SPECTRUM), grid=GRID)
    assert np.abs(hounsfield_at(first, *places) - mono)[[0, 2]].max() < 10
    second = ct.fbp(ct.correct_bone(scan, first, SPECTRUM), grid=GRID)
    after = hounsfield_at(second, *places) - mono
    assert np.abs(after[[0, 2]]).max() < 3
    assert abs(after[1]) < 15


def test_one_energy_needs_no_correction():
    scan = lines(phantom.Body((cylinder(5, 60, WATER),)))
    same = ct.linearize_water(scan, Spectrum(np.array([60.0]), np.array([1.0])))
    np.testing.assert_allclose(same.values, scan.values, atol=2e-6)


def test_a_spectrum_of_one_energy_is_the_simulation_without_one():
    body = phantom.water_cylinder()
    one = phantom.scan(body, BEAM, Spectrum(np.array([60.0]), np.array([1.0])), subrays=1)
    plain = phantom.scan(body, BEAM, subrays=1)
    np.testing.assert_allclose(one.values, plain.values, rtol=1e-4)


def test_a_polynomial_straightens_what_it_was_fitted_to():
    mm = np.linspace(0, 250, 200)
    p = SPECTRUM.line_integral(mm)
    c = np.linalg.lstsq(np.stack([p, p**2, p**3], axis=1), WATER * mm, rcond=None)[0]
    scan = lines(phantom.Body((cylinder(0, 100, WATER),)), SPECTRUM)
    image = ct.fbp(ct.linearize(scan, coefficients=c.tolist()), grid=GRID)
    assert np.abs(hounsfield_at(image, (0, 0), (0, -85))).max() < 4
    with pytest.raises(InputError, match="must grow"):
        ct.linearize(scan, coefficients=[1.0, -5.0])


def test_the_tables_are_nists():
    assert attenuation("water", 80.0) == pytest.approx(0.01837)
    assert attenuation("bone", 60.0) == pytest.approx(0.3148 * 0.192)
    assert attenuation("aluminum", 30.0) == pytest.approx(1.128 * 0.2699)
    between = float(attenuation("water", 70.0))
    assert 0.01837 < between < 0.02059


def test_more_filtering_makes_a_harder_beam():
    means = [ct.tube_spectrum(aluminum_mm=mm).mean_kev for mm in (1.0, 6.0, 30.0)]
    assert means == sorted(means)
    assert ct.tube_spectrum(detector="counting").mean_kev < ct.tube_spectrum().mean_kev
    with pytest.raises(InputError, match="must grow"):
        Spectrum(np.array([60.0, 50.0]), np.ones(2))
    with pytest.raises(InputError, match="as many shares"):
        Spectrum(np.array([60.0]), np.ones(2))


def test_a_body_without_bone_is_refused():
    scan = lines(phantom.Body((cylinder(0, 60, WATER),)))
    with pytest.raises(InputError, match="nothing in the image exceeds"):
        ct.correct_bone(scan, ct.fbp(scan, grid=GRID), SPECTRUM)
