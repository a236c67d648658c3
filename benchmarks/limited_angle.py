"""The Helsinki Tomography Challenge 2022: its score for views of 30 to 90 degrees.

Run with ``python -m benchmarks.limited_angle FOLDER``, the folder of the challenge's files. Each
line is one file: Matthews' correlation, the challenge's score, of the picture's filled pixels with
the mask, for four methods. All of their numbers were chosen on the plate `ta` alone. The body's
outline is not told: the disc and its rim of 4 mm without holes belong to the last method.
"""

import argparse
import tomllib
from collections.abc import Callable, Iterator
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image as Pillow

from diaphane import ct, formats, image, segment
from diaphane.ct import FanScan
from diaphane.image import Image
from diaphane.space import GridOptions

PIXEL_MM = 0.2 * 410.66 / 553.74
FINE = GridOptions(voxel_mm=PIXEL_MM, shape=(1, 512, 512))
COARSE = GridOptions(voxel_mm=2 * PIXEL_MM, shape=(1, 256, 256))


def straightened(scan: FanScan) -> FanScan:
    """Return line integrals in proportion to the acrylic, as the chain's first stage does."""
    text = (resources.files("diaphane") / "chains" / "ct-limited-angle.toml").read_text("utf-8")
    stages = {stage["name"]: stage for stage in tomllib.loads(text)["stage"]}
    return ct.linearize(scan, coefficients=stages["straight"]["coefficients"])


def single_material(scan: FanScan) -> Image:
    """Return what the chain ``ct-limited-angle`` reconstructs."""
    straight = straightened(scan)
    where = ct.disc(straight, material_per_mm=0.04, rim_mm=4.0, grid=COARSE)
    return ct.binary_tv(straight, where, material_per_mm=0.04)


METHODS: dict[str, Callable[[FanScan], Image]] = {
    "FBP": lambda scan: ct.fbp(scan, grid=FINE),
    "SIRT": lambda scan: ct.sirt(scan, grid=COARSE, iterations=100, relaxation=1.9),
    "TV": lambda scan: ct.tv(scan, grid=COARSE, iterations=300, strength_per_mm=0.002),
    "single material": single_material,
}


def score(picture: Image, mask: Path) -> float:
    """Return the correlation of the filled pixels, found by Otsu's threshold, with the mask."""
    filled = segment.otsu(image.resample(picture, grid=FINE, method="cubic")).values[0] > 0
    with Pillow.open(mask) as truth:
        return float(np.corrcoef(filled.ravel(), np.asarray(truth.convert("L")).ravel() > 0)[0, 1])


def files(folder: Path) -> Iterator[tuple[str, Path]]:
    """Yield the plate and the file of every limited scan, the widest first."""
    found = [*folder.glob("[3-9]0/t*.mat"), *folder.glob("t*_category7.mat")]
    degrees = {file: int(file.parent.name) if file.parent != folder else 30 for file in found}
    for file in sorted(found, key=lambda file: (-degrees[file], file.name)):
        yield file.name[:2], file


def main() -> None:
    """Print the table as Markdown."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    folder = parser.parse_args().folder
    print("| plate | views | " + " | ".join(METHODS) + " |")
    print("|---|---|" + "---|" * len(METHODS))
    for plate, file in files(folder):
        scan = formats.read_htc2022(file)
        angles_deg = np.rad2deg(scan.beam.angles_rad)
        mask = folder / f"{plate}_category7_truth.png"
        scores = [f"{score(method(scan), mask):.3f}" for method in METHODS.values()]
        first, last = 180 - angles_deg.max(), 180 - angles_deg.min()
        row = f"| {plate} | {first:.0f}…{last:.0f}° ({last - first:.0f}°) | "
        print(row + " | ".join(scores) + " |", flush=True)


if __name__ == "__main__":
    main()
