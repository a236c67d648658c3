"""Bad pixels, drift, scatter, cut-off views and few counts: undone on scans with known truth."""

from dataclasses import replace

import numpy as np
import pytest
from ct_truth import BODY, Ellipse, half_turn, mean_in, parallel, scan_of

from diaphane import ct, formats
from diaphane.errors import InputError
from diaphane.space import GridOptions
from diaphane.units import Quantity

RNG = np.random.default_rng


def said(value, code):
    return next((n.values for n in value.history.notices if n.code == f"ct.{code}"), None)


@pytest.fixture(scope="module")
def stack():
    """Counts of a body in 12 rows, with flats, darks and gains."""
    lines = scan_of(BODY, parallel(half_turn(60)))
    detector = replace(lines.beam.detector, n_rows=12, center_row=5.5)
    rng = RNG(0)
    gains = 5000 * (1 + 0.05 * rng.normal(size=(12, 161)))
    expected = gains * np.exp(-np.repeat(lines.values, 12, axis=1))
    counts = rng.poisson(expected) + 100.0
    flats, darks = rng.poisson(gains, (5, 12, 161)) + 100.0, np.full((3, 12, 161), 100.0)
    beam = replace(lines.beam, detector=detector)
    return ct.ParallelScan(counts, beam, Quantity.COUNTS, flats, darks)


BAD = [(2, 50), (7, 90), (7, 91), (11, 160), (5, 120)]


def damaged(scan):
    """One dead, two hot, one stuck at the corner, one that flickers."""
    values, flats, darks = (np.array(x) for x in (scan.values, scan.flats, scan.darks))
    for part in (values, flats, darks):
        part[:, 2, 50] = 100
        part[:, 11, 160] = 3000
    values[:, 7, 90:92] += 60_000
    values[:, 5, 120] *= RNG(3).choice([0.2, 1, 5], len(values))
    return replace(scan, values=values, flats=flats, darks=darks)


def test_bad_pixels_are_found_and_mended(stack):
    mended = ct.mend_pixels(damaged(stack))
    assert said(mended, "pixels_mended") == {"found": 5, "given": 0, "of": 12 * 161}
    good = np.ones((12, 161), bool)
    good[tuple(np.transpose(BAD))] = False
    assert np.array_equal(mended.values[:, good], stack.values[:, good].astype(np.float32))
    error = np.abs(mended.values - stack.values)[:, ~good] / stack.values[:, ~good]
    assert np.median(error) < 0.06


def test_a_good_detector_has_no_bad_pixels(stack):
    assert said(ct.mend_pixels(stack), "pixels_mended") is None
    assert said(ct.mend_pixels(ct.line_integrals(stack)), "pixels_mended") is None


def line_scan(ellipses, photons, seed=0):
    """Counts in a single row, with flats."""
    lines = scan_of(ellipses, parallel(half_turn(180), n_columns=241, pitch_mm=0.4), n_subrays=1)
    rng = RNG(seed)
    counts = rng.poisson(photons * np.exp(-lines.values.astype(np.float64)))
    flats = rng.poisson(photons, (10, 1, 241))
    return ct.ParallelScan(counts, lines.beam, Quantity.COUNTS, flats)


@pytest.mark.parametrize("photons", [2_000, 200_000])
@pytest.mark.parametrize("ellipses", [BODY, (Ellipse(0, 0, 32, 32, 0.04),)])
def test_a_good_line_detector_has_no_bad_pixels(ellipses, photons):
    scan = line_scan(ellipses, photons)
    assert said(ct.mend_pixels(scan), "pixels_mended") is None
    assert said(ct.mend_pixels(ct.line_integrals(scan)), "pixels_mended") is None


@pytest.mark.parametrize("level", [0, 600_000])
def test_one_dead_or_hot_pixel_of_a_line_detector_is_found(level):
    scan = line_scan(BODY, 200_000)
    values, flats = np.array(scan.values), np.array(scan.flats)
    values[:, 0, 110] = flats[:, 0, 110] = level
    mended = ct.mend_pixels(replace(scan, values=values, flats=flats))
    assert said(mended, "pixels_mended") == {"found": 1, "given": 0, "of": 241}
    error = np.abs(mended.values - scan.values)[:, 0]
    assert not np.delete(error, 110, axis=1).any()
    assert np.median(error[:, 110] / scan.values[:, 0, 110]) < 0.03


def test_dead_hot_and_flickering_pixels_of_a_line_detector_are_found_together():
    scan = line_scan(BODY, 200_000)
    values, flats = np.array(scan.values), np.array(scan.flats)
    for part in (values, flats):
        part[:, 0, 100:102] = 0
        part[:, 0, 120] = 600_000
        part[:, 0, 140] = RNG(3).uniform(0, 200_000, len(part))
    mended = ct.mend_pixels(replace(scan, values=values, flats=flats))
    assert said(mended, "pixels_mended")["found"] == 4
    assert (mended.values[:, 0, [100, 101, 120, 140]] != values[:, 0, [100, 101, 120, 140]]).all()


def test_given_pixels_are_mended_and_others_left(stack):
    mended = ct.mend_pixels(stack, deviations=None, pixels=[(3, 0), (3, 1)])
    assert said(mended, "pixels_mended")["given"] == 2
    assert (mended.values[:, 3, 2:] == stack.values[:, 3, 2:]).all()
    with pytest.raises(InputError, match=r"got \(12, 0\)"):
        ct.mend_pixels(stack, pixels=[(12, 0)])
    block = [(r, c) for r in range(12) for c in range(60, 80)]
    with pytest.raises(InputError, match="no good pixels on both sides"):
        ct.mend_pixels(stack, deviations=None, pixels=block)


def test_savus_dead_pixel_is_found(data):
    folder = data / "ct" / "savu" / "test_data" / "data" / "image_test"
    scan = formats.read_tiff_folder(
        folder, skip_first_angles=10, skip_last_angles=10, pixel_mm=1.0, center_column=86.0
    )
    mended = ct.mend_pixels(scan)
    assert 1 <= said(mended, "pixels_mended")["found"] < 40
    assert said(ct.line_integrals(mended), "dead_pixels") is None


def test_drift_is_taken_from_the_air_beside_the_body():
    clean = scan_of(BODY, parallel(half_turn(90)))
    drift = 0.05 * np.sin(np.arange(90) / 9)[:, None] + 0.02 * np.linspace(-1, 1, 161)
    dirty = replace(clean, values=(clean.values + drift[:, None]).astype(np.float32))
    mended = ct.normalize_air(dirty, columns=4)
    assert np.abs(mended.values - clean.values).max() < 0.002
    assert said(mended, "drift")["percent"] == pytest.approx(10, abs=0.5)
    one = ct.normalize_air(replace(clean, values=clean.values + np.float32(0.1)), sides="last")
    assert np.abs(one.values - clean.values).max() < 1e-6
    with pytest.raises(InputError, match="must see only air"):
        ct.normalize_air(clean, columns=60)
    with pytest.raises(InputError, match="at most 80"):
        ct.normalize_air(clean, columns=100)


@pytest.mark.parametrize("share", [0.02, 0.2, 0.5])
def test_drift_however_large_is_not_taken_for_a_body(share):
    clean = scan_of(BODY, parallel(half_turn(90)))
    gain = 1 + share * np.sin(np.arange(90) / 9)
    dirty = (clean.values - np.log(gain)[:, None, None]).astype(np.float32)
    mended = ct.normalize_air(replace(clean, values=dirty), columns=4)
    assert np.abs(mended.values - clean.values).max() < 1e-5


@pytest.mark.parametrize("side", ["first", "last"])
def test_a_body_that_moves_into_the_air_is_refused(side):
    clean = scan_of((Ellipse(18, 0, 25, 20, 0.05),), parallel(half_turn(60)))
    assert clean.values[:, :, 1].max() > 1 or clean.values[:, :, -2].max() > 1
    with pytest.raises(InputError, match="must see only air"):
        ct.normalize_air(clean, columns=20, sides=side)
    with pytest.raises(InputError, match="must see only air"):
        ct.normalize_air(clean, columns=1)


def test_uniform_scatter_is_subtracted():
    lines = scan_of((Ellipse(0, 0, 30, 30, 0.05),), parallel(half_turn(60)))
    primary = 1e4 * np.exp(-lines.values)
    scatter = 0.5 * float(np.quantile(primary, 0.02))
    scan = ct.ParallelScan(primary + scatter, lines.beam, Quantity.COUNTS)
    mended = ct.subtract_scatter(scan, fraction=1 / 3)
    error = np.abs(mended.values - primary).max()
    assert error < 0.02 * scatter
    assert 0 < said(mended, "scatter")["percent"] < 30


def test_scatter_that_follows_the_kernel_model_is_undone():
    lines = scan_of((Ellipse(3, 0, 28, 24, 0.05),), parallel(half_turn(40)))
    p = lines.values.astype(np.float64)
    column = np.arange(161)
    kernel = np.exp(-0.5 * ((column - column[:, None]) * 0.5 / 15.0) ** 2)
    kernel /= np.exp(-0.5 * (np.arange(-400, 401) * 0.5 / 15.0) ** 2).sum()
    counts = 1e4 * (np.exp(-p) + 0.4 * (np.exp(-p) * p) @ kernel)
    flats = np.full((1, 1, 161), 1e4)
    scan = ct.ParallelScan(counts, lines.beam, Quantity.COUNTS, flats, 0 * flats)
    mended = ct.subtract_scatter_kernel(scan, amplitude=0.4, width_mm=15.0, rounds=12)

    def middle(s):
        return mean_in(ct.fbp(ct.line_integrals(s)), 3.0, 0.0, 6.0)

    assert middle(scan) < 0.9 * 0.05  # the cup
    assert middle(mended) == pytest.approx(0.05, rel=0.01)
    with pytest.raises(InputError, match="needs flats"):
        ct.subtract_scatter_kernel(replace(scan, flats=None, darks=None))


@pytest.mark.parametrize(("method", "left"), [("water", 0.25), ("cosine", 0.5)])
def test_cut_off_views_are_extended(method, left):
    """Hounsfield errors at the middle and near the rim of the circle that was seen."""
    body = (Ellipse(4, -3, 70, 55, 0.02), Ellipse(-10, 5, 6, 6, 0.004))
    cut = scan_of(body, parallel(half_turn(180), pitch_mm=0.5))
    grid = GridOptions(voxel_mm=1.0, shape=(1, 75, 75))

    def errors(scan):
        image = ct.fbp(scan, grid=grid)
        return np.array(
            [mean_in(image, x, y, 3.0) - t for x, y, t in ((0, -15, 0.02), (33, 0, 0.02))]
        )

    before, extended = errors(cut), ct.extend(cut, method=method)
    assert extended.beam.detector.n_columns == 161 + 2 * 80
    assert said(extended, "extended")["views"] == 180
    assert (np.abs(errors(extended)) < left * np.abs(before)).all(), (errors(extended), before)


def test_a_scan_that_was_not_cut_off_fades_into_air():
    scan = scan_of(BODY, parallel(half_turn(60)))
    extended = ct.extend(scan)
    assert said(extended, "extended")["views"] == 0
    assert np.abs(extended.values[..., :80]).max() < 1e-3
    np.testing.assert_array_equal(extended.values[..., 80:-80], scan.values)
    assert extended.beam.detector.column_mm[80] == scan.beam.detector.column_mm[0]


def test_few_counts_are_averaged_and_their_logarithm_is_less_biased():
    beam = parallel(half_turn(200), n_columns=200)
    expected = np.where(np.arange(200) < 100, 6.0, 500.0)
    counts = RNG(0).poisson(np.broadcast_to(expected, (200, 1, 200))).astype(float)
    scan = ct.ParallelScan(counts, beam, Quantity.COUNTS)
    calm = ct.calm_low_counts(scan, least_counts=40.0)
    assert np.array_equal(calm.values[..., 120:], counts[..., 120:].astype(np.float32))
    assert calm.values[..., 20:80].mean() == pytest.approx(6.0, rel=0.02)
    truth = -np.log(6 / 500)
    bias = [
        ct.line_integrals(s, open_beam_counts=500.0).values[..., 20:80].mean() - truth
        for s in (scan, calm)
    ]
    assert bias[0] > 0.08
    assert abs(bias[1]) < 0.03
    assert said(calm, "counts_averaged")["rays"] > 100 * 190


def test_a_scan_of_free_poses_is_corrected_like_any_other():
    cone = ct.ConeBeam(np.arange(12) * np.pi / 6, ct.Detector(8, 30, 1.0, 1.0), 200.0, 300.0)
    beam = ct.PoseBeam.of(cone)
    rng = RNG(4)
    counts, flats = rng.poisson(500, (12, 8, 30)), rng.poisson(1000, (4, 8, 30))
    counts[:, 3, 7] = 0
    flats[:, 3, 7] = 0
    scan = ct.PoseScan(counts, beam, Quantity.COUNTS, flats, np.zeros((1, 8, 30)))
    mended = ct.mend_pixels(ct.renoise(ct.calm_low_counts(scan)))
    assert said(mended, "pixels_mended")["found"] == 1
    lines = ct.destripe_sorting(ct.line_integrals(mended), width=9)
    assert isinstance(lines, ct.PoseScan)
    assert lines.beam is beam
    assert lines.values.mean() == pytest.approx(np.log(2), rel=0.02)
