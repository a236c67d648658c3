"""Bones, lungs and skin of a simple body whose volumes are known, lying on a table."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from diaphane import chain
from diaphane.image import Image
from diaphane.space import Grid
from diaphane.units import Quantity

SPACING_MM = (4.0, 2.0, 2.0)
SHAPE = (24, 70, 96)
TRUNK_MM, LUNG_MM, BONE_MM = (88.0, 52.0), 22.0, 9.0
LENGTH_MM = SHAPE[0] * SPACING_MM[0]


def trunk():
    """An elliptic trunk, cut off at both ends: two lungs, a shaft with marrow, gas, a table."""
    z, y, x = ((n - c) * mm for n, c, mm in zip(np.indices(SHAPE), (11.5, 33.2, 47.6), SPACING_MM))
    values = np.full(SHAPE, -1000.0)
    values[(y > 62) & (y < 68) & (np.abs(x) < 80)] = 200  # the table
    values[(x / TRUNK_MM[0]) ** 2 + (y / TRUNK_MM[1]) ** 2 < 1] = 40
    for side in (-1, 1):
        values[(x - side * 45) ** 2 + (y + 8) ** 2 < LUNG_MM**2] = -820
    values[x**2 + (y + 20) ** 2 + z**2 < 14**2] = -1000  # bowel gas
    shaft = x**2 + (y - 28) ** 2
    values[shaft < BONE_MM**2] = 700
    values[shaft < 5**2] = -20
    values += np.random.default_rng(0).normal(0, 12, SHAPE)
    grid = Grid.centered(SHAPE, SPACING_MM)
    return Image(values.astype(np.float32), grid, Quantity.HOUNSFIELD)


@pytest.fixture(scope="module")
def body():
    return trunk()


def run(name, body, folder):
    done = chain.run(chain.load(name), {"image": body}, folder, overrides={"picture.size_px": 64})
    pictures = sorted(folder.glob("*.png"))
    assert len(pictures) == 2
    for path in pictures:
        assert np.asarray(Pillow.open(path).convert("L")).std() > 5, f"{path.name} shows nothing"
    for language in ("en", "fr"):
        for passage in chain.explain(done, language):
            assert passage.title
            assert passage.text
            assert "{" not in passage.text
    return done


def check(volume, area_mm2):
    """The truth lies within the interval, which is no wider than needed."""
    truth_ml = area_mm2 * LENGTH_MM / 1000
    low, high = volume.interval
    assert low < truth_ml < high
    assert volume.value == pytest.approx(truth_ml, rel=0.04)


def test_bones_have_their_marrow_and_no_table(body: Image, tmp_path: Path):
    done = run("bones-ct", body, tmp_path / "out")
    check(done["bone_volume"], np.pi * BONE_MM**2)
    assert dict(done["bones"].names) == {1: "bones"}


def test_lungs_are_found_without_the_gas_of_the_bowel(body: Image, tmp_path: Path):
    done = run("lungs-ct", body, tmp_path / "out")
    check(done["lung_volume"], 2 * np.pi * LUNG_MM**2)
    assert dict(done["lungs"].names) == {1: "lungs"}


def test_the_body_and_its_skin_end_at_the_table(body: Image, tmp_path: Path):
    done = run("skin-ct", body, tmp_path / "out")
    check(done["body_volume"], np.pi * TRUNK_MM[0] * TRUNK_MM[1])
    outline_mm = np.pi * np.sqrt(2 * (TRUNK_MM[0] ** 2 + TRUNK_MM[1] ** 2))
    skin_ml = outline_mm * 3 * LENGTH_MM / 1000
    assert done["skin_volume"].value == pytest.approx(skin_ml, rel=0.2)
    assert len(done["surface"].triangles) > 1000
