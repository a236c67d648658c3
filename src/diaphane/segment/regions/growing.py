"""Regions grown from seed points: through values between two bounds, or like those around seeds."""

from typing import Annotated

import numpy as np

from diaphane.arrays import AnyArray
from diaphane.errors import InputError
from diaphane.image import Image, Labels
from diaphane.memory import check_room
from diaphane.notices import notice
from diaphane.options import Range
from diaphane.progress import track
from diaphane.segment.checks import single_values
from diaphane.segment.regions.connecting import Connectivity, connect
from diaphane.segment.thresholding.thresholds import Structure, Threshold, labels_of
from diaphane.step import step

_Millimeters = Annotated[float, Range(-10_000, 10_000, unit="mm")]
Points = list[tuple[_Millimeters, _Millimeters, _Millimeters]]
"""Points in LPS (x, y, z)."""


@step(version=1)
def grow(
    image: Image,
    *,
    seeds_mm: Points,
    low: Threshold,
    high: Threshold,
    connectivity: Connectivity = 6,
    structure: Structure = "inside",
) -> Labels:
    """Label what lies between two values and hangs together with a seed.

    Parameters
    ----------
    image : Image
        Real, without channels.
    seeds_mm : list of (3,) numbers
        Points in LPS (x, y, z), on a photograph in pixels; each stands for the voxel it lies in.
    low, high : number
        The smallest and the largest value inside, in the image's unit.
    connectivity : {6, 18, 26}
        Into which neighbors it grows: across faces, also edges, also corners.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When a seed lies outside the image, or on a value that is not between the bounds; when
        `low` is above `high`, a value is not finite, or the image is too large for the memory.
    """
    values, seeds = _prepared(image, seeds_mm, "segment.grow")
    if low > high:
        raise InputError(f"segment.grow: low must be <= high, got {low} and {high}")
    for point, seed in zip(seeds_mm, seeds):
        if not low <= values[seed] <= high:
            raise InputError(
                f"segment.grow: the seed {_told(point)} lies on {values[seed]:g}, not between "
                f"low = {low:g} and high = {high:g}: move it, or the bounds"
            )
    return labels_of(image, _reached(values, low, high, seeds, connectivity), structure)


@step(version=1)
def grow_confident(
    image: Image,
    *,
    seeds_mm: Points,
    deviations: Annotated[float, Range(0.1, 10, scale="log")] = 2.5,
    rounds: Annotated[int, Range(0, 100)] = 4,
    first_voxels: Annotated[int, Range(0, 20)] = 1,
    connectivity: Connectivity = 6,
    structure: Structure = "inside",
) -> Labels:
    """Label what hangs together with a seed and has values like those around the seeds.

    Values within a few standard deviations of the mean are inside; mean and deviation are those of
    boxes around the seeds at first, then of what was found, again and again.

    Parameters
    ----------
    image : Image
        Real, without channels.
    seeds_mm : list of (3,) numbers
        Points in LPS (x, y, z), on a photograph in pixels.
    deviations : float
        How many standard deviations a value may be off; bounds always include the seeds' values.
    rounds : int
        How often mean and deviation are taken anew; fewer when nothing changes any more.
    first_voxels : int
        How many voxels the first boxes reach from a seed; 0 takes the seeds alone.
    connectivity : {6, 18, 26}
        Into which neighbors it grows: across faces, also edges, also corners.
    structure : str
        What the labeled structure is called.

    Raises
    ------
    InputError
        When a seed lies outside the image, a value is not finite, or the image is too large for
        the memory.

    Notes
    -----
    As ITK's ConfidenceConnectedImageFilter (L. Ibáñez et al., "The ITK software guide", 2005,
    section 9.1.3), save that the bounds of whole numbers are not cut off behind the point, and
    that boxes around seeds count voxels of the image only, where ITK repeats those at its border.
    """
    values, seeds = _prepared(image, seeds_mm, "segment.grow_confident")
    at_seeds = np.array([values[seed] for seed in seeds], np.float64)
    boxes = [tuple(slice(max(i - first_voxels, 0), i + first_voxels + 1) for i in s) for s in seeds]
    sample = np.concatenate([values[box].reshape(-1) for box in boxes]).astype(np.float64)
    inside, low, high = np.zeros(values.shape, bool), 0.0, 0.0
    for _ in track(range(rounds + 1), "segment.grow_confident"):
        spread = deviations * (float(sample.std(ddof=1)) if sample.size > 1 else 0.0)
        low = min(float(sample.mean()) - spread, at_seeds.min())
        high = max(float(sample.mean()) + spread, at_seeds.max())
        before, inside = inside, _reached(values, low, high, seeds, connectivity)
        if np.array_equal(before, inside):
            break
        sample = values[inside].astype(np.float64)
    notice(
        "segment.grown_between", low=round(low, 4), high=round(high, 4), unit=image.quantity.unit
    )
    return labels_of(image, inside, structure)


def _prepared(
    image: Image, seeds_mm: Points, step: str
) -> tuple[AnyArray, list[tuple[int, int, int]]]:
    """Return the values, and the voxels in which the seeds lie."""
    values = single_values(image, step)
    check_room(step, image.grid.shape, 6)
    if not seeds_mm:
        raise InputError(f"{step} needs at least one seed in seeds_mm, got none")
    seeds = []
    for point in seeds_mm:
        index = np.floor(image.grid.to_index(point) + 0.5).astype(int)
        if (index < 0).any() or (index >= image.grid.shape).any():
            low, high = image.grid.box_mm
            raise InputError(
                f"{step}: the seed {_told(point)} lies outside the image, which reaches from "
                f"{_told(low)} to {_told(high)} mm"
            )
        z, y, x = index.tolist()
        seeds.append((z, y, x))
    return values, seeds


def _reached(
    values: AnyArray,
    low: float,
    high: float,
    seeds: list[tuple[int, int, int]],
    connectivity: Connectivity,
) -> AnyArray:
    """Return what lies between the bounds and hangs together with a seed."""
    parts, n_parts = connect((values >= low) & (values <= high), connectivity)
    is_kept = np.zeros(n_parts + 1, bool)
    is_kept[[parts[seed] for seed in seeds]] = True
    is_kept[0] = False
    return is_kept[parts]


def _told(point: tuple[float, ...] | AnyArray) -> str:
    return f"({', '.join(f'{x:.4g}' for x in point)})"
