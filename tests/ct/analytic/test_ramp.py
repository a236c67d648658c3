from typing import get_args

import numpy as np
import pytest
from scipy.signal import windows

from diaphane.chain.words import room_words
from diaphane.ct.analytic.ramp import filter_rows, ramp_response
from diaphane.ct.analytic.windows import Window, window_of
from diaphane.errors import Cancelled, GeometryError, OptionError
from diaphane.progress import Cancel, listen

WINDOWS: tuple[Window, ...] = get_args(Window)


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
    assert response[0] == pytest.approx(ramp[0], rel=1e-7)
    assert response[1] == pytest.approx(ramp[1], rel=0.01)
    np.testing.assert_allclose(response[:129], ramp[:129] * window_of(window, np.arange(129) / 128))
    assert (response[129:] == 0).all()


@pytest.mark.parametrize(
    ("name", "theirs"),
    [
        ("tukey", ("tukey", 0.5)),
        ("cosine", "cosine"),
        ("kaiser", ("kaiser", 4.0)),
        ("lanczos", "lanczos"),
        ("hamming", "hamming"),
        ("triangular", "bartlett"),
        ("bartlett-hann", "barthann"),
        ("hann", "hann"),
        ("gaussian", ("gaussian", 0.4 * 500)),
        ("blackman", "blackman"),
        ("blackman-nuttall", "nuttall"),
        ("blackman-harris", "blackmanharris"),
        ("flat-top", "flattop"),
    ],
)
def test_windows_are_the_right_halves_of_scipys(name, theirs):
    samples = windows.get_window(theirs, 1001, fftbins=False)[500:]
    # SciPy's cosine ends one and a half samples later.
    np.testing.assert_allclose(
        window_of(name, np.arange(501) / 500), samples, atol=2e-3 if name == "cosine" else 1e-5
    )


def test_windows_without_a_like_there_are_what_their_names_say():
    x = np.linspace(0, 1, 7)
    np.testing.assert_allclose(window_of("shepp-logan", x), np.sinc(x / 2))
    np.testing.assert_allclose(window_of("welch", x), 1 - x**2)
    np.testing.assert_allclose(window_of("butterworth", np.array([0, 0.5, 1])), [1, 0.5, 1 / 257])
    np.testing.assert_allclose(window_of("nuttall", np.array([0, 1.0])), [1, 0], atol=1e-12)
    bump = np.convolve(np.ones(251), np.ones(251))  # Parzen's is a cubic spline
    np.testing.assert_allclose(
        window_of("parzen", np.arange(501) / 500),
        np.convolve(bump, bump)[500:] / np.convolve(bump, bump).max(),
        atol=6e-3,
    )


def noise_of(window):
    """The standard deviation of white noise behind the filter, relative to that behind ram-lak."""
    x = (np.arange(2000) + 0.5) / 2000
    return float(np.sqrt(3 * np.mean((x * window_of(window, x)) ** 2)))


def test_windows_are_ordered_by_the_noise_that_passes():
    passed = [noise_of(w) for w in WINDOWS]
    assert passed == sorted(passed, reverse=True)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("window", WINDOWS[1:])
def test_the_words_tell_how_much_noise_passes(window, language):
    rows = np.random.default_rng(2).normal(size=(200, 512))
    seen = filter_rows(rows, 1.0, window=window).std() / filter_rows(rows, 1.0).std()
    words = room_words("ct", language)["options"]["window"]["values"][window]
    assert f" {100 * noise_of(window):.0f} % " in words
    assert abs(seen - noise_of(window)) < 0.01


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
