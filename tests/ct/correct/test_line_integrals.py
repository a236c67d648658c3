import numpy as np
import pytest
from ct_truth import fan, full_turn, half_turn, parallel

from diaphane.ct import ConeBeam, ConeScan, Detector, FanScan, ParallelScan
from diaphane.ct.correct.logarithm import line_integrals
from diaphane.errors import Cancelled, GeometryError, InputError, OptionError, QuantityError
from diaphane.progress import Cancel, listen
from diaphane.units import Quantity

COUNTS = Quantity.COUNTS


def scan_of_counts(counts, flats=1000.0, darks=0.0, n_flats=1):
    """A parallel scan of counts (n_views, n_columns), with one row and constant calibration."""
    counts = np.asarray(counts)[:, None, :]
    shape = (n_flats, *counts.shape[1:])
    flats = None if flats is None else np.broadcast_to(flats, shape)
    darks = None if darks is None else np.broadcast_to(darks, shape)
    beam = parallel(half_turn(len(counts)), counts.shape[2])
    return ParallelScan(counts, beam, COUNTS, flats, darks)


def said(value, code):
    return next((n.values for n in value.history.notices if n.code == f"ct.{code}"), None)


def kinds_of_scan(values, flats, darks):
    n_views, n_rows, n_columns = values.shape
    detector = Detector(n_rows, n_columns, 1.0, 1.0)
    angles = full_turn(n_views)
    yield ParallelScan(values, type(parallel(angles))(angles, detector), COUNTS, flats, darks)
    yield FanScan(values, type(fan(angles))(angles, detector, 200, 300), COUNTS, flats, darks)
    yield ConeScan(values, ConeBeam(angles, detector, 200, 300), COUNTS, flats, darks)


@pytest.mark.parametrize("dtype", [np.uint16, np.float32, np.float64])
def test_line_integrals_of_every_kind_of_scan_are_the_negative_logarithm(dtype):
    rng = np.random.default_rng(2)
    open_beam = rng.uniform(20_000, 40_000, (3, 5))
    truth = rng.uniform(0, 3, (4, 3, 5))
    dark = rng.uniform(50, 100, (3, 5))
    counts = (open_beam * np.exp(-truth) + dark).astype(dtype)
    flats = (open_beam + dark + np.array([-5, 5])[:, None, None]).astype(dtype)
    darks = np.stack([dark, dark]).astype(dtype)
    for scan in kinds_of_scan(counts, flats, darks):
        result = line_integrals(scan)
        assert type(result) is type(scan)
        assert result.quantity is Quantity.LINE_INTEGRAL
        assert result.flats is None
        assert result.darks is None
        assert result.values.dtype == np.float32
        np.testing.assert_allclose(result.values, truth, atol=2e-3 if dtype == np.uint16 else 1e-4)
        assert result.history.notices == ()


def test_the_median_withstands_a_stray_flat_and_the_mean_does_not():
    flats = np.array([1000.0, 1001.0, 999.0, 4000.0])[:, None, None] * np.ones((4, 1, 2))
    scan = ParallelScan(np.full((1, 1, 2), 500.0), parallel(half_turn(1), 2), COUNTS, flats)
    median, mean = line_integrals(scan, average="median"), line_integrals(scan)
    np.testing.assert_allclose(median.values, np.log(1000.5 / 500), rtol=1e-6)
    np.testing.assert_allclose(mean.values, np.log(1750 / 500), rtol=1e-6)


def test_darks_are_0_where_there_are_none_and_a_notice_says_so():
    result = line_integrals(scan_of_counts([[500, 250]], darks=None))
    np.testing.assert_allclose(result.values[0, 0], np.log([2, 4]), rtol=1e-6)
    assert said(result, "no_darks") == {}


def test_a_scan_without_flats_needs_the_counts_of_the_open_beam():
    scan = scan_of_counts([[510, 260]], flats=None, darks=10.0)
    with pytest.raises(InputError, match=r"needs flats .* or the option open_beam_counts"):
        line_integrals(scan)
    result = line_integrals(scan, open_beam_counts=1010)
    np.testing.assert_allclose(result.values[0, 0], np.log([2, 4]), rtol=1e-6)
    assert said(result, "open_beam_assumed") == {"counts": 1010}
    with pytest.raises(InputError, match="the scan has flats, got open_beam_counts = 900"):
        line_integrals(scan_of_counts([[1, 1]]), open_beam_counts=900)


def test_rays_without_counts_get_half_a_count_and_are_told():
    result = line_integrals(scan_of_counts([[5, 12, 29, 510]], flats=1010.0, darks=10.0))
    expected = np.log(1000 / np.array([0.5, 2, 19, 500]))
    np.testing.assert_allclose(result.values[0, 0], expected, rtol=1e-6)
    assert said(result, "no_counts") == {"rays": 1, "percent": 25.0, "counts": 0.5}
    few = said(result, "low_counts")
    assert few == {"rays": 3, "percent": 75.0, "counts": 20, "bias": 0.025}


def test_fractions_of_the_open_beam_are_taken_as_they_are_and_told():
    fractions = [[1.0, 0.5, 1e-4, 0.0]]
    result = line_integrals(scan_of_counts(fractions, flats=1.0))
    expected = -np.log([1.0, 0.5, 1e-4, 1e-6])
    np.testing.assert_allclose(result.values[0, 0], expected, rtol=1e-6)
    assert [n.code for n in result.history.notices] == ["ct.fractions", "ct.no_counts"]


def test_nothing_is_clipped_before_the_average_of_the_darks():
    darks = np.array([0.0, 30.0, 0.0])[:, None, None] * np.ones((3, 1, 1))
    scan = ParallelScan(np.full((1, 1, 1), 510.0), parallel(half_turn(1), 1), COUNTS,
                        np.full((1, 1, 1), 1010.0), darks)  # fmt: skip
    np.testing.assert_allclose(line_integrals(scan).values, np.log(2), rtol=1e-6)


@pytest.mark.parametrize("n", [20, 60])
def test_the_stated_bias_of_the_logarithm_is_the_one_that_noise_makes(n):
    counts = np.random.default_rng(n).poisson(n, (200, 1000))
    values = line_integrals(scan_of_counts(counts)).values
    bias = values.mean(dtype=np.float64) - np.log(1000 / n)
    assert bias == pytest.approx(1 / (2 * n), rel=0.12)


def test_dead_pixels_are_interpolated_along_their_row_and_told():
    n = 100
    truth = np.linspace(0, 2, n)
    counts = 1000 * np.exp(-truth)[None]
    flats = np.full(n, 1000.0)
    dead = [0, 40, 41, 99]
    flats[dead] = 0
    counts[:, dead] = 0
    result = line_integrals(scan_of_counts(counts, flats=flats))
    expected = truth.copy()
    expected[0], expected[99] = truth[1], truth[98]
    np.testing.assert_allclose(result.values[0, 0], expected, atol=1e-6)
    assert said(result, "dead_pixels") == {"pixels": 4, "of": 100}
    assert said(result, "no_counts") is None


def test_work_in_blocks_changes_nothing(monkeypatch):
    scan = scan_of_counts(np.random.default_rng(0).uniform(1, 1000, (7, 5)))
    whole = line_integrals(scan)
    monkeypatch.setattr("diaphane.ct.correct.logarithm._BLOCK", 11)
    np.testing.assert_array_equal(line_integrals(scan).values, whole.values)


def test_counts_that_cannot_be_right_are_refused_in_one_sentence():
    with pytest.raises(InputError, match="check that flats and darks are not swapped"):
        line_integrals(scan_of_counts([[500, 600]], flats=10.0, darks=1000.0))
    with pytest.raises(InputError, match="no ray has any: check that the beam was on"):
        line_integrals(scan_of_counts([[0, 0]]))
    with pytest.raises(InputError, match=r"must be finite, got nan at \(0, 0, 1\)"):
        scan_of_counts([[500, np.nan]])
    with pytest.raises(InputError, match=r"cannot be negative, got -3\.0 at \(0, 0, 0\)"):
        scan_of_counts([[-3.0, 500]])
    with pytest.raises(GeometryError, match="3 angles for 2 views; give one angle per view"):
        ParallelScan(np.ones((2, 1, 4)), parallel(half_turn(3), 4), COUNTS)
    with pytest.raises(GeometryError, match="column_spacing_mm must be > 0, got 0"):
        Detector(1, 4, 1.0, 0)
    with pytest.raises(GeometryError, match="angles_rad must be finite, got nan at view 1"):
        parallel(np.array([0, np.nan]))


def test_line_integrals_of_line_integrals_are_refused():
    once = line_integrals(scan_of_counts([[500, 600]]))
    with pytest.raises(QuantityError, match="must carry counts, got line_integral"):
        line_integrals(once)


@pytest.mark.parametrize("counts", [float("nan"), 0, -5, 1e12])
def test_open_beam_counts_out_of_bounds_are_refused(counts):
    scan = scan_of_counts([[500, 600]], flats=None)
    with pytest.raises(OptionError, match=r"ct\.line_integrals: open_beam_counts"):
        line_integrals(scan, open_beam_counts=counts)


def test_the_logarithm_can_be_stopped():
    cancel = Cancel()
    cancel.set()
    call = line_integrals.bind(scan_of_counts([[500, 600]]))
    with listen(lambda _: None, cancel), pytest.raises(Cancelled):
        call.run()
