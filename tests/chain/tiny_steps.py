"""A few steps on small pictures, for the tests of chains and of the command line."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

import numpy as np

from diaphane.errors import InputError
from diaphane.history import History
from diaphane.image import Image, Labels, Measurement
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.space import Grid, GridOptions
from diaphane.step import step
from diaphane.units import Quantity

calls: list[str] = []
"""The steps that have run, in order."""


def image(n: int = 6, quantity: Quantity = Quantity.ATTENUATION) -> Image:
    """A small picture with an off-center gradient."""
    values = np.arange(n**3, dtype=np.float32).reshape(n, n, n) / n**3
    return Image(values, Grid.centered((n, n, n), 1.5, (3.0, -2.0, 1.0)), quantity)


@dataclass(frozen=True, eq=False)
class Profile:
    """A type that only the user's own steps know."""

    values: np.ndarray
    history: History | None = field(default=None, init=False, repr=False)


@step(version=1)
def hounsfield(
    image: Annotated[Image, Quantity.ATTENUATION],
    *,
    water_per_mm: Annotated[float, Range(0.001, 1, scale="log", unit="1/mm")] = 0.02,
) -> Annotated[Image, Quantity.HOUNSFIELD]:
    """Attenuation to Hounsfield numbers."""
    calls.append("hounsfield")
    values = 1000 * (image.values / np.float32(water_per_mm) - 1)
    if values.max() > 3000:
        notice("tiny.bright", highest=float(values.max()))
    return Image(values.astype(np.float32), image.grid, Quantity.HOUNSFIELD)


@step(version=3, aliases=("tiny.blur",))
def smooth(
    image: Image,
    *,
    rounds: Annotated[int, Range(1, 20)] = 1,
    border: Literal["wrap", "keep"] = "wrap",
) -> Image:
    """The mean of each voxel and its neighbors along a row."""
    calls.append("smooth")
    values = image.values
    for _ in track(range(rounds), "tiny.smooth"):
        values = (values + np.roll(values, 1, axis=2)) / 2
    if border == "keep":
        values[..., 0] = image.values[..., 0]
    return Image(values, image.grid, image.quantity)


@step(version=1)
def fixed(
    image: Annotated[Image, Quantity.HOUNSFIELD],
    *,
    low: Annotated[float, Range(-2000, 4000, unit="HU")],
    high: Annotated[float, Range(-2000, 4000, unit="HU")] = 4000,
    grid: GridOptions | None = None,
) -> Labels:
    """Voxels between two thresholds."""
    calls.append("fixed")
    if low > high:
        raise InputError(f"low must be <= high, got {low} > {high}")
    inside = (image.values >= low) & (image.values <= high)
    return Labels(inside.astype(np.uint8), image.grid, {1: "bone"})


@step(version=1)
def share(labels: Labels, image: Image | None = None) -> Measurement:
    """The share of voxels that are labeled."""
    calls.append("share")
    return Measurement(float(labels.values.mean()), "", name="share")


@step(version=1)
def profile(image: Image) -> Profile:
    """The means of the slices."""
    return Profile(image.values.mean(axis=(1, 2)))


@step(version=1)
def height(profile: Profile) -> Measurement:
    """The largest mean of a slice."""
    return Measurement(float(profile.values.max()), "")


@step(version=1)
def ball(
    *, radius_mm: Annotated[float, Range(0.5, 100, unit="mm")] = 3.0
) -> Annotated[Image, Quantity.ATTENUATION]:
    """A ball of water: a step that takes nothing."""
    calls.append("ball")
    grid = Grid.centered((7, 8, 9), 1.0)
    points = grid.to_mm(np.moveaxis(np.indices(grid.shape), 0, -1))
    inside = np.linalg.norm(points - np.array((0.5, 1.0, -0.5)), axis=-1) < radius_mm
    return Image(inside.astype(np.float32) * 0.02, grid, Quantity.ATTENUATION)


@step(version=1)
def broken(image: Image) -> Image:
    """A step with a fault."""
    raise RuntimeError("a fault of the step's own")


STEPS = (hounsfield, smooth, fixed, share, profile, height, ball, broken)

TEXT = """\
# A chain for the tests.
format = 1
title = { en = "Bright voxels", fr = "Voxels clairs" }

[inputs]
image = "image.Image"    # in 1/mm

[[stage]]
step = "tiny_steps.smooth"   # first smooth
rounds = 2

[[stage]]
step = "tiny_steps.hounsfield"

[[stage]]
name = "bone"
step = "tiny_steps.fixed"
low = 180  # HU

[[stage]]
step = "tiny_steps.share"
of = ["bone", "hounsfield"]
"""
