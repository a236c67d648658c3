"""Make the picture of docs/concepts/regions.md from a simulated head, its table from a real torso.

    python docs/pictures/regions.py [DATA OUT]

DATA holds `anatomy/totalseg/example_ct.nii.gz`, a torso, and `example_seg.nii.gz`, its labels;
pictures of it are written into the folder OUT, for one's own eyes.
"""

import sys
import tempfile
from pathlib import Path

import matplotlib as mpl
import matplotlib.pyplot as plt
import numpy as np

import diaphane
from diaphane import chain, segment
from diaphane.image import Image, Labels
from diaphane.space import Grid

HERE = Path(__file__).parent
FIRST = 82  # where the reference's slices begin
BONES = (*range(25, 51), *range(69, 79), *range(91, 117))
JOBS = (("bones", BONES), ("lungs", range(10, 15)), ("skin", ()))


def measure(data: Path, folder_out: Path) -> None:
    """Run the three chains, print the table, draw the pictures."""
    folder = data / "anatomy" / "totalseg"
    image = diaphane.read(folder / "example_ct.nii.gz", quantity="hounsfield")
    reference = diaphane.read(folder / "example_seg.nii.gz").values
    for name, wanted in JOBS:
        with tempfile.TemporaryDirectory() as out:
            done = chain.run(chain.load(f"{name}-ct"), {"image": image}, Path(out), overwrite=True)
            measured = done["body_volume" if name == "skin" else f"{name.rstrip('s')}_volume"]
            dice = agreement(done, name, reference, wanted)
            sys.stdout.write(f"| {name} | {measured} | {dice} |\n")
            diaphane.formats.write_png(done["picture"], folder_out / f"{name}.png")


def agreement(done: chain.Run, name: str, reference: np.ndarray, wanted: tuple | range) -> str:
    """Return the Dice coefficient within the reference's slices."""
    if not len(wanted):
        return "-"
    ours, truth = done[name].values[FIRST:] > 0, np.isin(reference, wanted)
    return f"{2 * (ours & truth).sum() / (ours.sum() + truth.sum()):.3f}"


def draw_shapes(path: Path) -> None:
    """Draw what four steps make of one slice of a simulated head."""
    grid = Grid.centered((1, 150, 150), (2.0, 1.6, 1.6), center_mm=(0.0, 0.0, 10.0))
    head = diaphane.ct.hounsfield(diaphane.phantom.voxelize(diaphane.phantom.head(), grid))
    noise = np.random.default_rng(0).normal(0, 8, grid.shape)
    values = np.clip(head.values + noise, -200, 300).astype(np.float32)
    part = Image(values, grid, head.quantity)
    body = segment.fill_holes(segment.largest(segment.fixed(part, low=-190)), within="slices")
    bone = segment.fixed(part, low=250)
    contour = segment.chan_vese(part, smoothness_mm=2.0)
    cells = segment.superpixels(part, cell_mm=14.0, contrast=80.0)
    panels = {
        "distance": segment.distance(body).values[0],
        "skeleton": segment.skeleton_of_slices(bone).values[0],
        "chan_vese": contour.values[0],
        "superpixels": rim(cells),
    }
    mpl.rcParams.update({"text.color": "#dddddd", "font.size": 11})
    figure, axes = plt.subplots(1, 4, figsize=(12, 3), facecolor="#0b0b0b", layout="constrained")
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        axis.imshow(part.values[0], cmap="gray")
        if title == "distance":
            axis.imshow(values, cmap="cividis")
        else:
            shown = np.ma.masked_equal(values, 0)
            axis.imshow(shown, cmap="autumn_r", vmin=0, vmax=2, alpha=0.75)
        axis.set_title(title)
        axis.axis("off")
    figure.savefig(path, dpi=110, facecolor=figure.get_facecolor())


def rim(cells: Labels) -> np.ndarray:
    """Return 1 where a cell borders another."""
    values = cells.values[0]
    borders = np.zeros(values.shape, np.uint8)
    borders[1:] |= values[1:] != values[:-1]
    borders[:, 1:] |= values[:, 1:] != values[:, :-1]
    return borders


if __name__ == "__main__":
    mpl.use("Agg")
    draw_shapes(HERE / "regions-shapes.png")
    if len(sys.argv) == 3:
        measure(Path(sys.argv[1]), Path(sys.argv[2]))
