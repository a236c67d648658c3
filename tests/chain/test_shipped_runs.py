"""Every shipped chain does its job, at a tiny size, on a body whose answer is known."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as Pillow

from diaphane import chain, phantom, quality
from diaphane.ct import ConeBeam, Detector, FanBeam, ParallelBeam, line_integrals
from diaphane.image import Image, Slices
from diaphane.quality import region_mean
from diaphane.space import Grid
from diaphane.units import Quantity

RADIUS_MM, LENGTH_MM = 60.0, 60.0
VIEWS = np.arange(60) * 2 * np.pi / 60
DETECTOR = Detector(n_rows=40, n_columns=84, row_spacing_mm=3.0, column_spacing_mm=3.0)
BONE_ML = 3 * np.pi * (RADIUS_MM / 8) ** 2 * LENGTH_MM / 1000
"""Three of the cylinder's rods are bone of any kind, of at least 300 HU."""


def body(inserts: Any = "rods") -> phantom.Body:
    return phantom.water_cylinder(radius_mm=RADIUS_MM, length_mm=LENGTH_MM, inserts=inserts)


def cone(inserts: Any = "rods") -> Any:
    return phantom.scan(body(inserts), ConeBeam(VIEWS, DETECTOR, 600.0, 900.0), subrays=1)


def hounsfield() -> Image:
    image = phantom.voxelize(body(), Grid.centered((34, 64, 64), 2.0))
    values = 1000 * (image.values / np.float32(phantom.WATER_PER_MM) - 1)
    return Image(values.astype(np.float32), image.grid, Quantity.HOUNSFIELD)


def slices() -> Slices:
    image = hounsfield()
    n = image.grid.shape[0]
    indices = np.stack([np.arange(n), np.zeros(n), np.zeros(n)], axis=1)
    steps = np.tile(image.grid.affine.steps_mm[:, None], (1, n, 1))
    return Slices(image.values, image.grid.to_mm(indices), steps[1], steps[2], image.quantity)


def run(name: str, folder: Path, inputs: dict[str, Any], **overrides: Any) -> chain.Run:
    small = {f"{s.name}.size_px": 64 for s in chain.load(name).stages if s.step == "render.cast"}
    return chain.run(chain.load(name), inputs, folder, overrides=small | overrides)


def check_pictures(folder: Path) -> None:
    pictures = sorted(folder.glob("*.png"))
    assert pictures
    for path in pictures:
        assert np.asarray(Pillow.open(path).convert("L")).std() > 5, f"{path.name} shows nothing"


def check_story(done: chain.Run) -> None:
    for language in ("en", "fr"):
        for passage in chain.explain(done, language):
            assert passage.title
            assert passage.text
            assert "{" not in passage.text
            assert all(option.title and option.value for option in passage.options)
            assert all(" " in said and "=" not in said for said in passage.notices)


def test_bones_of_a_cone_beam_scan(tmp_path: Path) -> None:
    done = run("ct-cone-bones", tmp_path / "out", {"scan": cone()})
    volume = done["bone_volume"]
    assert volume.unit == "mL"
    assert volume.value == pytest.approx(BONE_ML, rel=0.35)
    assert done["image"].quantity is Quantity.HOUNSFIELD
    assert len(done["surface"].triangles) > 100
    check_pictures(tmp_path / "out")


def test_a_volume_of_a_cone_beam_scan(tmp_path: Path) -> None:
    done = run("ct-cone", tmp_path / "out", {"scan": cone()})
    image = done["image"]
    assert image.quantity is Quantity.HOUNSFIELD
    middle = region_mean(image, center_mm=(0.0, 0.0, 0.0), radius_mm=12.0)
    assert abs(middle.value) < 25
    check_pictures(tmp_path / "out")
    check_story(done)


def test_iterations_at_low_dose_have_less_noise_than_fbp_and_no_bias(tmp_path: Path) -> None:
    flat = Detector(n_rows=1, n_columns=84, row_spacing_mm=3.0, column_spacing_mm=3.0)
    views = np.arange(120) * 2 * np.pi / 120
    beam = FanBeam(views, flat, 600.0, 900.0)
    noise = {"photons": 3000.0, "electronic_noise": 5.0, "dark_counts": 50.0}
    counts = phantom.scan(body(), beam, subrays=1, seed=4, **noise)
    done = run("ct-low-dose", tmp_path / "out", {"scan": counts})
    place = {"center_mm": (0.0, 0.0, 0.0), "radius_mm": 22.0}
    plain, calm = done["plain_image"], done["image"]
    assert plain.grid.is_close(calm.grid)
    assert quality.noise(calm, **place).value < 0.5 * quality.noise(plain, **place).value
    assert abs(region_mean(calm, **place).value) < 15
    assert abs(region_mean(plain, **place).value) < 15
    check_pictures(tmp_path / "out")
    check_story(done)


def test_bones_calibrated_on_water(tmp_path: Path) -> None:
    inputs = {"scan": cone(), "water": cone("none")}
    done = run("ct-cone-calibrated", tmp_path / "out", inputs)
    assert done["water_value"].value == pytest.approx(phantom.WATER_PER_MM, rel=0.02)
    check_pictures(tmp_path / "out")


def test_slices_of_a_fan_beam(tmp_path: Path) -> None:
    flat = Detector(n_rows=2, n_columns=84, row_spacing_mm=3.0, column_spacing_mm=3.0)
    counts = phantom.scan(body(), FanBeam(VIEWS, flat, 600.0, 900.0), subrays=1)
    done = run("ct-fan", tmp_path / "out", {"scan": line_integrals(counts)})
    middle = done["image"].values[0, 38:46, 38:46]
    assert middle.mean() == pytest.approx(phantom.WATER_PER_MM, rel=0.05)
    check_pictures(tmp_path / "out")
    check_story(done)


def test_slices_of_parallel_rays(tmp_path: Path) -> None:
    flat = Detector(n_rows=2, n_columns=64, row_spacing_mm=2.0, column_spacing_mm=2.0)
    counts = phantom.scan(body(), ParallelBeam(VIEWS / 2, flat), subrays=1)
    done = run("ct-parallel", tmp_path / "out", {"scan": counts})
    middle = done["image"].values[0, 30:34, 30:34]
    assert middle.mean() == pytest.approx(phantom.WATER_PER_MM, rel=0.05)
    check_pictures(tmp_path / "out")
    check_story(done)


def test_bones_of_a_series_and_of_slices_agree(tmp_path: Path) -> None:
    series = run("bones", tmp_path / "series", {"image": hounsfield()})
    loose = run("bones-from-slices", tmp_path / "slices", {"slices": slices()})
    low, high = series["bone_volume"].interval
    assert low < BONE_ML / 3 < high  # one rod, the largest
    assert loose["bone_volume"].value == pytest.approx(series["bone_volume"].value, rel=0.05)
    check_pictures(tmp_path / "series")
    check_pictures(tmp_path / "slices")


def test_a_replay_repeats_the_bones_only_and_agrees_with_a_fresh_run(tmp_path: Path) -> None:
    scan = cone()
    run("ct-cone-bones", tmp_path / "out", {"scan": scan})
    again = chain.replay(tmp_path / "out", tmp_path / "new", overrides={"bone.low": 200})
    reused = {s.name: s.is_reused for s in again.record.stages}
    assert [name for name in reused if not reused[name]] == ["bone", "skeleton", "bone_volume"]
    fresh = run("ct-cone-bones", tmp_path / "fresh", {"scan": scan}, **{"bone.low": 200})
    assert np.allclose(again["image"].values, fresh["image"].values, atol=0.1)  # HU
    assert again["bone_volume"].value == pytest.approx(fresh["bone_volume"].value, rel=1e-3)
    assert (tmp_path / "new" / "09-picture.png").is_file()


@pytest.mark.parametrize("name", sorted(chain.shipped()))
def test_every_shipped_chain_is_told_in_both_languages(name: str) -> None:
    shown = chain.load(name)
    for language in ("en", "fr"):
        assert shown.title[language]
        assert shown.description[language]


def test_the_story_of_a_shipped_chain_has_no_hole_in_either_language(tmp_path: Path) -> None:
    done = run("ct-cone-bones", tmp_path / "out", {"scan": cone()})
    check_story(done)
    french = {p.name: p for p in chain.explain(done, "fr")}
    assert "500\u00a0UH" in french["bone"].text
    by_history = chain.explain(done["skeleton"].history, "fr")
    assert french["bone"].text in [p.text for p in by_history]
