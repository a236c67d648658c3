"""Local thresholds against their formulas taken literally, and against scikit-image."""

import numpy as np
import pytest
from scipy import ndimage

from diaphane import segment
from diaphane.errors import InputError
from diaphane.image import Labels

STEPS = {
    "local_mean": {},
    "niblack": {"k": 0.3},
    "sauvola": {"deviation": 40.0},
    "wolf": {},
    "phansalkar": {},
    "bernsen": {},
    "local_gaussian": {},
    "local_median": {},
}


def _values(dtype=np.float32, shape=(4, 24, 31), seed=0):
    rng = np.random.default_rng(seed)
    smooth = ndimage.gaussian_filter(rng.normal(size=shape), 1.5)
    return (100 + 300 * smooth + rng.normal(0, 3, shape)).clip(0, 250).astype(dtype)


def _literally(name, values, known, half, side="above"):
    """Every window gathered, every formula as it is printed."""
    pad = [(h, h) for h in half]
    wide = np.pad(values.astype(np.float64), pad, mode="reflect")
    known_wide = np.pad(known, pad, mode="reflect")
    size = tuple(2 * h + 1 for h in half)
    windows = np.lib.stride_tricks.sliding_window_view(wide, size)
    inside = np.lib.stride_tricks.sliding_window_view(known_wide, size)
    seen = values[known].astype(np.float64)
    low, high = min(0.0, seen.min()), seen.max()
    places = list(np.ndindex(values.shape))
    parts = {i: windows[i][inside[i]] for i in places if known[i]}
    most = max(part.std() for part in parts.values())
    out = np.zeros(values.shape, bool)
    bell = np.ones(1)
    for h in half:
        w = np.exp(-4.5 * (np.arange(-h, h + 1) / max(h, 1)) ** 2)
        bell = np.multiply.outer(bell, w)
    bell = bell[0]
    for i, part in parts.items():
        m, s = part.mean(), part.std()
        unit = (m - low) / (high - low)
        middle = (part.min() + part.max()) / 2
        t = {
            "local_mean": m,
            "niblack": m + 0.3 * s,
            "sauvola": low + (m - low) * (1 + 0.2 * (s / 40 - 1)),
            "wolf": m + 0.5 * (s / most - 1) * (m - seen.min()),
            "phansalkar": low + (high - low) * unit * (
                1 + 2 * np.exp(-10 * unit) + 0.25 * (s / (high - low) / 0.5 - 1)
            ),
            "bernsen": middle,
            "local_gaussian": np.average(windows[i][inside[i]], weights=bell[inside[i]]),
            "local_median": np.median(part),
        }[name]  # fmt: skip
        is_bright = values[i] > t
        if name == "bernsen" and np.ptp(part) < 15:
            is_bright = middle > (seen.min() + seen.max()) / 2
        out[i] = is_bright == (side == "above")
    return out


@pytest.mark.parametrize("name", STEPS)
@pytest.mark.parametrize(("across", "half"), [("slice", (0, 2, 4)), ("volume", (1, 2, 4))])
@pytest.mark.parametrize("is_masked", [False, True])
def test_labels_are_those_of_the_formula_with_voxels_of_three_sizes(
    image_of, name, across, half, is_masked
):
    values = _values()
    image = image_of(values, voxel_mm=(3.0, 2.0, 1.0))  # 9.5 mm are 3, 4.75 and 9.5 voxels
    known = np.ones(values.shape, bool)
    within = None
    if is_masked:
        known = np.random.default_rng(1).random(values.shape) > 0.3
        known[:, :9, :9] = False
        within = Labels(known.astype(np.uint8), image.grid)
        image = image_of(np.where(known, values, np.nan), voxel_mm=(3.0, 2.0, 1.0))
    for side in ("above", "below"):
        labels = getattr(segment, name)(
            image, within, window=9.5, across=across, side=side, **STEPS[name]
        )
        expected = _literally(name, values, known, half, side)
        assert (labels.values != expected).sum() <= 1  # a value that equals its threshold


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.int16, np.float32, np.float64])
def test_niblack_and_sauvola_are_scikit_images(image_of, dtype):
    filters = pytest.importorskip("skimage.filters")
    values = _values(dtype, (1, 90, 73))[0]
    image = image_of(values)
    for ours, theirs in (
        (segment.sauvola(image, window=15.0, deviation=50.0),
         filters.threshold_sauvola(values.astype(np.float64), 15, r=50.0)),
        (segment.niblack(image, window=15.0), filters.threshold_niblack(values.astype(float), 15)),
        (segment.local_gaussian(image, window=15.0),
         filters.threshold_local(values.astype(float), 15, "gaussian", mode="mirror",
                                 param=7 / 3)),
        (segment.local_median(image, window=15.0),
         filters.threshold_local(values.astype(float), 15, "median", mode="mirror")),
    ):  # fmt: skip
        different = ours.values[0] != (values > theirs)
        assert different.mean() < 0.002


@pytest.mark.parametrize("name", ["niblack", "local_mean", "wolf"])
def test_a_large_offset_in_float32_changes_nothing(image_of, name):
    values = np.round(_values() * 4) / 4
    far = (values + 1_000_000).astype(np.float32)
    a = getattr(segment, name)(image_of(values), window=7.0)
    b = getattr(segment, name)(image_of(far), window=7.0)
    assert (a.values != b.values).sum() <= 2


def test_large_slices_are_cut_by_several_threads(image_of):
    values = _values(np.float32, (1, 700, 601))
    whole = segment.sauvola(image_of(values), window=25.0, deviation=40.0)
    part = segment.sauvola(image_of(values[:, 200:500, 100:500]), window=25.0, deviation=40.0)
    np.testing.assert_array_equal(whole.values[:, 220:480, 120:480], part.values[:, 20:-20, 20:-20])


def test_windows_that_do_not_fit_are_refused(image_of):
    image = image_of(_values(), voxel_mm=(3.0, 2.0, 1.0))
    with pytest.raises(InputError, match=r"window must span at least two rows of 2 mm, got 1.5 mm"):
        segment.sauvola(image, window=1.5)
    with pytest.raises(InputError, match=r"not be larger than the image, 31 columns of 1 mm"):
        segment.bernsen(image, window=40.0)
    with pytest.raises(InputError, match=r"larger than the image, 4 slices of 3 mm"):
        segment.local_mean(image, window=20.0, across="volume")


def test_nan_and_flat_images_are_refused_where_they_mean_nothing(image_of):
    values = _values()
    values[1, 2, 3] = np.nan
    with pytest.raises(InputError, match=r"finite values, got nan at \(1, 2, 3\)"):
        segment.niblack(image_of(values), window=5.0)
    flat = image_of(np.full((1, 20, 20), 7.0))
    with pytest.raises(InputError, match="all values are 7"):
        segment.wolf(flat, window=5.0)
    assert not segment.local_mean(flat, window=5.0).values.any()
