import numpy as np
import pytest

from diaphane.ct.analytic.ramp import Window, filter_rows, ramp_response
from diaphane.errors import Cancelled, GeometryError, OptionError
from diaphane.progress import Cancel, listen

WINDOWS: list[Window] = ["ram-lak", "shepp-logan", "cosine", "hamming", "hann"]


def convolved(row, spacing_mm):
    """The definition, sample by sample: Kak and Slaney, equations 61 and 66."""
    n = len(row)
    result = np.zeros(n)
    for i in range(n):
        for j in range(n):
            d = i - j
            if d == 0:
                h = 1 / (4 * spacing_mm**2)
            elif d % 2:
                h = -1 / (np.pi * d * spacing_mm) ** 2
            else:
                h = 0
            result[i] += spacing_mm * h * row[j]
    return result


@pytest.mark.parametrize("n", [1, 2, 7, 32, 45])
def test_filtering_is_the_convolution_with_the_band_limited_kernel(n):
    rows = np.random.default_rng(3).normal(size=(3, n))
    filtered = filter_rows(rows, 0.7)
    assert filtered.dtype == np.float32
    for row, ours in zip(rows, filtered):
        np.testing.assert_allclose(ours, convolved(row, 0.7), atol=2e-6)


@pytest.mark.parametrize("window", WINDOWS)
def test_a_window_leaves_low_frequencies_and_stops_at_the_cutoff(window):
    response = ramp_response(512, window=window, cutoff=0.5)
    ramp = ramp_response(512)
    assert response[0] == ramp[0]
    np.testing.assert_allclose(response[1:12], ramp[1:12], rtol=0.02)
    assert (response[129:] == 0).all()


def test_windows_are_ordered_from_sharp_to_smooth():
    at_half = [ramp_response(512, window=w)[128] for w in WINDOWS]
    assert at_half == sorted(at_half, reverse=True)


def test_the_response_grows_as_the_frequency():
    np.testing.assert_allclose(ramp_response(4096), np.arange(2049) / 4096, atol=1.1e-4)


def test_many_rows_in_blocks_equal_each_row_alone(monkeypatch):
    rows = np.random.default_rng(1).normal(size=(5, 7, 20)).astype(np.float32)
    whole = filter_rows(rows, 1.0, window="hann")
    monkeypatch.setattr("diaphane.ct.analytic.ramp._BLOCK", 120)
    blocks = filter_rows(rows, 1.0, window="hann")
    assert whole.shape == rows.shape
    np.testing.assert_allclose(blocks, whole, atol=1e-6)


def test_filtering_can_be_stopped():
    cancel = Cancel()
    cancel.set()
    with listen(lambda _: None, cancel), pytest.raises(Cancelled):
        filter_rows(np.ones((2, 4)), 1.0)


def test_what_cannot_be_filtered_is_refused():
    with pytest.raises(GeometryError, match="spacing_mm must be > 0, got 0"):
        filter_rows(np.ones((2, 4)), 0)
    with pytest.raises(OptionError, match="cutoff must be above 0 and at most 1, got nan"):
        filter_rows(np.ones((2, 4)), 1.0, cutoff=float("nan"))
