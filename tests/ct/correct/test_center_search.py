"""The axis of rotation is found where it is, by every criterion that suits the scan."""

from dataclasses import replace

import numpy as np
import pytest
from ct_truth import BODY, fan, full_turn, half_turn, parallel, scan_of

from diaphane import ct, formats
from diaphane.errors import GeometryError, InputError
from diaphane.units import Quantity


def misplaced(beam, by, noise=0.003):
    scan = scan_of(BODY, beam)
    values = scan.values + np.random.default_rng(0).normal(0, noise, scan.values.shape)
    scan = replace(scan, values=values.astype(np.float32))
    return ct.shift_center(scan, center_column=beam.detector.center_column + by)


@pytest.fixture(scope="module")
def half():
    return misplaced(parallel(half_turn(180), center_column=77.3), 3.0)


@pytest.mark.parametrize(
    ("method", "within"),
    [("mirror", 0.2), ("fourier", 0.15), ("negativity", 0.1), ("l1", 0.1), ("entropy", 0.2)],
)
def test_half_a_turn_of_parallel_rays_tells_the_axis(half, method, within):
    found = ct.find_center(half, method=method)
    assert found.value == pytest.approx(77.3, abs=within)
    assert (found.unit, found.interval) == ("columns", None)


def test_criteria_agree_and_each_answer_is_told(half):
    centered = ct.center(half)
    assert centered.beam.detector.center_column == pytest.approx(77.3, abs=0.1)
    said = {n.code: n.values for n in centered.history.notices}
    found = said["ct.center_found"]
    assert found["opposite"] == "–"
    for name in ("mirror", "fourier", "negativity", "l1", "entropy"):
        assert found[name] == pytest.approx(77.3, abs=0.2)
    assert "ct.center_disagreement" not in said


@pytest.mark.parametrize("kind", [parallel, fan])
def test_a_full_turn_measures_each_ray_twice(kind):
    scan = misplaced(kind(full_turn(240), center_column=83.2), -2.5)
    assert ct.find_center(scan, method="opposite").value == pytest.approx(83.2, abs=0.03)
    agreed = ct.find_center(scan)
    assert agreed.value == pytest.approx(83.2, abs=0.15)
    assert agreed.interval[0] <= 83.2 + 0.05


def test_a_cone_is_searched_in_the_plane_of_its_source():
    flat = misplaced(fan(full_turn(240), center_column=82.4), -2.0)
    detector = replace(flat.beam.detector, n_rows=3, center_row=1.0)
    beam = ct.ConeBeam(flat.beam.angles_rad, detector, 200, 300)
    values = np.concatenate([0 * flat.values, flat.values, 0 * flat.values], axis=1)
    cone = ct.ConeScan(values, beam, Quantity.LINE_INTEGRAL)
    assert ct.find_center(cone, method="opposite").value == pytest.approx(82.4, abs=0.05)
    assert isinstance(ct.center(cone), ct.ConeScan)


def test_the_tooth_is_centered_without_help(data):
    """296.0 by negativity, L1 and entropy on a grid of half columns; 0° and 179° mirrored less."""
    scan = formats.read_data_exchange(data / "ct" / "tomopy_tooth" / "tooth.h5", pixel_mm=1.0)
    centered = ct.center(ct.line_integrals(scan), search_columns=40.0)
    assert centered.beam.detector.center_column == pytest.approx(296.0, abs=0.25)
    said = {n.code: n.values for n in centered.history.notices}
    assert said["ct.mirror_apart"]["off_deg"] == pytest.approx(1.0, abs=0.02)
    found = said["ct.center_found"]
    assert found["mirror"] == pytest.approx(295.5, abs=0.2)
    for name in ("fourier", "negativity", "l1", "entropy"):
        assert found[name] == pytest.approx(296.0, abs=0.25)


def test_what_cannot_be_searched_is_refused(half):
    with pytest.raises(InputError, match="opposite suits this scan"):
        ct.find_center(half, method="opposite")
    with pytest.raises(InputError, match="row must be one of"):
        ct.find_center(half, row=5)
    beside = ct.shift_center(half, center_column=0.0)
    with pytest.raises(GeometryError, match="must lie on the detector"):
        ct.find_center(beside, search_columns=1.0)
