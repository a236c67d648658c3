"""Stripes: taken out of scans whose truth is known, and of a real one with dead columns."""

from dataclasses import replace

import numpy as np
import pytest
from ct_truth import BODY, half_turn, parallel, scan_of
from PIL import Image as PillowImage

from diaphane import ct
from diaphane.ct.correct.stripes import stripe_strength
from diaphane.ct.correct.wavelets import analyze, scaling_filter, synthesize
from diaphane.errors import InputError
from diaphane.space import GridOptions
from diaphane.units import Quantity


@pytest.fixture(scope="module")
def clean():
    scan = scan_of(BODY, parallel(half_turn(300), n_columns=501, pitch_mm=0.18), n_subrays=1)
    noise = np.random.default_rng(1).normal(0, 0.004, scan.values.shape)
    return replace(scan, values=(scan.values + noise).astype(np.float32))


def striped(scan, offsets):
    values = scan.values.copy()
    for column, offset in offsets.items():
        values[:, 0, column] += np.float32(offset)
    return replace(scan, values=values)


NARROW = {110: 0.2, 217: -0.15, 218: -0.15, 300: 0.1, 341: -0.2}


def error(scan, truth):
    """How far the slice is from the one without stripes, in 1/mm."""
    grid = GridOptions(voxel_mm=0.3, shape=(1, 260, 260))
    difference = ct.fbp(scan, grid=grid).values - ct.fbp(truth, grid=grid).values
    return float(np.sqrt(np.mean(difference**2)))


@pytest.mark.parametrize(
    ("method", "left"),
    [
        (ct.destripe_sorting, 0.45),
        (ct.destripe_filtering, 0.6),
        (ct.destripe_fitting, 0.75),
        (ct.destripe_wavelet, 0.6),
        (ct.destripe_large, 0.45),
        (ct.destripe, 0.5),
    ],
)
def test_narrow_stripes_are_taken_out_and_the_body_stays(clean, method, left):
    dirty = striped(clean, NARROW)
    mended = method(dirty)
    assert error(mended, clean) < left * error(dirty, clean)
    assert stripe_strength(mended) < 0.5 * stripe_strength(dirty)
    (said,) = [n for n in mended.history.notices if n.code == "ct.stripes"]
    assert said.values["after"] < said.values["before"]
    assert mended.beam is dirty.beam


@pytest.mark.parametrize("method", [ct.destripe_large, ct.destripe_dead])
def test_a_scan_without_stripes_is_left_alone(clean, method):
    assert error(method(clean), clean) < 0.0001


def test_a_wide_stripe_needs_the_method_for_wide_ones(clean):
    dirty = striped(clean, dict.fromkeys(range(280, 300), 0.2))
    assert error(ct.destripe_large(dirty, width=81), clean) < 0.5 * error(dirty, clean)
    assert error(ct.destripe_sorting(dirty, width=9), clean) > 0.6 * error(dirty, clean)


def test_dead_columns_are_found_and_interpolated(clean):
    values = clean.values.copy()
    values[:, 0, 270:272] = 0.3
    dirty = replace(clean, values=values)
    mended = ct.destripe_dead(dirty)
    assert error(mended, clean) < 0.1 * error(dirty, clean)
    (said,) = [n for n in mended.history.notices if n.code == "ct.columns_interpolated"]
    assert 2 <= said.values["columns"] <= 6
    untouched = np.delete(np.arange(501), np.arange(266, 276))
    assert np.array_equal(mended.values[..., untouched], clean.values[..., untouched])


def test_a_real_sinogram_has_fewer_rings(data):
    """Neutrons, 459 views of 503 columns: the deviation of column means from their median."""
    path = data / "ct" / "sarepy" / "sinogram_360_neutron_image.tif"
    with PillowImage.open(path) as picture:
        counts = np.asarray(picture, np.float32)[:, None]
    beam = ct.ParallelBeam(np.linspace(0, 2 * np.pi, len(counts)), ct.Detector(1, 503, 1.0, 1.0))
    scan = ct.ParallelScan(counts, beam, Quantity.COUNTS)
    logarithms = ct.line_integrals(scan, open_beam_counts=47_620.0)
    before = stripe_strength(logarithms)
    assert before == pytest.approx(0.13, abs=0.01)
    for method in (ct.destripe_sorting, ct.destripe_filtering, ct.destripe_dead, ct.destripe):
        assert stripe_strength(method(logarithms)) < 0.05 * before


@pytest.mark.parametrize("wavelet", ["haar", "db2", "db5", "db10"])
def test_a_wavelet_transform_gives_back_what_it_was_given(wavelet):
    picture = np.random.default_rng(0).normal(size=(37, 53)).astype(np.float32)
    coarse, details = analyze(picture, 3, wavelet)
    again = synthesize(coarse, details, wavelet)[:37, :53]
    np.testing.assert_allclose(again, picture, atol=5e-6)


def test_daubechies_filters_are_the_published_ones():
    published = [0.4829629131, 0.8365163037, 0.2241438680, -0.1294095226]
    np.testing.assert_allclose(scaling_filter(2), published, atol=1e-9)
    for n in (1, 2, 5, 10):
        taps = scaling_filter(n)
        lags = np.correlate(taps, taps, "full")[2 * n - 1 :: 2]
        np.testing.assert_allclose(lags, [1] + [0] * (n - 1), atol=1e-7)


def test_scans_too_small_for_a_method_are_refused(clean):
    few = replace(
        clean, values=clean.values[:4], beam=parallel(half_turn(4), n_columns=501, pitch_mm=0.18)
    )
    with pytest.raises(InputError, match="at least 8 views, got 4"):
        ct.destripe_sorting(few)
    narrow = scan_of(BODY, parallel(half_turn(20), n_columns=61))
    with pytest.raises(InputError, match="301 columns together"):
        ct.destripe_sorting(narrow, width=301)
    with pytest.raises(InputError, match="order must be <"):
        ct.destripe_fitting(few, order=6)
