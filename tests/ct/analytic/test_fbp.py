import dataclasses

import numpy as np
import pytest
from ct_truth import (
    BODY,
    FLAT_PLACES,
    Ellipse,
    curved_fan,
    fan,
    full_turn,
    half_turn,
    line_integrals,
    mean_in,
    parallel,
    scan_of,
)
from scipy.interpolate import RegularGridInterpolator

from diaphane.ct import Detector, FanBeam, FanScan, ParallelBeam, ParallelScan
from diaphane.ct.analytic.filtered_backprojection import fbp
from diaphane.ct.analytic.ramp import filter_block, row_response
from diaphane.ct.analytic.redundancy import ray_weights
from diaphane.errors import Cancelled, GeometryError, OptionError, QuantityError
from diaphane.progress import Cancel, listen
from diaphane.space import GridOptions
from diaphane.units import Quantity

BEAMS = {
    "parallel, half a turn, odd": lambda **k: parallel(half_turn(360), 161, **k),
    "parallel, half a turn, even": lambda **k: parallel(half_turn(361), 160, **k),
    "parallel, full turn": lambda **k: parallel(full_turn(600), 161, **k),
    "fan, odd": lambda **k: fan(full_turn(601), 161, **k),
    "fan, even": lambda **k: fan(full_turn(600), 160, **k),
    "curved fan, odd": lambda **k: curved_fan(full_turn(601), 161, **k),
    "curved fan, even": lambda **k: curved_fan(full_turn(600), 160, **k),
}


def assert_all_places_right(image, tolerance=2e-5):
    for (x, y), truth in FLAT_PLACES.items():
        assert mean_in(image, x, y, 2.0) == pytest.approx(truth, abs=tolerance), (x, y)


def codes(image):
    return [n.code for n in image.history.notices]


def said(image, code):
    return next(n.values for n in image.history.notices if n.code == f"ct.{code}")


def rows_of(scan, values):
    """The same views on a detector of several rows."""
    n_rows = values.shape[1]
    detector = dataclasses.replace(scan.beam.detector, n_rows=n_rows, center_row=(n_rows - 1) / 2)
    beam = dataclasses.replace(scan.beam, detector=detector)
    return type(scan)(values, beam, scan.quantity)


def reference(scan, image, window="hann"):
    """Filtered backprojection as the books write it: voxel by voxel, in float64."""
    beam = scan.beam
    detector, is_fan = beam.detector, isinstance(beam, FanBeam)
    is_curved = detector.shape == "curved"
    distance = beam.source_to_axis_mm if is_fan else np.inf
    s = detector.column_mm / (beam.magnification if is_fan else 1.0)
    cosines = np.cos(s / distance) if is_curved else 1 / np.sqrt(1 + (s / distance) ** 2)
    response = row_response(
        detector.n_columns,
        s[1] - s[0],
        window=window,
        step_rad=(s[1] - s[0]) / distance if is_curved else 0.0,
    )
    filtered = filter_block(scan.values * cosines, response).astype(np.float64)
    n_slices, ny, nx = image.grid.shape
    index = np.stack(np.meshgrid([0], np.arange(ny), np.arange(nx), indexing="ij"), -1)
    x, y = np.moveaxis(image.grid.to_mm(index)[0, ..., :2], -1, 0)
    values = np.zeros(image.values.shape)
    for beta, rows in zip(beam.angles_rad, filtered):
        away = 1 - (x * np.sin(beta) - y * np.cos(beta)) / distance
        place = (x * np.cos(beta) + y * np.sin(beta)) / away
        if is_curved:
            away = np.hypot(away, away * place / distance)
            place = distance * np.arctan(place / distance)
        for z in range(n_slices):
            values[z] += np.interp(place, s, rows[z], 0, 0) / away**2
    edge = min(-s[0], s[-1])
    radius = edge
    if is_fan:
        radius = distance * np.sin(edge / distance if is_curved else np.arctan(edge / distance))
    return values * np.pi / beam.n_views * (np.hypot(x, y) <= radius)


@pytest.mark.parametrize("name", BEAMS)
def test_every_place_of_an_asymmetric_body_has_its_attenuation(name):
    image = fbp(scan_of(BODY, BEAMS[name]()))
    assert image.quantity is Quantity.ATTENUATION
    assert_all_places_right(image)


@pytest.mark.parametrize("name", BEAMS)
def test_an_axis_of_rotation_beside_the_middle_of_the_detector_changes_nothing(name):
    image = fbp(scan_of(BODY, BEAMS[name](center_column=74.3)))
    assert_all_places_right(image)


@pytest.mark.parametrize("name", BEAMS)
def test_a_small_disc_is_found_where_it_is_on_any_grid(name):
    scan = scan_of([Ellipse(11.2, -7.7, 1.5, 1.5, 0.02)], BEAMS[name]())
    for shape, center in [((1, 40, 41), (10.0, -8.0, 0.0)), ((1, 63, 50), (12.13, -6.4, 0.0))]:
        image = fbp(scan, grid=GridOptions(voxel_mm=0.25, shape=shape, center_mm=center))
        assert image.grid.shape == shape
        index = np.stack(np.meshgrid(*(np.arange(n) for n in shape), indexing="ij"), -1)
        weights = image.values[..., None] * (image.values[..., None] > 0.004)
        found = (image.grid.to_mm(index) * weights).sum((0, 1, 2)) / weights.sum()
        np.testing.assert_allclose(found[:2], (11.2, -7.7), atol=0.01)


@pytest.mark.parametrize("n_rows", [1, 3, 9])
@pytest.mark.parametrize("name", ["parallel, half a turn, even", "fan, odd", "curved fan, even"])
def test_the_kernels_do_what_the_books_write(name, n_rows):
    beam = BEAMS[name](center_column=78.6)
    noise = np.random.default_rng(n_rows).normal(size=(beam.n_views, n_rows, 1))
    scan = scan_of(BODY, beam)
    scan = rows_of(scan, (scan.values * (1 + noise)).astype(np.float32))
    image = fbp(scan)
    expected = reference(scan, image)
    assert image.grid.shape[0] == n_rows
    np.testing.assert_allclose(image.values, expected, atol=2e-4 * np.abs(expected).max())


def test_a_stack_of_more_than_one_slab_equals_its_slices():
    scan = scan_of(BODY, parallel(half_turn(40), 60, 1.2))
    factors = np.linspace(0.5, 2, 71, dtype=np.float32)[:, None]
    image = fbp(rows_of(scan, scan.values * factors))
    single = fbp(scan)
    for z in (0, 6, 63, 64, 70):
        np.testing.assert_allclose(image.values[z], single.values[0] * factors[z], atol=1e-6)


def test_uneven_views_in_any_order_count_by_their_arcs():
    rng = np.random.default_rng(5)
    even = np.arange(900) * np.pi / 450
    for make in (parallel, fan):
        angles = rng.permutation(even + rng.uniform(-0.49, 0.49, 900) * np.pi / 450)
        angles[::2] += 2 * np.pi
        thinned = angles[(np.mod(angles, 2 * np.pi) > np.pi) | (rng.random(900) > 0.5)]
        assert_all_places_right(fbp(scan_of(BODY, make(angles))), 6e-5)
        assert_all_places_right(fbp(scan_of(BODY, make(thinned))), 1.5e-4)


def test_half_a_turn_and_a_full_turn_of_parallel_rays_give_one_picture():
    half = fbp(scan_of(BODY, parallel(half_turn(300))))
    full = fbp(scan_of(BODY, parallel(full_turn(600))))
    both_ends = fbp(scan_of(BODY, parallel(np.linspace(0, np.pi, 301))))
    assert codes(half) == codes(full) == codes(both_ends) == ["ct.field_of_view"]
    np.testing.assert_allclose(full.values, half.values, atol=2e-5)
    np.testing.assert_allclose(both_ends.values, half.values, atol=2e-5)


def test_a_hole_in_half_a_turn_of_parallel_rays_is_told():
    angles = half_turn(180)
    image = fbp(scan_of(BODY, parallel(angles[(angles < 2) | (angles > 2.5)])))
    assert said(image, "angles_missing") == {"holes": 1, "missing_deg": 30.0}


@pytest.mark.parametrize(
    "is_kept",
    [
        lambda degrees: degrees < 216,  # a short scan: half a turn and the fan
        lambda degrees: (degrees < 60) | (degrees > 100),
        lambda degrees: (degrees < 40) | ((degrees > 70) & (degrees < 115)) | (degrees > 170),
    ],
)
def test_a_fan_with_holes_is_right_where_every_ray_was_measured_from_one_side(is_kept):
    angles = full_turn(720)
    image = fbp(scan_of(BODY, fan(angles[is_kept(np.rad2deg(angles))])))
    assert codes(image) == ["ct.field_of_view"]
    assert_all_places_right(image, 1.5e-4)


@pytest.mark.parametrize("make", [fan, curved_fan])
@pytest.mark.parametrize("extra_deg", [0, 20])
def test_a_short_scan_of_half_a_turn_and_the_fan_is_right(make, extra_deg):
    fan_rad = np.ptp(make(full_turn(1)).fan_rad)
    angles = np.arange(0.7, 0.7 + np.pi + fan_rad + np.deg2rad(extra_deg), np.pi / 360)
    image = fbp(scan_of(BODY, make(angles)))
    assert codes(image) == ["ct.field_of_view"]
    assert_all_places_right(image, 1.5e-4)


@pytest.mark.parametrize("make", [parallel, fan, curved_fan])
@pytest.mark.parametrize("center_column", [21.2, 105.8])
def test_a_detector_to_one_side_sees_the_whole_body_in_a_full_turn(make, center_column):
    beam = make(full_turn(720), 128, center_column=center_column)
    image = fbp(scan_of(BODY, beam))
    assert said(image, "offset_detector")["percent"] == 20
    assert "ct.truncated" not in codes(image)
    assert_all_places_right(image, 1.5e-4)


@pytest.mark.parametrize("make", [parallel, fan, curved_fan])
def test_a_detector_to_one_side_with_a_short_scan_is_refused(make):
    beam = make(np.arange(0, 4.2, 0.02), 128, center_column=21.2)
    with pytest.raises(GeometryError, match=r"one side .* needs views around the full circle"):
        fbp(scan_of(BODY, beam))


def test_rays_of_a_fan_that_were_measured_from_no_side_are_told():
    angles = full_turn(720)
    image = fbp(scan_of(BODY, fan(angles[angles < 2.5])))
    missing = said(image, "rays_missing")["percent"]
    assert missing == pytest.approx(100 * (np.pi - 2.5) / np.pi, abs=2.0)


@pytest.mark.parametrize("make", [fan, curved_fan])
@pytest.mark.parametrize("kept_rad", [4.2, 4.5, 5.9])
def test_weights_of_a_ray_and_of_the_ray_that_runs_back_add_up_to_one_arc(make, kept_rad):
    angles = full_turn(720)
    beam = make(angles[(angles < kept_rad)], 161)
    weights = ray_weights(beam) / (2 * np.pi / 720)
    fan_rad = beam.fan_rad
    interpolate = RegularGridInterpolator((beam.angles_rad, fan_rad), weights, bounds_error=False)
    back = beam.angles_rad[:, None] + np.pi - 2 * fan_rad
    back_weights = np.nan_to_num(
        interpolate(np.stack([np.mod(back, 2 * np.pi), np.broadcast_to(-fan_rad, back.shape)], -1))
    )
    inner = slice(2, -2)  # next to a hole, a view stands for half a gap more
    np.testing.assert_allclose((weights + back_weights)[inner], 1, atol=5e-3)


def test_water_is_flat_within_1_hu_at_the_center_and_at_the_edge():
    water = [Ellipse(0.0, 0.0, 100.0, 100.0, 0.02)]
    wide = FanBeam(full_turn(720), Detector(1, 441, 1.0, 0.8), 500, 800)
    for beam in (parallel(full_turn(720), 441), wide):
        image = fbp(scan_of(water, beam, 9), window="ram-lak")
        for x, y in ((0, 0), (50, 0), (0, -93), (93, 0), (-65, 65)):
            assert abs(1000 * (mean_in(image, x, y, 5.0) / 0.02 - 1)) < 1, (beam, x, y)


def test_slices_lie_at_the_heights_of_the_rows():
    scan = scan_of(BODY, parallel(half_turn(90), 80, 1.0))
    factors = np.array([1, 2, 4, 8], np.float32)[:, None]
    stack = rows_of(scan, scan.values * factors)
    single = fbp(scan).values[0]
    np.testing.assert_allclose(fbp(stack).grid.to_mm([[0, 0, 0], [3, 0, 0]])[:, 2], [-1.5, 1.5])
    between = GridOptions(voxel_mm=1.0, shape=(6, 80, 80), center_mm=(0, 0, 0.25))
    image = fbp(stack, grid=between)  # z = -2.25, -1.25, ..., 2.75
    for z, factor in enumerate([0, 1.25, 2.5, 5, 8, 0]):
        np.testing.assert_allclose(image.values[z], factor * single, atol=2e-6)
    assert said(image, "slices_not_seen") == {"slices": 2, "of": 6}


def test_smoother_windows_and_lower_cutoffs_let_less_noise_pass():
    beam = parallel(half_turn(200), 100)
    noise = np.random.default_rng(0).normal(size=(200, 1, 100)).astype(np.float32)
    scan = ParallelScan(noise, beam, Quantity.LINE_INTEGRAL)
    windows = ["ram-lak", "shepp-logan", "cosine", "hamming", "hann"]
    noises = [fbp(scan, window=w).values.std() for w in windows]
    noises += [fbp(scan, cutoff=c).values.std() for c in (0.7, 0.4)]
    assert noises == sorted(noises, reverse=True)
    assert noises[0] > 4 * noises[-1]


def test_only_the_circle_that_every_view_saw_is_filled():
    ones = np.ones((90, 1, 50), np.float32)
    for beam, radius in (
        (parallel(half_turn(90), 50, 1.0, center_column=20.0), 20.0),
        (fan(full_turn(90), 50, 1.0, center_column=20.0), 200 * np.sin(np.arctan(30 / 300))),
    ):
        kind = FanScan if isinstance(beam, FanBeam) else ParallelScan
        image = fbp(kind(ones, beam, Quantity.LINE_INTEGRAL))
        index = np.stack(np.meshgrid([0], np.arange(50), np.arange(50), indexing="ij"), -1)
        far = np.linalg.norm(image.grid.to_mm(index)[..., :2], axis=-1)
        assert (image.values[far > radius] == 0).all()
        assert (image.values[far < radius - 0.01] != 0).all()
        assert image.history.notices[0].values == {"radius_mm": round(radius, 1)}


def test_a_body_beyond_the_detector_is_told():
    image = fbp(scan_of(BODY, parallel(half_turn(180), 90)))
    assert said(image, "truncated")["views"] in range(20, 181)


def test_scans_that_cannot_be_reconstructed_are_refused_in_one_sentence():
    values = np.ones((360, 1, 11), np.float32)
    degrees = ParallelScan(values, parallel(np.arange(360.0), 11), Quantity.LINE_INTEGRAL)
    with pytest.raises(GeometryError, match=r"radians .* got 0 to 359: give degrees through"):
        fbp(degrees)
    unseen = parallel(half_turn(360), 11, center_column=10.5)
    with pytest.raises(GeometryError, match=r"first column 0 and its last, 10, got 10\.5"):
        fbp(ParallelScan(values, unseen, Quantity.LINE_INTEGRAL))
    counts = ParallelScan(values, parallel(half_turn(360), 11), Quantity.COUNTS)
    with pytest.raises(QuantityError, match="must carry line_integral, got counts"):
        fbp(counts)


@pytest.mark.parametrize(
    "options", [{"cutoff": float("nan")}, {"cutoff": 0}, {"window": "box"}, {"grid": {"voxel": 1}}]
)
def test_options_out_of_their_bounds_are_refused(options):
    scan = scan_of(BODY, parallel(half_turn(4), 11))
    with pytest.raises(OptionError, match=f"ct.fbp: {next(iter(options))}"):
        fbp(scan, **options)


def test_reconstruction_can_be_stopped():
    cancel = Cancel()
    cancel.set()
    call = fbp.bind(scan_of(BODY, parallel(half_turn(4), 11)))
    with listen(lambda _: None, cancel), pytest.raises(Cancelled):
        call.run()


def test_line_integrals_of_the_tests_own_body_add_up_to_its_mass():
    beam = parallel(half_turn(3), 161)
    areas = sum(e.per_mm * np.pi * e.half_x_mm * e.half_y_mm for e in BODY)
    masses = line_integrals(BODY, beam)[:, 0].sum(axis=1) * 0.5
    np.testing.assert_allclose(masses, areas, rtol=1e-3)
    assert isinstance(beam, ParallelBeam)
