"""Real measurements, where the folder that ``DIAPHANE_DATA`` names holds them."""

import os
from pathlib import Path

import numpy as np
from PIL import Image as PillowImage

from diaphane.ct import FanScan, fbp
from diaphane.demo.figures import section, sinogram
from diaphane.demo.story import Shown, Tile
from diaphane.demo.words import measured, number, words
from diaphane.formats import read, read_htc2022
from diaphane.image import Image, Labels, Measurement, Slices, from_slices
from diaphane.progress import track
from diaphane.quality import dice
from diaphane.render import cast, plane
from diaphane.segment import fixed, largest, otsu, volume
from diaphane.space import GridOptions

_BONE_HU = 300.0
_TRUTH_PIXEL_MM = 0.1483


def real_tiles(*, picture_px: int) -> list[Tile]:
    """Return a tile for each real data set found; none where ``DIAPHANE_DATA`` is not set."""
    folder = os.environ.get("DIAPHANE_DATA")
    if not folder:
        return []
    root = Path(folder)
    makers = []
    skull = root / "anatomy" / "dcm_qa_ct_Philips_bone1mm_S2030.tar.xz"
    head = root / "ct" / "ge_head_ct"
    if skull.exists():
        makers.append(lambda: _skull(skull, picture_px))
    elif head.exists():
        makers.append(lambda: _skull(head, picture_px))
    windows = sorted((root / "ct" / "htc2022").glob("*/tb_*.mat"))
    windows += sorted((root / "ct" / "htc2022").glob("tb_category7.mat"))
    mask = root / "ct" / "htc2022" / "tb_category7_truth.png"
    if windows and mask.exists():
        makers.append(lambda: _tomography_challenge(windows, mask))
    return [make() for make in track(makers, "demo.real")]


def _skull(path: Path, picture_px: int) -> Tile:
    """Return the tile of a real skull from an archive's slices."""
    given = read(path)
    image = from_slices(given) if isinstance(given, Slices) else given
    if not isinstance(image, Image):
        raise TypeError(f"{path.name} holds a {type(image).__name__}, not slices of a head")
    bones = largest(fixed(image, low=_BONE_HU))
    picture = cast(image, bones, preset="bone", azimuth_deg=30, elevation_deg=8, size_px=picture_px)
    return Tile(
        title=words("skull_title"),
        signal=Shown(
            plane(image, plane="axial", position=0.4, window="bone"),
            words("signal_dicom", slices=image.grid.shape[0]),
            words("signal_dicom_alt"),
        ),
        picture=Shown(picture, words("bones_caption"), words("real_bones_alt")),
        number=measured(volume(bones)),
        words=words("skull_words", threshold=number(_BONE_HU, 0, "HU")),
    )


def _tomography_challenge(windows: list[Path], mask: Path) -> Tile:
    """Return the tile of a real disc with holes, measured over several arcs."""
    scan = read_htc2022(windows)
    image, found = reconstruct_challenge(scan, mask)
    return Tile(
        title=words("real_title"),
        signal=Shown(sinogram(scan), words("signal_sinogram"), words("signal_sinogram_alt")),
        picture=Shown(section(image), words("real_slice_caption"), words("real_slice_alt")),
        number=measured(found),
        words=words("real_words"),
    )


def reconstruct_challenge(scan: FanScan, mask: Path) -> tuple[Image, Measurement]:
    """Return the section and its overlap with the organizers' mask, thresholded by Otsu."""
    truth = np.asarray(PillowImage.open(mask).convert("L")) > 127
    grid = GridOptions(voxel_mm=_TRUTH_PIXEL_MM, shape=(1, *truth.shape))
    image = fbp(scan, grid=grid, window="hann")
    answer = Labels(truth[None].astype(np.uint8), image.grid, {1: "disc"})
    return image, dice(otsu(image), answer)
