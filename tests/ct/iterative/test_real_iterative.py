"""Iterations on real fan-beam views: the Helsinki challenge, with many views and with 30°."""

import numpy as np
import pytest
from PIL import Image as PillowImage

from diaphane import chain, ct, formats, image, quality, segment
from diaphane.image import Labels
from diaphane.space import GridOptions

PIXEL_MM = 0.2 * 410.66 / 553.74
FINE = GridOptions(voxel_mm=PIXEL_MM, shape=(1, 512, 512))
COARSE = GridOptions(voxel_mm=2 * PIXEL_MM, shape=(1, 256, 256))


def mask_of(data, name):
    path = data / "ct" / "htc2022" / f"{name}_category7_truth.png"
    with PillowImage.open(path) as picture:
        return np.asarray(picture.convert("L")) > 0


def inside(picture):
    """Otsu's threshold of the picture, brought to the pixels of the mask."""
    return segment.otsu(image.resample(picture, grid=FINE, method="cubic"))


def matthews(labels, mask):
    """The challenge's score: the correlation of two masks."""
    return float(np.corrcoef(labels.values[0].ravel() > 0, mask.ravel())[0, 1])


@pytest.mark.parametrize("step", [
    lambda scan: ct.sirt(scan, grid=COARSE, iterations=40, relaxation=1.9),
    lambda scan: ct.os_sart(scan, grid=COARSE),
    lambda scan: ct.tv(scan, grid=COARSE, iterations=60),
], ids=["sirt", "os_sart", "tv"])  # fmt: skip
def test_uneven_views_of_a_real_phantom_agree_with_its_mask(step, data):
    folder = data / "ct" / "htc2022"
    scan = formats.read_htc2022([*sorted(folder.glob("*/tb*.mat")), folder / "tb_category7.mat"])
    labels = inside(step(scan))
    truth = Labels(mask_of(data, "tb")[None].astype(np.uint8), labels.grid)
    assert quality.dice(labels, truth).value > 0.968


@pytest.mark.parametrize(("name", "least"), [("ta", 0.6), ("tb", 0.5), ("tc", 0.6), ("td", 0.63)])
def test_thirty_degrees_show_more_by_total_variation(name, least, data):
    scan = formats.read_htc2022(data / "ct" / "htc2022" / f"{name}_category7.mat")
    mask = mask_of(data, name)
    backprojected = matthews(inside(ct.fbp(scan, grid=FINE)), mask)
    varied = matthews(inside(ct.tv(scan, grid=COARSE, strength_per_mm=0.002)), mask)
    assert varied > max(least, backprojected + 0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("name", "least"), [("tc", 0.8), ("td", 0.9)])
def test_thirty_degrees_show_the_holes_of_a_single_material(name, least, data):
    scan = formats.read_htc2022(data / "ct" / "htc2022" / f"{name}_category7.mat")
    straight = ct.linearize(scan, coefficients=[0.9415, 0.00825, 0.0641])
    coarse = GridOptions(voxel_mm=4 * PIXEL_MM, shape=(1, 128, 128))
    where = ct.disc(straight, material_per_mm=0.04, rim_mm=4.0, grid=coarse)
    picture = ct.binary_tv(straight, where, material_per_mm=0.04)
    assert matthews(inside(picture), mask_of(data, name)) > least


def test_the_chain_for_a_part_of_the_circle_is_calibrated_on_the_solid_disc(data):
    """Its polynomial gives the lengths of material along the rays through a disc of 34.82 mm."""
    stages = {stage.name: stage for stage in chain.load("ct-limited-angle").stages}
    scan = formats.read_htc2022(data / "ct" / "htc2022" / "30" / "solid_disc_subsample73.mat")
    coefficients = stages["straight"].options["coefficients"]
    straight = ct.linearize(scan, coefficients=coefficients).values[:, 0]
    lines = ct.rays(scan.beam, np.arange(scan.beam.n_views))
    o, d = lines.origins_mm[:, 0], lines.directions[:, 0]
    aside = (-0.15 - o[..., 0]) * d[..., 1] - (0.419 - o[..., 1]) * d[..., 0]
    chord = 2 * np.sqrt(np.maximum(34.82**2 - aside**2, 0))
    inner = chord > 10
    assert np.abs(straight[inner] / 0.04 - chord[inner]).mean() < 0.5
