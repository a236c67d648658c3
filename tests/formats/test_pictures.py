"""Pictures out as PNG, photographs and masks in."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image as Pillow

from diaphane.errors import FormatError, OptionError
from diaphane.formats import inspect, read, read_picture, write_png
from diaphane.image import Image, Labels, Picture, Quantity

RNG = np.random.default_rng(7)


@pytest.mark.parametrize("n_channels", [3, 4])
def test_a_picture_comes_back_with_its_pixel_size(n_channels: int, tmp_path: Path) -> None:
    pixels = RNG.integers(0, 255, (5, 7, n_channels)).astype(np.uint8)
    write_png(Picture(pixels, 0.25), tmp_path / "x.png")
    came = read(tmp_path / "x.png")
    assert came.quantity is Quantity.COLOR
    assert np.array_equal(came.values[0], pixels)
    with Pillow.open(tmp_path / "x.png") as opened:
        assert opened.info["dpi"] == pytest.approx((101.6, 101.6), abs=0.02)
    (item,) = inspect(tmp_path / "x.png").items
    assert (item.shape, item.quantity) == ((1, 5, 7), "color")


@pytest.mark.parametrize("ending", ["png", "tif", "bmp", "jpg"])
def test_gray_pictures_of_every_encoding(ending: str, tmp_path: Path) -> None:
    pixels = np.tile(np.arange(0, 160, 10, dtype=np.uint8), (8, 1))
    Pillow.fromarray(pixels).save(tmp_path / f"x.{ending}")
    came = read(tmp_path / f"x.{ending}", quantity="probability", pixel_mm=0.5)
    assert np.abs(came.values[0].astype(int) - pixels).max() <= (2 if ending == "jpg" else 0)
    assert came.quantity is Quantity.PROBABILITY
    assert came.grid.spacing_mm == (0.5, 0.5, 0.5)
    assert came.grid.center_mm.tolist() == [0, 0, 0]
    assert read(tmp_path / f"x.{ending}").grid.unit == "pixel"


def test_sixteen_bits_masks_and_palettes(tmp_path: Path) -> None:
    deep = RNG.integers(0, 65535, (4, 5)).astype(np.uint16)
    Pillow.fromarray(deep).save(tmp_path / "deep.png")
    assert np.array_equal(read(tmp_path / "deep.png").values[0], deep)
    mask = np.arange(20).reshape(4, 5) % 3 == 0
    Pillow.fromarray(mask).save(tmp_path / "mask.png")
    labels = read(tmp_path / "mask.png", as_labels=True)
    assert isinstance(labels, Labels)
    assert np.array_equal(labels.values[0], mask)
    Pillow.fromarray(RNG.integers(0, 255, (4, 5, 3)).astype(np.uint8)).quantize(8).save(
        tmp_path / "palette.png"
    )
    palette = read(tmp_path / "palette.png")
    assert isinstance(palette, Image)
    assert palette.channels == ("red", "green", "blue")


def test_a_real_truth_mask_is_read(data: Path) -> None:
    truth = read(data / "ct/htc2022/tb_category7_truth.png", as_labels=True, pixel_mm=0.1483)
    assert truth.values.shape == (1, 512, 512)
    assert set(np.unique(truth.values)) == {0, 1}
    neutrons = read(data / "ct/sarepy/sinogram_360_neutron_image.tif")
    assert neutrons.values.shape == (1, 459, 503)


def test_bad_pictures_are_refused(tmp_path: Path) -> None:
    Pillow.fromarray(RNG.integers(0, 255, (40, 50, 3)).astype(np.uint8)).save(tmp_path / "w.png")
    whole = (tmp_path / "w.png").read_bytes()
    for n in RNG.integers(0, len(whole) - 20, 40):
        (tmp_path / "cut.png").write_bytes(whole[:n])
        with pytest.raises(FormatError, match=r"cut\.png"):
            read_picture(tmp_path / "cut.png")
    with pytest.raises(FormatError, match="labels are whole gray numbers"):
        read(tmp_path / "w.png", as_labels=True)
    with pytest.raises(OptionError, match="pixel_mm"):
        read(tmp_path / "w.png", pixel_mm=-1.0)
    page = Pillow.fromarray(np.ones((3, 5), np.uint8))
    page.save(tmp_path / "two.tif", save_all=True, append_images=[page])
    with pytest.raises(FormatError, match="holds 2 pictures"):
        read(tmp_path / "two.tif")
