"""The main job of the demonstration, from counts to the page."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np

from diaphane.chain import load, run, shipped_text
from diaphane.ct import ConeScan, fdk, hounsfield, line_integrals
from diaphane.demo.checks import check_all, truth_of
from diaphane.demo.dose import dose_series
from diaphane.demo.page import page
from diaphane.demo.real import real_tiles
from diaphane.demo.simulated import (
    SIZES,
    Size,
    SizeName,
    fewer_views,
    grid_like,
    head_beam,
    measure,
)
from diaphane.demo.telling import Results, pictures, tell
from diaphane.formats import write_dicom, write_gltf, write_nifti, write_png, write_stl
from diaphane.formats.atomic import atomic_folder
from diaphane.image import Image, Picture
from diaphane.phantom import Body, head, water_cylinder
from diaphane.progress import track
from diaphane.render import cast

CHAIN = "ct-cone-calibrated"
WATER_RADIUS_MM = 80.0


def run_demo(folder: str | Path, *, size: SizeName = "full", overwrite: bool = False) -> Path:
    """Run the main job and write everything it makes, with a page that shows it.

    Parameters
    ----------
    folder : path
        Where to write. It appears when all is done, whole or not at all.
    size : {"full", "small"}
        ``small`` takes seconds and serves tests.
    overwrite : bool
        Whether a folder that Diaphane wrote may be replaced.

    Returns
    -------
    Path
        The page, ``index.html``.

    Raises
    ------
    OutputError
        When the folder cannot be written.
    """
    folder = Path(folder)
    with atomic_folder(folder, overwrite=overwrite) as unfinished:
        real = real_tiles(picture_px=SIZES[size].picture_px)
        results = _compute(SIZES[size], unfinished)
        shown = pictures(results)
        _export(unfinished, results, shown)
        story = tell(results, shown, real, folder)
        (unfinished / "index.html").write_text(page(story), encoding="utf-8")
    return folder / "index.html"


def _compute(size: Size, folder: Path) -> Results:
    """Scan, run the chain, compare with the truth, and lower the dose."""
    body = head()
    scan, water = _scans(body, size)
    done = run(
        load(CHAIN),
        {"scan": scan, "water": water},
        folder / "run",
        overrides={"picture.size_px": size.picture_px},
    )
    image, water_value = done["image"], done["water_value"]
    water_image = hounsfield(done["water_volume"], water_value)
    truth = truth_of(body, image, water_value.value)
    few = fdk(line_integrals(fewer_views(scan, size.few_every)), grid=grid_like(image))
    return Results(
        scan=scan,
        water=water,
        run=done,
        chain=CHAIN,
        chain_text=shipped_text(CHAIN),
        image=image,
        truth=truth,
        water_image=water_image,
        few=hounsfield(few, water_value),
        few_views=len(scan.values[:: size.few_every]),
        checks=check_all(image, truth, done["skeleton"], water_image),
        turntable=_turntable(image, size),
        doses=dose_series(size),
    )


def _scans(body: Body, size: Size) -> tuple[ConeScan, ConeScan]:
    """Return the scan of the body and that of the water, named for the record."""
    beam = head_beam(size)
    scan = measure(body, beam, size, seed=1)
    few_rows = min(beam.detector.n_rows, 2 * round(75 / size.pixel_mm) + 1)
    narrow = replace(beam.detector, n_rows=few_rows, center_row=(few_rows - 1) / 2)
    cylinder = water_cylinder(radius_mm=WATER_RADIUS_MM, length_mm=120.0, inserts="none")
    return scan, measure(cylinder, replace(beam, detector=narrow), size, seed=2)


def _turntable(image: Image, size: Size) -> list[Picture]:
    """Return the bones from all sides, for pages that cannot draw them themselves."""
    angles = np.arange(size.n_turns) * 360 / size.n_turns
    edge = max(size.picture_px // 2, 120)
    return [
        cast(image, preset="bone", azimuth_deg=float(a), elevation_deg=8.0, size_px=edge)
        for a in track(angles, "demo.turntable")
    ]


def _export(folder: Path, results: Results, shown: Mapping[str, Picture]) -> None:
    """Write the picture and the bones for other programs, and what the page shows."""
    image, surface = results.image, results.run["surface"]
    write_dicom(image, folder / "dicom")
    write_nifti(image, folder / "head.nii.gz")
    write_nifti(results.run["skeleton"], folder / "bones.nii.gz")
    write_stl(surface, folder / "bones.stl")
    write_gltf(surface, folder / "bones.glb")
    for name, picture in shown.items():
        write_png(picture, folder / "pictures" / f"{name}.png")
