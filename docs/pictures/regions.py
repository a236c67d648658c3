"""Make the pictures and the table of docs/concepts/regions.md from real images.

    python docs/pictures/regions.py FOLDER

FOLDER holds `anatomy/totalseg/example_ct.nii.gz`, a torso, and `example_seg.nii.gz`, its labels.
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
FIRST, SLICE = 82, 100  # where the reference's slices begin, and the slice that is drawn
BONES = (*range(25, 51), *range(69, 79), *range(91, 117))
JOBS = (("bones", BONES), ("lungs", range(10, 15)), ("skin", ()))


def main(data: Path) -> None:
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
            diaphane.formats.write_png(done["picture"], HERE / f"regions-{name}.png")
    draw_shapes(image, HERE / "regions-shapes.png")


def agreement(done: chain.Run, name: str, reference: np.ndarray, wanted: tuple | range) -> str:
    """Return the Dice coefficient within the reference's slices."""
    if not len(wanted):
        return "-"
    ours, truth = done[name].values[FIRST:] > 0, np.isin(reference, wanted)
    return f"{2 * (ours & truth).sum() / (ours.sum() + truth.sum()):.3f}"


def draw_shapes(image: Image, path: Path) -> None:
    """Draw what four steps make of one slice of the torso."""
    flat = Grid((1, *image.grid.shape[1:]), image.grid.affine)
    part = Image(np.clip(image.values[SLICE : SLICE + 1], -200, 300), flat, image.quantity)
    body = segment.fill_holes(segment.largest(segment.fixed(part, low=-190)), within="slices")
    contour = segment.chan_vese(part, smoothness_mm=2.0)
    cells = segment.superpixels(part, cell_mm=24.0, contrast=80.0)
    panels = {
        "distance": segment.distance(body).values[0],
        "skeleton": segment.skeleton_of_slices(body).values[0],
        "chan_vese": contour.values[0],
        "superpixels": rim(cells),
    }
    mpl.rcParams.update({"text.color": "#dddddd", "font.size": 11})
    figure, axes = plt.subplots(1, 4, figsize=(12, 3), facecolor="#0b0b0b", layout="constrained")
    for axis, (title, values) in zip(axes, panels.items(), strict=True):
        axis.imshow(part.values[0], cmap="gray", origin="lower")
        if title == "distance":
            axis.imshow(values, cmap="cividis", origin="lower")
        else:
            shown = np.ma.masked_equal(values, 0)
            axis.imshow(shown, cmap="autumn_r", vmin=0, vmax=2, alpha=0.75, origin="lower")
        axis.set_title(title)
        axis.invert_xaxis()  # the patient's right is on the viewer's left
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
    main(Path(sys.argv[1]))
