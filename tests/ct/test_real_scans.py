"""Real measurements, from the file to the slice."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as PillowImage

from diaphane import ct, formats, quality, segment
from diaphane.image import Image, Labels
from diaphane.space import GridOptions


def said(value, code):
    return next((n.values for n in value.history.notices if n.code == f"ct.{code}"), None)


def tb_files(data: Path) -> list[Path]:
    folder = data / "ct" / "htc2022"
    return [*sorted(folder.glob("*/tb*.mat")), folder / "tb_category7.mat"]


@pytest.fixture(scope="module")
def tb(data):
    return formats.read_htc2022(tb_files(data))


@pytest.mark.parametrize(("window", "least"), [("hann", 0.985), ("ram-lak", 0.986)])
def test_uneven_views_of_a_real_phantom_agree_with_its_mask(tb, data, window, least):
    """The mask was segmented from all 721 views; ASTRA's SIRT with Otsu reaches 0.968."""
    assert tb.values.shape == (549, 1, 560)
    grid = GridOptions(voxel_mm=0.2 * 410.66 / 553.74, shape=(1, 512, 512))
    image = ct.fbp(tb, grid=grid, window=window)
    assert said(image, "rays_missing")["percent"] == pytest.approx(100 * 19 / 180, abs=1)
    with PillowImage.open(data / "ct" / "htc2022" / "tb_category7_truth.png") as picture:
        mask = np.asarray(picture.convert("L")) > 0
    truth = Labels(mask[None].astype(np.uint8), image.grid)
    assert quality.dice(segment.otsu(image), truth).value > least


def test_the_tooth_is_cleanest_with_its_true_center(data):
    scan = formats.read_data_exchange(data / "ct" / "tomopy_tooth" / "tooth.h5", pixel_mm=1.0)
    logarithms = ct.line_integrals(scan)
    assert logarithms.history.notices == ()
    images = [ct.fbp(ct.shift_center(logarithms, center_column=c)) for c in (295.0, 296.0, 297.0)]
    below_air = [float(np.minimum(image.values[0], 0).sum()) for image in images]
    assert below_air[1] == max(below_air)
    assert said(images[1], "truncated") is None
    x, y = np.meshgrid(*2 * [np.arange(640) - 319.5])
    values = images[1].values[0]
    ring = values[(np.hypot(x, y) > 220) & (np.hypot(x, y) < 280)]
    enamel = float(np.quantile(values, 0.995))
    assert abs(ring.mean()) < 0.01 * enamel  # air is 0
    assert ring.std() < 0.05 * enamel


def test_a_folder_of_projections_becomes_a_volume(data):
    folder = data / "ct" / "savu" / "test_data" / "data" / "image_test"
    scan = formats.read_tiff_folder(
        folder, skip_first_angles=10, skip_last_angles=10, pixel_mm=1.0, center_column=86.0
    )
    logarithms = ct.line_integrals(scan)
    assert said(logarithms, "dead_pixels")["pixels"] == 1
    image = ct.fbp(logarithms)
    assert image.grid.shape == (135, 160, 160)
    assert np.isfinite(image.values).all()
    areas = [ring_area(image, z) for z in (5, 15, 25)]  # the tube is a cylinder
    assert np.ptp(areas) < 0.02 * np.mean(areas)


def ring_area(image: Image, slice_: int) -> int:
    return int((image.values[slice_] > 0.5 * np.median(image.values[slice_, 70:90, 60:70])).sum())
